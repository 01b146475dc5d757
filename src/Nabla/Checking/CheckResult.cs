using System.Collections.Immutable;

namespace Nabla.Checking;

/// <summary>A way to compute what a given tensor is compared with.</summary>
public enum CheckRoad
{
    /// <summary>The derived gradient, evaluated in double precision node by node.</summary>
    Evaluator,

    /// <summary>Differences of the loss itself, which know no derivative.</summary>
    FiniteDifferences,

    /// <summary>The compiled plan in single precision: what trains.</summary>
    FloatPlan,
}

/// <summary>One given number beside the computed one.</summary>
/// <param name="Place">Where it stands in the file, such as <c>[3,1]</c>; for a random direction of a large tensor its number, such as <c>direction 7</c>.</param>
/// <param name="Given">The given number.</param>
/// <param name="Computed">The computed number.</param>
/// <param name="Tolerance">How far apart they may be.</param>
public sealed record ComparedNumber(string Place, double Given, double Computed, double Tolerance)
{
    /// <summary>The row in the mathematics' orientation; −1 for a direction.</summary>
    internal int Row { get; init; } = -1;

    /// <summary>The column in the mathematics' orientation; −1 for a direction.</summary>
    internal int Column { get; init; } = -1;

    /// <summary>|given − computed|; infinite where one of them is not finite.</summary>
    public double Error => double.IsFinite(Given - Computed) ? Math.Abs(Given - Computed) : double.PositiveInfinity;

    /// <summary>Whether the error is within the tolerance.</summary>
    public bool Agrees => double.IsFinite(Error) && Error <= Tolerance;
}

/// <summary>What one road says of one tensor.</summary>
/// <param name="Road">The road.</param>
/// <param name="Compared">How many elements were compared, with random directions counted as one each.</param>
/// <param name="Disagreeing">How many of them are further apart than the tolerance.</param>
/// <param name="Worst">The one with the largest error in terms of its tolerance; null where nothing could be compared.</param>
public sealed record RoadResult(CheckRoad Road, int Compared, int Disagreeing, ComparedNumber? Worst)
{
    /// <summary>How many of the compared were random directions; 0 where every element was compared.</summary>
    public int Directions { get; init; }

    /// <summary>How many elements finite differences cannot judge because a kink (relu at 0) lies within every step.</summary>
    public int AtKinks { get; init; }

    /// <summary>How many elements finite differences cannot judge because no two step sizes agree.</summary>
    public int Unsettled { get; init; }

    /// <summary>Whether the loss was judged in its stable form, because as it is written it overflows here or has lost its digits.</summary>
    public bool OfStableForm { get; init; }

    /// <summary>True where nothing that was compared disagrees.</summary>
    public bool Agrees => Disagreeing == 0;
}

/// <summary>What a mismatch probably is.</summary>
/// <param name="Code">One of the contract's codes.</param>
/// <param name="Text">One sentence.</param>
public sealed record Diagnosis(string Code, string Text);

/// <summary>One given tensor, compared on every road there is for it.</summary>
/// <param name="Id">The tensor, such as <c>layers.0.weights</c>.</param>
/// <param name="Largest">max|g|, the largest absolute value given.</param>
/// <param name="Roads">The roads, in their order.</param>
/// <param name="Diagnosis">What is wrong or undecided; null where all roads agree.</param>
public sealed record ComparedTensor(string Id, double Largest, ImmutableArray<RoadResult> Roads, Diagnosis? Diagnosis)
{
    /// <summary>
    /// True where all roads agree, false where one does not, null where finite differences left an element undecided. An element at a kink is
    /// not undecided: finite differences are not asked about it, and the other roads judge it.
    /// </summary>
    public bool? Agrees => Roads.Any(road => !road.Agrees) ? false : Roads.Any(road => road.Unsettled > 0) ? null : true;

    /// <summary>
    /// The largest error of the road that decides, in terms of max|g| (of 1 where that is 0): the first road that disagrees, or else the
    /// evaluator.
    /// </summary>
    public double Error =>
        ((Roads.FirstOrDefault(road => !road.Agrees) ?? Roads[0]).Worst?.Error ?? 0) / (Largest > 0 ? Largest : 1);

    /// <summary>What one road says; null where the road does not lead to this tensor.</summary>
    public RoadResult? this[CheckRoad road] => Roads.FirstOrDefault(result => result.Road == road);
}
