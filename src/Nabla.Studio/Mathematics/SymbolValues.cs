using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Studio.Experiments;

namespace Nabla.Studio.Mathematics;

/// <summary>The values of all names of a derivation for some samples and some weights, by the double-precision reference evaluator. Each is computed when it is asked for.</summary>
public sealed class SymbolValues
{
    /// <summary>The most samples of a batch whose values are shown.</summary>
    public const int MostSamples = 8;

    /// <summary>The largest layer whose lines are worked through with numbers, as "nabla derive --values" has it.</summary>
    public const int LargestWorked = 8;

    private readonly DerivationDocument document;
    private readonly Bindings bindings;
    private readonly Dictionary<string, Matrix?> known = new(StringComparer.Ordinal);
    private WorkedNumbers? numbers;

    /// <summary>For samples and weights.</summary>
    /// <param name="document">The derivation.</param>
    /// <param name="parameters">The weights and biases, in the order of the network's parameters.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="first">The first of them, from 0; a batch goes on with those after it, and after the last with the first.</param>
    /// <param name="batch">How many samples a batch has.</param>
    /// <param name="learningRate">η.</param>
    public SymbolValues(DerivationDocument document, IReadOnlyList<Matrix> parameters, Samples samples, int first, int batch, double learningRate)
    {
        this.document = document;
        LayeredNetwork network = document.Derivation.Network;
        int count = network.Batch.IsOne ? 1 : Shown(batch, samples.Count);
        bindings = new Bindings().Set(network.Batch, count);
        Matrix Turned(Matrix columns) => network.SamplesAreRows ? columns.Transposed() : columns;
        int[] chosen = [.. Enumerable.Range(first, count).Select(sample => sample % samples.Count)];
        bindings.Set(network.Input, Turned(samples.InputColumns(chosen))).Set(network.Target, Turned(samples.TargetColumns(chosen))).Set(network.LearningRate, Matrix.Scalar(learningRate));
        foreach ((Symbol parameter, Matrix value) in network.Parameters.Zip(parameters))
        {
            bindings.Set(parameter, value);
        }
    }

    /// <summary>The value of a name; null where it is none, or where only finite differences of something large would tell it.</summary>
    public Matrix? this[string name]
    {
        get
        {
            if (!known.TryGetValue(name, out Matrix? value))
            {
                known[name] = value = document.MeaningOf(name) is Expr meaning && !IsQuestion(meaning) ? Evaluator.Evaluate(meaning, bindings) : null;
            }

            return value;
        }
    }

    /// <summary>Of how many samples of a batch the values are shown.</summary>
    public static int Shown(int batch, int samples) => Math.Min(Math.Min(batch, MostSamples), samples);

    /// <summary>Whether a network is small enough for its lines to be worked through with numbers.</summary>
    public static bool CanBeWorked(Networks.Network network) => network.Sizes.All(size => size <= LargestWorked);

    /// <summary>The numbers of a line, as "nabla derive --values" prints them below it: what the right side comes to, and the operands that make it.</summary>
    /// <param name="line">The line.</param>
    /// <param name="width">The most columns of text.</param>
    public IEnumerable<string> Below(DerivationLine line, int width) =>
        (numbers ??= new(bindings, document.Derivation.Network.Parameters)).Below(line.Step, width);

    private static bool IsQuestion(Expr meaning) => Expr.Reachable(meaning).Any(node => node is Gradient or Jacobian or Differential);
}
