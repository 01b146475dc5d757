using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Simplification;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>
/// Judges formulas that claim to be the derivative of an expression: by values at random points, where finite differences confirm the derived
/// result, and where it can by simplification. Of a wrong one it says what is wrong.
/// </summary>
public sealed class ClaimCheck
{
    private const int LongestProof = 400;

    private const double ShareOfDerivation = 0.3;
    private const double ShareOfSweepAlone = 0.1;
    private const double ShareOfPoints = 0.15;
    private const double ShareOfJudgement = 0.45;

    private readonly Truth truth;
    private readonly ClaimProblem problem;
    private readonly TimeSpan limit;

    private ClaimCheck(ClaimProblem problem, Truth truth, TimeSpan limit)
    {
        this.problem = problem;
        this.truth = truth;
        this.limit = limit;
    }

    /// <summary>The derivative that claims are compared with; null where an operation has no rule.</summary>
    public Derivative? Derivative => truth.Derivative;

    /// <summary>Derives the answer to a question and tries it against finite differences.</summary>
    /// <param name="problem">The question.</param>
    /// <param name="seed">The same seed gives the same random points.</param>
    /// <param name="limit">How long the derivation, the drawing of points and a search for the mistake may take together; by default about a second.</param>
    public static ClaimCheck Of(ClaimProblem problem, int seed = 1, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(problem);
        TimeSpan chosen = limit ?? TimeSpan.FromSeconds(0.8);
        Derivative? derivative = null;
        using CancellationTokenSource late = new(chosen * ShareOfDerivation);
        try
        {
            derivative = Derivative.Find(
                problem.Kind, problem.Of, problem.By, problem.Along, new() { Assumptions = problem.Conditions.Assumptions, Cancellation = late.Token });
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or OverflowException or OperationCanceledException)
        {
            // Finite differences are still there.
        }

        return new(problem, new(problem, derivative, derivative is null ? AsSwept(problem, chosen * ShareOfSweepAlone) : null, seed, chosen * ShareOfPoints), chosen * ShareOfJudgement);
    }

    /// <summary>The gradient as the sweep leaves it, where shortening it takes too long: it is long, but as true.</summary>
    private static Expr? AsSwept(ClaimProblem problem, TimeSpan limit)
    {
        if (problem.Kind != DerivativeKind.Gradient)
        {
            return null;
        }

        using CancellationTokenSource late = new(limit / 2);
        try
        {
            Expr gradient = Derivation.Of(problem.Of, [problem.By], new() { Assumptions = problem.Conditions.Assumptions, Cancellation = late.Token }).GradientOf(problem.By);
            return problem.By is Symbol { IsSymmetric: true } ? 0.5 * (gradient + gradient.Transpose()) : gradient;
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or OverflowException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Judges one claim.</summary>
    /// <param name="claim">The formula.</param>
    /// <exception cref="LanguageException">The claim is no formula: its shapes are not the reason.</exception>
    public ClaimVerdict Judge(string claim)
    {
        Syntax syntax = Parser.Parse(claim);
        TrialBinder binder = new(problem.Scope, claim);
        LanguageException? unfit = null;
        Expr? bound = null;
        try
        {
            bound = problem.Scope.Bind(syntax, claim);
        }
        catch (LanguageException e) when (e.ConcernsShapes)
        {
            unfit = e;
            RequireNames(syntax, claim, binder);
        }

        if (truth.Doubt is string doubt)
        {
            return new(problem, Derivative, null) { Claim = bound, Undecided = doubt };
        }

        double? error = null;
        int points = 0;
        if (bound is not null && bound.Shape == problem.Shape)
        {
            int compared = 0;
            foreach (Sample sample in truth.Samples)
            {
                if (truth.Symmetrized(sample.Point.Value(bound), sample.Point) is Matrix value)
                {
                    compared++;
                    points += sample.IsZero && !truth.IsZero ? 0 : 1;
                    error = Math.Max(error ?? 0, sample.Error(value, () => sample.Point.NoiseOf(bound)));
                }
            }

            if (points < Truth.FewestPoints && !(error > Agreement.Tolerance))
            {
                return new(problem, Derivative, null)
                {
                    Claim = bound,
                    Points = points,
                    Undecided = truth.Samples.Any(sample => sample.Point.WasTooLarge)
                        ? "the claim has more elements at a random point than are computed; smaller sizes, or names for them, can be tried"
                        : compared < Truth.FewestPoints
                        ? $"the claim has finite values at only {compared} of {truth.Samples.Count} random points"
                        : $"both are zero but for rounding at {compared - points} of {compared} random points, which says nothing, and {points} are too few",
                };
            }

            if (error <= Agreement.Tolerance && truth.IsByChance(bound))
            {
                error = truth.Samples[^1] is var last && truth.Symmetrized(last.Point.Value(bound), last.Point) is Matrix value ? last.Error(value, () => last.Point.NoiseOf(bound)) : error;
            }

            if (error <= Agreement.Tolerance)
            {
                return new(problem, Derivative, true) { Claim = bound, Error = error, Points = points, IsProved = IsProved(bound, syntax.Size), NeedsPositive = truth.NeedsPositive };
            }
        }

        Diagnoser diagnoser = new(problem, truth, binder, claim, Deadline.After(limit));
        return new(problem, Derivative, false)
        {
            Claim = bound,
            Error = error,
            Points = points,
            NeedsPositive = truth.NeedsPositive,
            Diagnosis = diagnoser.Diagnose(syntax, bound, unfit),
            Counterexample = bound is not null && error is not null ? Counterexamples.Of(bound, problem, truth) : null,
        };
    }

    /// <summary>Whether simplification makes the claim the derivative.</summary>
    private bool IsProved(Expr claim, long size)
    {
        if (truth.Result is not Expr result || size > LongestProof)
        {
            return false;
        }

        try
        {
            using CancellationTokenSource late = new(limit / 2);
            Simplifier simplifier = new(problem.Conditions.Assumptions, late.Token);
            return claim == result || simplifier.Simplify(claim).Result == simplifier.Simplify(result).Result || simplifier.Simplify(claim - result).Result is Zeros or Constant { Value.Number: 0 };
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException or ShapeException or OverflowException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Where shapes do not fit, later names may be unknown too; that is then the error.</summary>
    private void RequireNames(Syntax syntax, string claim, TrialBinder binder)
    {
        Stack<Syntax> open = new([syntax]);
        while (open.TryPop(out Syntax? next))
        {
            IEnumerable<Syntax> parts = next switch
            {
                MinusSyntax minus => [minus.Operand],
                TransposeSyntax transpose => [transpose.Operand],
                BinarySyntax binary => [binary.Left, binary.Right],
                CallSyntax call => TrialBinder.Arguments(call),
                _ => [],
            };
            if (binder.Try(next) is null && parts.All(part => binder.Try(part) is not null))
            {
                try
                {
                    problem.Scope.Bind(next, claim);
                }
                catch (LanguageException e) when (e.ConcernsShapes)
                {
                    continue;
                }
            }

            foreach (Syntax part in parts)
            {
                open.Push(part);
            }
        }
    }
}
