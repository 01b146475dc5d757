using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Planning;

namespace Nabla.Tests.Planning;

/// <summary>
/// A random network with random numbers, all of them exact in single precision and away from the kinks, and what the reference
/// evaluator makes of them. The seed fixes everything.
/// </summary>
internal sealed class NetworkCase
{
    private const double NearKink = 1e-4;

    /// <summary>Around the widths of vectors and tiles.</summary>
    public static readonly IReadOnlyList<int> Widths = [1, 2, 3, 7, 15, 16, 17, 31, 33];

    /// <summary>The numbers of samples.</summary>
    public static readonly IReadOnlyList<int> Batches = [1, 2, 5, 10, 63, 64, 65];

    private static readonly Loss[] losses = [.. Loss.All.Values];
    private static readonly Activation[] activations = [.. Activation.All.Values];
    private static readonly Activation[] hidden = [.. activations.Where(activation => !activation.IsSoftmax)];

    private NetworkCase(ulong seed, SeededRandom random)
    {
        Seed = seed;
        T Any<T>(IReadOnlyList<T> list) => list[random.NextInt(list.Count)];

        // Every loss in turn, with and without the assumption, with the mean and with the sum; the rest is drawn.
        Loss = losses[seed % (ulong)losses.Length];
        Assumes = seed / (ulong)losses.Length % 2 == 1;
        Reduction = seed / (ulong)losses.Length / 2 % 2 == 0 ? Reduction.Mean : Reduction.Sum;
        Batch = Any(Batches);
        int depth = 1 + random.NextInt(4);
        int[] sizes = [.. Enumerable.Range(0, depth + 1).Select(_ => Any(Widths))];
        bool biases = random.NextInt(3) > 0;
        Network = new(sizes[0], Enumerable.Range(1, depth).Select(l => new Layer(
            sizes[l], l < depth ? Any(hidden) : Any(OutputsFor(Loss, sizes[l])), biases)));
        Expression = Network.Express(Loss, Reduction);
        Derivation = Expression.Differentiate(byInput: true, Assumes ? [Expression.TargetsSumToOne] : []);
        do
        {
            Values = Draw(random);
        }
        while (Kinks().Any(z => z.Elements.ToArray().Any(element => Math.Abs(element) is > 0 and < NearKink)));
    }

    public ulong Seed { get; }

    public Network Network { get; }

    public Loss Loss { get; }

    public Reduction Reduction { get; }

    public int Batch { get; }

    /// <summary>Whether 1ᵀy = 1 is assumed, and true.</summary>
    public bool Assumes { get; }

    public LayeredNetwork Expression { get; }

    public Derivation Derivation { get; }

    public Bindings Values { get; }

    /// <summary>The name of a tensor, the expression that the plan computes, and its value by the reference.</summary>
    public IReadOnlyList<(string Name, Expr Computed, Matrix Reference)> Expected()
    {
        (string Name, Expr Computed, Expr Defined)[] tensors =
        [
            ("loss", Derivation.StableCost, Expression.Cost),
            ("outputs", Expression.Output, Expression.Output),
            .. Expression.Parameters.Append(Expression.Input).Select(p => ($"∂C/∂{p.Name}", Derivation.GradientOf(p), Derivation.GradientOf(p))),
        ];
        IReadOnlyList<Matrix> values = Evaluator.EvaluateAll([.. tensors.Select(tensor => tensor.Defined)], Values);
        return [.. tensors.Zip(values, (tensor, value) => (tensor.Name, tensor.Computed, value))];
    }

    /// <summary>Parameters in memory with this case's values.</summary>
    public ParameterBuffer<T> Parameters<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ParameterBuffer<T> parameters = new(Expression.Parameters);
        foreach (Symbol parameter in Expression.Parameters)
        {
            parameters[parameter] = Values.ValueOf(parameter)!;
        }

        return parameters;
    }

    /// <summary>A plan of expressions and updates with this case's inputs and targets in it, not yet run.</summary>
    public Plan<T> Compile<T>(ParameterBuffer<T> parameters, IEnumerable<Expr> results, IReadOnlyList<ParameterUpdate> updates, KernelPath? path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Plan<T> plan = Plan<T>.Compile([Expression.Input, Expression.Target, .. results], updates, parameters, Batch, path);
        plan[Expression.Input] = Values.ValueOf(Expression.Input)!;
        plan[Expression.Target] = Values.ValueOf(Expression.Target)!;
        return plan;
    }

    public static NetworkCase Of(ulong seed) => new(seed, new(seed, stream: 77));

    public override string ToString() =>
        $"seed {Seed}: {Network} {string.Join(' ', Network.Layers.Select(layer => layer.Activation))}, "
        + $"{(Network.Layers[0].HasBiases ? "biases" : "no biases")}, {Loss} {Reduction}, batch {Batch}{(Assumes ? ", 1ᵀy = 1" : "")}";

    /// <summary>The activations whose outputs a loss has a logarithm for; any, where it needs none.</summary>
    private static Activation[] OutputsFor(Loss loss, int width) => loss.OutputActivation is null
        ? activations
        : [Activation.Sigmoid, .. loss.OutputActivation.IsSoftmax || width > 2 ? new[] { Activation.Softmax } : []];

    private static double Rounded(double x) => (float)x;

    private Bindings Draw(SeededRandom random)
    {
        Bindings values = new();
        values.Set(Expression.Batch, Batch);
        foreach (Symbol symbol in Expression.Parameters.Append(Expression.Input))
        {
            bool weights = symbol.Kind == SymbolKind.Parameter && !symbol.Shape.IsColumn;
            double scale = weights ? 1 / Math.Sqrt(values.SizeOf(symbol.Shape.Columns)) : 1;
            values.Set(symbol, Filled(symbol, () => random.NextNormal() * scale));
        }

        values.Set(Expression.LearningRate, Matrix.Scalar(0.125));
        return values.Set(Expression.Target, Targets(random));

        Matrix Filled(Symbol symbol, Func<double> element) =>
            Matrix.From(values.SizeOf(symbol.Shape.Rows), values.SizeOf(symbol.Shape.Columns), (_, _) => Rounded(element()));
    }

    private Matrix Targets(SeededRandom random)
    {
        int outputs = Network.Outputs;
        if (!Assumes)
        {
            // Sixteenths where a logarithm wants probabilities: the same in every precision.
            bool probabilities = Loss.OutputActivation is not null;
            return Matrix.From(outputs, Batch, (_, _) => probabilities ? random.NextInt(17) / 16.0 : Rounded(random.NextNormal()));
        }

        Matrix targets = new(outputs, Batch);
        for (int j = 0; j < Batch; j++)
        {
            for (int k = 0; k < 16; k++)
            {
                targets[random.NextInt(outputs), j] += 1 / 16.0;
            }
        }

        return targets;
    }

    /// <summary>The pre-activations whose sign decides the derivative. An exact 0 stays one in every precision: its inputs are all 0.</summary>
    private IEnumerable<Matrix> Kinks() => Evaluator.EvaluateAll(
        [
            .. Expression.Layers
                .Where((_, l) => Network.Layers[l].Activation.Name is "relu" or "leaky-relu")
                .Select(layer => layer.PreActivation),
        ],
        Values);
}
