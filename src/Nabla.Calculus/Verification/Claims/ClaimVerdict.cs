using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>What is wrong with a claim.</summary>
/// <param name="Code">The code of the mistake, such as <c>transposed</c>.</param>
/// <param name="Text">One sentence.</param>
public sealed record ClaimDiagnosis(string Code, string Text)
{
    /// <summary>The code of the mistake that made the shapes not fit, where <see cref="Code"/> says only that they do not.</summary>
    public string Cause { get; init; } = Code;

    /// <summary>The nearest right formula, in the input language; null where none near the claim was found.</summary>
    public string? NearestForm { get; init; }

    /// <summary>The place of the mistake in the claim; null where it is not one place.</summary>
    public SourceSpan? Place { get; init; }

    /// <summary>The claim with a mark under the place, two lines; empty where there is no place.</summary>
    public string Excerpt { get; init; } = "";
}

/// <summary>Values of the variables at which a claim and the derivative differ.</summary>
/// <param name="Sizes">The dimensions and their sizes.</param>
/// <param name="Values">The variables and their values, rounded; empty where there are too many numbers to print.</param>
/// <param name="Row">The row of the element that differs most, from 1.</param>
/// <param name="Column">Its column, from 1.</param>
/// <param name="Claimed">The claim's value there.</param>
/// <param name="True">The derivative's.</param>
public sealed record Counterexample(
    IReadOnlyList<(string Dimension, int Size)> Sizes, IReadOnlyList<(string Variable, Matrix Value)> Values, int Row, int Column, double Claimed, double True);

/// <summary>What was found about a claim.</summary>
/// <param name="Problem">What was asked.</param>
/// <param name="Derivative">The derivative and how it came about; null where there is no rule for an operation.</param>
/// <param name="Agrees">Whether the claim is right; null where that could not be decided.</param>
public sealed record ClaimVerdict(ClaimProblem Problem, Derivative? Derivative, bool? Agrees)
{
    /// <summary>The claim; null where its shapes do not fit.</summary>
    public Expr? Claim { get; init; }

    /// <summary>The largest difference at any point, relative to the largest element of the derivative; null where nothing could be compared.</summary>
    public double? Error { get; init; }

    /// <summary>At how many random points the two were compared.</summary>
    public int Points { get; init; }

    /// <summary>Whether points had to be drawn with positive elements, because elsewhere values are not finite, as those of log and sqrt.</summary>
    public bool NeedsPositive { get; init; }

    /// <summary>Whether simplification shows that the claim is the derivative at all points.</summary>
    public bool IsProved { get; init; }

    /// <summary>What is wrong; null where nothing is, or where it is not known whether something is.</summary>
    public ClaimDiagnosis? Diagnosis { get; init; }

    /// <summary>Values at which the claim is wrong; null where it is right or has no value of the right shape.</summary>
    public Counterexample? Counterexample { get; init; }

    /// <summary>Why it could not be decided; null where it could.</summary>
    public string? Undecided { get; init; }
}
