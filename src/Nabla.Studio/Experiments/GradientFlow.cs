using System.Collections.Immutable;
using System.Globalization;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Studio.Experiments;

/// <summary>What becomes of the gradient on its way from the last layer to the first.</summary>
public enum FlowVerdict
{
    /// <summary>The first layer's δ is of the last one's size, within a factor of <see cref="GradientFlow.Remarkable"/>.</summary>
    Healthy,

    /// <summary>It is much smaller.</summary>
    Vanishing,

    /// <summary>It is much larger.</summary>
    Exploding,

    /// <summary>There is none to look at: δ of the last layer is 0, or there is one layer only.</summary>
    None,

    /// <summary>A number is not finite.</summary>
    NotFinite,
}

/// <summary>A layer's line of backpropagation with the sizes of its factors: ‖δˡ‖ = ‖δˡ⁺¹‖ · Carry · Slope.</summary>
/// <param name="Layer">l, counted from 1.</param>
/// <param name="Equation">The line as the derivation has it, in MathML: Δˡ = (Wˡ⁺¹ᵀ Δˡ⁺¹) ⊙ f′(Zˡ).</param>
/// <param name="CarryFormula">The first factor, in text: W²ᵀ Δ².</param>
/// <param name="SlopeFormula">The second factor, f′(Zˡ) as the derivation writes it, in text; 1 where the activation has none.</param>
/// <param name="Carry">‖Wˡ⁺¹ᵀ Δˡ⁺¹‖ / ‖Δˡ⁺¹‖: what the weights do.</param>
/// <param name="Slope">‖Δˡ‖ / ‖Wˡ⁺¹ᵀ Δˡ⁺¹‖: what the activation's derivative does.</param>
/// <param name="MeanSlope">The mean of |f′(zˡ)| over neurons and samples.</param>
/// <param name="MostSlope">The largest |f′(zˡ)|.</param>
/// <param name="FlatShare">The share of |f′(zˡ)| below <see cref="GradientFlow.Flat"/>: of neurons that are saturated, or do not fire.</param>
/// <param name="WeightNorm">‖Wˡ⁺¹‖.</param>
public sealed record FlowFactors(
    int Layer, string Equation, string CarryFormula, string SlopeFormula, double Carry, double Slope, double MeanSlope, double MostSlope, double FlatShare, double WeightNorm)
{
    /// <summary>Whether the activation is a rectifier, which is flat where it does not fire; the others are flat where they are saturated.</summary>
    public bool IsRectified { get; init; }
}

/// <summary>What was read off.</summary>
/// <param name="Verdict">What becomes of the gradient.</param>
/// <param name="Sentence">The same in words, with the factor that causes it.</param>
/// <param name="Factors">The layers with a layer behind them, from the last such to the first.</param>
public sealed record FlowReading(FlowVerdict Verdict, string Sentence, ImmutableArray<FlowFactors> Factors);

/// <summary>
/// Why gradients vanish or explode: the derivation defines δˡ as a product of Wˡ⁺¹ᵀδˡ⁺¹ and f′(zˡ). Both factors are taken from that definition, compiled and computed
/// for some samples, and compared.
/// </summary>
public sealed class GradientFlow
{
    /// <summary>‖δ¹‖ and ‖δᴸ‖ that differ by more than so many times are worth a word.</summary>
    public const double Remarkable = 100;

    /// <summary>A slope below it is flat; the sigmoid's largest is 0.25.</summary>
    public const double Flat = 0.05;

    private readonly LayeredNetwork network;
    private readonly Named[] deltas;
    private readonly (Expr Carried, Expr? Slope)[] factors;
    private readonly Model<float> model;
    private readonly Plan<float> plan;

    /// <summary>Compiles the factors of every δ for the first samples. It writes into the pool of the model's expressions, so it belongs to the thread that uses the model.</summary>
    /// <param name="model">The weights to look at, which may change between two readings.</param>
    /// <param name="derivation">The derivation of the model's gradients, with names for all δ.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="most">How many of them at most.</param>
    public GradientFlow(Model<float> model, Derivation derivation, Samples samples, int most = 64)
    {
        ArgumentNullException.ThrowIfNull(derivation);
        ArgumentNullException.ThrowIfNull(samples);
        (this.model, network) = (model, model.Expression);
        deltas = [.. network.Layers.Select(layer => derivation.AdjointNameOf(layer.PreActivation) ?? throw new ArgumentException($"the derivation has no name for the adjoint of {layer.PreActivation.Name}"))];
        factors = [.. deltas.SkipLast(1).Select((delta, l) => Split(delta, deltas[l + 1]))];
        int count = Math.Min(most, samples.Count);
        plan = Plan<float>.Compile([derivation.StableCost, .. deltas, .. factors.Select(one => one.Carried), .. factors.Select(one => one.Slope).OfType<Expr>()], [], model.Parameters, count);
        int[] first = [.. Enumerable.Range(0, count)];
        plan[network.Input] = samples.InputColumns(first);
        plan[network.Target] = samples.TargetColumns(first);
    }

    /// <summary>Computes the factors for the present weights and says what they do.</summary>
    public FlowReading Read()
    {
        plan.Run();
        double[] norms = [.. deltas.Select(plan.NormOf)];
        ImmutableArray<FlowFactors> all = [.. Enumerable.Range(0, factors.Length).Reverse().Select(l => FactorsOf(l, norms))];
        if (norms.Any(norm => !double.IsFinite(norm)))
        {
            return new(FlowVerdict.NotFinite, "A gradient is not finite any more.", all);
        }

        if (all.IsEmpty || norms[^1] == 0)
        {
            return new(FlowVerdict.None, all.IsEmpty ? "There is one layer only, so no gradient has to travel." : $"‖{Text(deltas[^1])}‖ is 0: the network answers these samples exactly, so there is nothing to learn from them.", all);
        }

        double ratio = norms[0] / norms[^1];
        string sizes = $"‖{Text(deltas[0])}‖ is {Times(ratio)} ‖{Text(deltas[^1])}‖";
        FlowVerdict verdict = ratio < 1 / Remarkable ? FlowVerdict.Vanishing : ratio > Remarkable ? FlowVerdict.Exploding : FlowVerdict.Healthy;
        return new(verdict, verdict == FlowVerdict.Healthy ? $"Healthy: {sizes}." : $"{verdict}: {sizes}. {Cause(all, verdict == FlowVerdict.Vanishing)}", all);
    }

    /// <summary>Δˡ as the product of the part that has Δˡ⁺¹ in it and the rest; the rest is null where it is 1.</summary>
    /// <exception cref="NotSupportedException">The definition is no such product.</exception>
    internal static (Expr Carried, Expr? Slope) Split(Named delta, Named next)
    {
        Expr carried = Expr.Parts(delta.Definition).OfType<MatMul>().FirstOrDefault(product => product.Operands.Contains(next))
            ?? throw new NotSupportedException($"{delta.Name} is not made from {next.Name}");
        return (carried, Rest(delta.Definition, carried));
    }

    private static Expr? Rest(Expr whole, Expr part)
    {
        bool Has(Expr expression) => Expr.Parts(expression).Contains(part);
        static Expr Times(Expr? x, Expr y) => x is null ? y : Expr.Hadamard(x, y);
        return whole switch
        {
            _ when whole == part => null,
            Hadamard when Has(whole.Operands[0]) && !Has(whole.Operands[1]) => Times(Rest(whole.Operands[0], part), whole.Operands[1]),
            Hadamard when Has(whole.Operands[1]) && !Has(whole.Operands[0]) => Times(Rest(whole.Operands[1], part), whole.Operands[0]),
            Quotient when Has(whole.Operands[0]) && !Has(whole.Operands[1]) => Expr.Quotient(Rest(whole.Operands[0], part) ?? part.Pool.Ones(part.Shape.Rows, part.Shape.Columns), whole.Operands[1]),
            Scale when Has(whole.Operands[1]) && !Has(whole.Operands[0]) => whole.Operands[0] * (Rest(whole.Operands[1], part) ?? part.Pool.Ones(part.Shape.Rows, part.Shape.Columns)),
            Negate => -(Rest(whole.Operands[0], part) ?? part.Pool.Ones(part.Shape.Rows, part.Shape.Columns)),
            _ => throw new NotSupportedException($"{whole.Describe()} is no product with the factor {part.Describe()}"),
        };
    }

    private static string Cause(ImmutableArray<FlowFactors> all, bool vanishes)
    {
        // Products of factors: their logarithms add up, so each has its share. A factor of 0 takes it all.
        static double Log(double factor) => Math.Log(Math.Max(factor, 1e-300));
        double sign = vanishes ? -1 : 1;
        bool bySlope = all.Sum(one => sign * Log(one.Slope)) > all.Sum(one => sign * Log(one.Carry));
        FlowFactors worst = all.MaxBy(one => sign * Log(bySlope ? one.Slope : one.Carry))!;
        double typical = Math.Exp(all.Average(one => Log(bySlope ? one.Slope : one.Carry)));
        if (!bySlope)
        {
            string size = vanishes ? "small" : "large";
            return string.Create(CultureInfo.InvariantCulture, $"The weights cause it: {worst.CarryFormula} is {Times(worst.Carry)} {new Name("Δ", worst.Layer + 1)}, because {new Name("W", worst.Layer + 1)} is {size} (‖{new Name("W", worst.Layer + 1)}‖ = {worst.WeightNorm:G3}); over all layers the weights multiply by {typical:G2} each.");
        }

        if (worst.Slope == 0)
        {
            return $"The factor f′({new Name("Z", worst.Layer)}) = {worst.SlopeFormula} causes it: it is 0 wherever something arrives{(worst.MostSlope > 0 ? "" : worst.IsRectified ? ", for no neuron of the layer fires" : ", for every neuron of the layer is saturated")}.";
        }

        string why = worst.FlatShare > 0.5 ? string.Create(CultureInfo.InvariantCulture, $"{100 * worst.FlatShare:0} % of it is below {Flat}: {(worst.IsRectified ? "most of the layer does not fire" : "the layer is saturated")}")
            : string.Create(CultureInfo.InvariantCulture, $"it is {worst.MeanSlope:G3} on average and never above {worst.MostSlope:G3}");
        return string.Create(CultureInfo.InvariantCulture, $"The factor f′({new Name("Z", worst.Layer)}) = {worst.SlopeFormula} causes it: {why}; over all layers f′ multiplies by {typical:G2} each.");
    }

    private static string Times(double ratio) => ratio == 0 ? "0 times" : ratio >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{ratio:G3} times")
        : string.Create(CultureInfo.InvariantCulture, $"1/{1 / ratio:#,0.#} of");

    private static string Text(Expr expression) => Notation.Text.Print(expression);

    private FlowFactors FactorsOf(int l, double[] norms)
    {
        (Expr carried, Expr? slope) = factors[l];
        double between = plan.NormOf(carried);

        // Where nothing arrives, no factor of this layer is to blame.
        double[] slopes = slope is null ? [1] : [.. plan[slope].Elements.ToArray().Select(Math.Abs)];
        return new(
            l + 1,
            Notation.MathMl.Print(deltas[l], "=", deltas[l].Definition),
            Text(carried),
            slope is null ? "1" : Text(slope),
            norms[l + 1] == 0 ? 1 : between / norms[l + 1],
            between == 0 ? 1 : norms[l] / between,
            slopes.Average(),
            slopes.Max(),
            (double)slopes.Count(one => one < Flat) / slopes.Length,
            plan.NormOf(network.Layers[l + 1].Weights))
        { IsRectified = model.Network.Layers[l].Activation.IsRectifier };
    }
}
