using System.Collections.Immutable;
using Nabla.Calculus.Verification;

namespace Nabla.Checking.Mistakes;

/// <summary>One way to explain the given gradients from the last layer down to some layer: what was done wrong where.</summary>
/// <param name="Deltas">δ of each layer, as it must have been.</param>
/// <param name="AtDelta">The mistakes in δ by layer; they go down to all layers below.</param>
/// <param name="AtTensor">The mistakes in single gradients by id; null where nothing known explains one.</param>
/// <param name="Cost">How far-fetched all of it is.</param>
internal sealed record MistakePath(
    ImmutableDictionary<int, Matrix> Deltas, ImmutableDictionary<int, Mistake> AtDelta, ImmutableDictionary<string, Mistake?> AtTensor, double Cost)
{
    private const double UnknownCost = 20;

    public static MistakePath Empty { get; } =
        new(ImmutableDictionary<int, Matrix>.Empty, ImmutableDictionary<int, Mistake>.Empty, ImmutableDictionary<string, Mistake?>.Empty, 0);

    /// <summary>Whether nothing is left unexplained.</summary>
    public bool IsWhole => AtTensor.Values.All(mistake => mistake is not null);

    /// <summary>The same with δ of one more layer.</summary>
    public MistakePath With(int layer, Matrix delta, Mistake? mistake) => this with
    {
        Deltas = Deltas.SetItem(layer, delta),
        AtDelta = mistake is null ? AtDelta : AtDelta.SetItem(layer, mistake),
        Cost = Cost + (mistake?.Cost ?? 0),
    };

    /// <summary>The same with one more gradient; a verdict that found nothing wrong adds nothing.</summary>
    public MistakePath With(string id, Verdict verdict) => verdict switch
    {
        { IsExplained: false } => this with { AtTensor = AtTensor.SetItem(id, null), Cost = Cost + UnknownCost },
        { Mistake: Mistake mistake } => this with { AtTensor = AtTensor.SetItem(id, mistake), Cost = Cost + mistake.Cost },
        _ => this,
    };
}

/// <summary>What was found of one gradient by itself.</summary>
/// <param name="IsExplained">Whether it is right, or wrong in a known way.</param>
/// <param name="Mistake">The mistake; null where it is right.</param>
internal sealed record Verdict(bool IsExplained, Mistake? Mistake)
{
    public static Verdict Right { get; } = new(true, null);

    public static Verdict Unknown { get; } = new(false, null);
}
