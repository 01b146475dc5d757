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
    public static ImmutableArray<int> Complete(ImmutableArray<int> sizes, Dataset data)
    {
        (int inputs, int outputs) = (data.Train.Inputs, data.Train.Outputs);
        bool first = sizes.Length > 1 && sizes[0] == inputs;
        bool last = sizes.Length > 1 && sizes[^1] == outputs;
        if (first && last)
        {
            return sizes;
        }

        ImmutableArray<int> hidden = [inputs, .. sizes, outputs];
        if (!first && !last)
        {
            return hidden;
        }

        string text = string.Join('-', sizes);
        string said = first ? $"ends with {sizes[^1]} outputs" : $"begins with {sizes[0]} inputs";
        string right = first ? $"{Count(outputs, data.IsClassification ? "class" : "output")}" : $"{Count(inputs, "input")}";
        ImmutableArray<int> repaired = first ? sizes.SetItem(sizes.Length - 1, outputs) : sizes.SetItem(0, inputs);
        throw new ArgumentException(
            $"the network {text} {said}, but {data.Name} has {right}; {string.Join('-', repaired)} fits, "
            + $"and {string.Join('-', hidden)} where {text} is meant as hidden layers only");
    }

    private static string Count(int n, string what) => n == 1 ? $"1 {what}" : what == "class" ? $"{n} classes" : $"{n} {what}s";
}
