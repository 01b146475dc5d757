using System.Collections.Immutable;
using Nabla.Data;

namespace Nabla.Cli.Train;

/// <summary>
/// What <c>--layers</c> means for a data set. Sizes that begin with the data's inputs and end with its outputs are the whole network.
/// Sizes that do neither are the hidden layers. What has one end right is neither for sure, so it is refused: 784-30-9 is a slip far
/// more often than three hidden layers.
/// </summary>
internal static class LayerSizes
{
    /// <summary>All sizes of the network, inputs first.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit the data.</exception>
    public static ImmutableArray<int> Complete(ImmutableArray<int> sizes, TrainingData data)
    {
        (int inputs, int outputs) = (data.Inputs, data.Outputs);
        bool first = sizes.Length > 1 && sizes[0] == inputs;
        bool last = sizes.Length > 1 && sizes[^1] == outputs;
        if (first && last)
        {
            return sizes;
        }

        if (!first && !last)
        {
            return [inputs, .. sizes, outputs];
        }

        // What may have been meant: 784-30-9 is 784-30-10, and 784-30 or 30-10 leave out only one of the outer two.
        ImmutableArray<int> hidden = first && sizes.Length > 2 ? sizes[1..^1] : first ? sizes[1..] : sizes[..^1];
        string wrong = first ? $"ends with {Count(sizes[^1], "output")}" : $"begins with {Count(sizes[0], "input")}";
        string right = first ? Count(outputs, data.IsClassification ? "class" : "output") : Count(inputs, "input");
        throw new ArgumentException(
            $"the network {string.Join('-', sizes)} {wrong}, but {data.Name} has {right}; give the whole network, such as "
            + $"{string.Join('-', [inputs, .. hidden, outputs])}, or only its hidden layers, such as {string.Join('-', hidden)}");
    }

    private static string Count(int n, string what) => n == 1 ? $"1 {what}" : what == "class" ? $"{n} classes" : $"{n} {what}s";
}
