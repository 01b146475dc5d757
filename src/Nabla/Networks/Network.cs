using System.Collections.Immutable;
using System.Globalization;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;

namespace Nabla.Networks;

/// <summary>One layer as it is described: how many outputs, which activation, and whether it has biases.</summary>
/// <param name="Outputs">The number of outputs (neurons).</param>
/// <param name="Activation">The activation.</param>
/// <param name="HasBiases">Whether z = W a + b or z = W a.</param>
public sealed record Layer(int Outputs, Activation Activation, bool HasBiases = true);

/// <summary>A feed-forward network as it is described: no numbers, only sizes and functions. It writes itself down as an expression. Equal where all sizes,
/// activations and biases are.</summary>
public sealed class Network : IEquatable<Network>
{
    /// <summary>A network of layers, from the first.</summary>
    /// <exception cref="ArgumentException">A size is not positive, there is no layer, or softmax stands before the last layer.</exception>
    public Network(int inputs, params IEnumerable<Layer> layers)
    {
        Inputs = inputs;
        Layers = [.. layers];
        if (inputs < 1)
        {
            throw new ArgumentException($"a network needs at least 1 input, but {inputs} are given");
        }

        if (Layers.IsEmpty)
        {
            throw new ArgumentException("a network needs at least one layer");
        }

        for (int l = 0; l < Layers.Length; l++)
        {
            if (Layers[l].Outputs < 1)
            {
                throw new ArgumentException($"layer {l + 1} needs at least 1 output, but {Layers[l].Outputs} are given");
            }

            if (Layers[l].Activation.IsSoftmax && l < Layers.Length - 1)
            {
                throw new ArgumentException($"layer {l + 1}: softmax belongs to the last layer, which is layer {Layers.Length}");
            }
        }
    }

    /// <summary>The number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>The layers, from the first.</summary>
    public ImmutableArray<Layer> Layers { get; }

    /// <summary>The number of outputs.</summary>
    public int Outputs => Layers[^1].Outputs;

    /// <summary>All sizes, from the inputs.</summary>
    public IReadOnlyList<int> Sizes => [Inputs, .. Layers.Select(layer => layer.Outputs)];

    /// <summary>The number of weights and biases.</summary>
    public long ParameterCount => Layers
        .Select((layer, l) => (long)layer.Outputs * ((l == 0 ? Inputs : Layers[l - 1].Outputs) + (layer.HasBiases ? 1 : 0)))
        .Sum();

    /// <summary>A network whose hidden layers share one activation.</summary>
    /// <param name="sizes">The sizes, inputs first.</param>
    /// <param name="activation">The hidden layers' activation.</param>
    /// <param name="outputActivation">The last layer's activation; the hidden one where it is null.</param>
    /// <param name="biases">Whether the layers have biases.</param>
    public static Network Of(IReadOnlyList<int> sizes, Activation activation, Activation? outputActivation = null, bool biases = true)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        if (sizes.Count < 2)
        {
            throw new ArgumentException($"a network needs at least two sizes, inputs and outputs, such as 3-4-2, but there is only '{string.Join('-', sizes)}'");
        }

        return new(sizes[0], sizes.Skip(1).Select((size, l) =>
            new Layer(size, l == sizes.Count - 2 ? outputActivation ?? activation : activation, biases)));
    }

    /// <summary>Sizes as they are written, such as <c>784-30-10</c>.</summary>
    /// <exception cref="ArgumentException">The text is not a list of positive numbers joined by hyphens.</exception>
    public static ImmutableArray<int> ParseSizes(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ImmutableArray<int>.Builder sizes = ImmutableArray.CreateBuilder<int>();
        foreach (string part in text.Split('-'))
        {
            sizes.Add(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is >= 1 and <= 1_000_000
                ? size
                : throw new ArgumentException($"'{text}' is not a network: '{part}'{(part.Length == 0 ? " (nothing)" : "")} should be a whole number from 1 to 1000000, as in 784-30-10"));
        }

        return sizes.ToImmutable();
    }

    /// <summary>
    /// The network and its loss in symbols: zˡ = Wˡaˡ⁻¹ + bˡ, aˡ = f(zˡ), C. For a batch the samples are the m columns of Aˡ and Zˡ.
    /// </summary>
    public LayeredNetwork Express(Loss loss, Reduction reduction = Reduction.Mean, bool batch = true)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return Express((targets, outputs, preActivations) => loss.Of(targets, outputs, reduction, preActivations), batch, (a, _) => a);
    }

    /// <summary>
    /// The network and its loss for one sample with the sizes left open: layer l has nₗ neurons, none of them a number. What holds for it holds for all
    /// widths, and a mistake cannot hide behind two layers that are equally wide.
    /// </summary>
    public LayeredNetwork ExpressOpen(Loss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return Express((targets, outputs, preActivations) => loss.Of(targets, outputs, Reduction.Mean, preActivations), batch: false, (a, _) => a, open: true);
    }

    /// <summary>The network with a cost, and with something done to the outputs of each hidden layer before the next layer has them.</summary>
    /// <param name="cost">C from the targets, the outputs and the last pre-activations.</param>
    /// <param name="batch">Whether the samples are the columns of a batch, or there is one.</param>
    /// <param name="between">What the next layer gets, from the outputs of a hidden layer and its number.</param>
    /// <param name="open">Whether the sizes are names without values.</param>
    internal LayeredNetwork Express(Func<Expr, Expr, Expr, Expr> cost, bool batch, Func<Expr, int, Expr> between, bool open = false)
    {
        ExprPool pool = new();
        Dim m = batch ? Dim.Of("m") : Dim.One;
        string Letter(string letter) => batch ? letter.ToUpperInvariant() : letter;
        Dim[] sizes = [.. Sizes.Select((size, l) => Dim.Of("n" + Subscript(l), open ? null : size))];
        Symbol input = pool.Symbol(new(Letter("a"), 0), new(sizes[0], m), SymbolKind.Input);
        Symbol target = pool.Symbol(new(Letter("y")), new(sizes[^1], m), SymbolKind.Target);
        Expr a = input;
        List<SymbolicLayer> layers = [];
        for (int l = 1; l <= Layers.Length; l++)
        {
            Layer layer = Layers[l - 1];
            Symbol w = pool.Symbol(new("W", l), new(sizes[l], sizes[l - 1]), SymbolKind.Parameter);
            Symbol? b = layer.HasBiases ? pool.Symbol(new("b", l), new(sizes[l], Dim.One), SymbolKind.Parameter) : null;
            Expr product = Expr.MatMul(w, a);
            Named z = (b is null ? product : product + Expr.BroadcastColumn(b, m)).As(new(Letter("z"), l));
            Named next = layer.Activation.Apply(z).As(new(Letter("a"), l));
            layers.Add(new(w, b, a, z, next));
            a = l < Layers.Length ? between(next, l) : next;
        }

        return new(input, target, layers, cost(target, a, layers[^1].PreActivation).As(new("C")), pool.Symbol(new("η"), Shape.Scalar), m);
    }

    /// <inheritdoc/>
    public bool Equals(Network? other) => other is not null && other.Inputs == Inputs && other.Layers.SequenceEqual(Layers);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Network);

    /// <inheritdoc/>
    public override int GetHashCode() => Layers.Aggregate(Inputs, HashCode.Combine);

    /// <summary>The sizes joined by hyphens, such as <c>784-30-10</c>.</summary>
    public override string ToString() => string.Join('-', Sizes);

    private static string Subscript(int index) => string.Concat($"{index}".Select(digit => (char)('₀' + (digit - '0'))));
}
