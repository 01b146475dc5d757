using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>Which quantities a derivation of a network is written in.</summary>
public enum Dialect
{
    /// <summary>δˡ = ∂C/∂zˡ, samples are columns (M. Nielsen, "Neural Networks and Deep Learning").</summary>
    Nielsen,

    /// <summary>δˡ = ∂C/∂aˡ, samples are columns, as in the seed.</summary>
    Seed,

    /// <summary>δˡ = ∂C/∂zˡ, samples are rows: Z = A Wᵀ + 1 bᵀ, as PyTorch stores them.</summary>
    RowBatch,
}

/// <summary>One layer in symbols: z = W a + b, a = f(z).</summary>
/// <param name="Weights">W, outputs × inputs.</param>
/// <param name="Biases">b, outputs × 1; null where the layer has none.</param>
/// <param name="Input">a of the layer before.</param>
/// <param name="PreActivation">z.</param>
/// <param name="Activation">a.</param>
public sealed record SymbolicLayer(Symbol Weights, Symbol? Biases, Expr Input, Named PreActivation, Named Activation);

/// <summary>A network and its loss in symbols, for one sample or for a batch whose samples are columns.</summary>
/// <param name="Input">a⁰, or A⁰ for a batch.</param>
/// <param name="Target">y, or Y for a batch.</param>
/// <param name="Layers">The layers, from the first.</param>
/// <param name="Cost">C.</param>
/// <param name="LearningRate">η.</param>
/// <param name="Batch">The number of samples: the dimension 1, or m.</param>
public sealed record LayeredNetwork(
    Symbol Input, Symbol Target, IReadOnlyList<SymbolicLayer> Layers, Named Cost, Symbol LearningRate, Dim Batch)
{
    /// <summary>Whether the samples are the rows of A and Z, as PyTorch stores them; else they are the columns.</summary>
    public bool SamplesAreRows { get; init; }

    /// <summary>aᴸ.</summary>
    public Named Output => Layers[^1].Activation;

    /// <summary>W and b of every layer, from the first.</summary>
    public IReadOnlyList<Symbol> Parameters =>
        [.. Layers.SelectMany(layer => layer.Biases is null ? [layer.Weights] : new[] { layer.Weights, layer.Biases })];

    /// <summary>
    /// The label of the equation that gives the adjoint of a part (M. Nielsen, "Neural Networks and Deep Learning", chapter 2): BP1 for the last
    /// pre-activation, BP2 for another one, BP3 for biases, BP4 for weights; empty for anything else.
    /// </summary>
    public string LabelOf(Expr part) =>
        part == Layers[^1].PreActivation ? "BP1"
        : Layers.Any(layer => layer.PreActivation == part) ? "BP2"
        : Layers.Any(layer => layer.Biases == part) ? "BP3"
        : Layers.Any(layer => layer.Weights == part) ? "BP4" : "";

    /// <summary>
    /// The fact that turns the gradient of a cross-entropy on softmax from (1ᵀy)p − y into p − y: every target sums to one, 1ᵀy = 1.
    /// </summary>
    public Assumption TargetsSumToOne
    {
        get
        {
            ExprPool pool = Target.Pool;
            if (SamplesAreRows)
            {
                return new(Expr.ColumnSums(Target.Transpose()), Batch.IsOne ? pool.Constant(1) : pool.Ones(Dim.One, Batch));
            }

            Expr ones = Batch.IsOne ? pool.Constant(1) : pool.Ones(Dim.One, Batch);
            return new(Expr.ColumnSums(Target), ones);
        }
    }

    /// <summary>
    /// Differentiates the cost by the parameters, and by the input where asked. The adjoint of zˡ is named δˡ (Δˡ for a batch); in the seed's
    /// dialect that of aˡ is.
    /// </summary>
    public Derivation Differentiate(
        bool byInput = false, IEnumerable<Assumption>? assumptions = null, DerivationSettings? settings = null, Dialect dialect = Dialect.Nielsen)
    {
        Dictionary<Expr, Name> names = new(ReferenceEqualityComparer.Instance);
        for (int l = 0; l < Layers.Count; l++)
        {
            names[dialect == Dialect.Seed ? Layers[l].Activation : Layers[l].PreActivation] = new(Batch.IsOne ? "δ" : "Δ", l + 1);
        }

        return Derivation.Of(Cost, byInput ? [.. Parameters, Input] : Parameters, (settings ?? new()) with
        {
            AdjointNames = names,
            Assumptions = [.. assumptions ?? []],
            Shortens = true,
        });
    }
}
