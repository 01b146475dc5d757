using System.Collections.Immutable;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;

namespace Nabla.Checking;

/// <summary>What finite differences say of one derivative.</summary>
internal enum Judgement
{
    /// <summary>Two step sizes agree on it.</summary>
    Settled,

    /// <summary>A step crosses a kink, and no two that are small enough not to agree: there is nothing to be said.</summary>
    AtKink,

    /// <summary>No two step sizes agree, and no kink is the reason; rounding or non-finite numbers prevail.</summary>
    Unsettled,
}

/// <summary>A derivative by finite differences, and what it is worth.</summary>
internal sealed record Quotient(double Value, Judgement Judgement);

/// <summary>
/// Derivatives of a network's loss by central differences of fourth order at several step sizes. Neither the given numbers nor the rules of
/// the calculus are looked at: the value is the one on which two neighbouring step sizes agree.
/// </summary>
internal sealed class DifferenceQuotients
{
    /// <summary>The evaluations of C that one derivative takes where the first two step sizes agree.</summary>
    public const int LeastEvaluations = 8;

    /// <summary>The first step relative to the size of what is moved.</summary>
    private const double FirstStep = 1e-3;

    private const double MachineEpsilon = 2.220446049250313e-16;

    /// <summary>How many times a step is made smaller by ten.</summary>
    private const int Refinements = 4;

    private readonly Expr cost;
    private readonly Expr variable;
    private readonly Matrix at;
    private readonly Bindings bindings;
    private readonly ImmutableArray<Expr> evaluated;
    private readonly ImmutableArray<ImmutableArray<double>> kinks;
    private readonly ImmutableArray<int> sides;
    private readonly double settled;
    private readonly double leastStep;
    private readonly double rounding;

    /// <param name="cost">C.</param>
    /// <param name="variable">X, a symbol.</param>
    /// <param name="known">A part of C that does not depend on X and has a value already, so that it need not be computed each time; or null.</param>
    /// <param name="bindings">The values of all symbols, and of <paramref name="known"/>.</param>
    /// <param name="settled">How near two neighbouring steps must come to count as agreeing.</param>
    public DifferenceQuotients(Expr cost, Symbol variable, (Expr Part, Matrix Value)? known, Bindings bindings, double settled)
    {
        this.cost = cost;
        this.variable = variable;
        this.settled = settled;
        this.bindings = bindings.Copy();
        at = bindings.ValueOf(variable)!;
        if (known is var (part, value))
        {
            this.bindings.Set(part, value);
        }

        IReadOnlyList<(Expr Argument, ImmutableArray<double> Points)> below = Kinks.Below(cost, variable);
        evaluated = [cost, .. below.Select(kink => kink.Argument)];
        kinks = [.. below.Select(kink => kink.Points)];
        (double here, sides) = Probe(at);

        rounding = 1e-13 * Math.Max(1, Math.Abs(here));

        // With a smaller step, the rounding of C alone is more than what two steps may differ by.
        leastStep = double.IsFinite(here) ? MachineEpsilon * Math.Abs(here) / settled : 0;
    }

    /// <summary>⟨∂C/∂X, D⟩.</summary>
    public Quotient Along(Matrix direction)
    {
        double size = 0;
        double longest = 0;
        for (int k = 0; k < at.Elements.Length; k++)
        {
            double length = Math.Abs(direction.Elements[k]);
            longest = Math.Max(longest, length);
            size = length == 0 ? size : Math.Max(size, Math.Abs(at.Elements[k]));
        }

        double? previous = null;
        double best = double.NaN;
        double leastGap = double.PositiveInfinity;
        bool crossed = false;
        foreach (double step in Steps(size == 0 ? 1 : size))
        {
            double? quotient = Central(direction, step / longest);
            crossed |= quotient is null;
            double gap = Math.Abs((quotient - previous) ?? double.NaN);
            // Where everything saturates, a quotient is ten times the one before, however small both are beside the largest element.
            bool near = gap <= 0.1 * Math.Abs(quotient ?? 0) || gap <= rounding * longest / step;
            if (near && gap < leastGap)
            {
                // Of two that agree, the one of the first, larger step has less rounding in it.
                (best, leastGap) = (previous!.Value, gap);
            }

            if (leastGap <= settled)
            {
                break;
            }

            previous = quotient;
        }

        return new(best, leastGap <= settled ? Judgement.Settled : crossed ? Judgement.AtKink : Judgement.Unsettled);
    }

    /// <summary>∂C/∂Xᵢⱼ.</summary>
    public Quotient Element(int row, int column)
    {
        Matrix unit = new(at.Rows, at.Columns);
        unit[row, column] = 1;
        return Along(unit);
    }

    /// <summary>
    /// The steps to try until two neighbours agree: from a thousandth of the size down, as far as rounding allows; then, for a variable that is small
    /// beside what it is added to, from there up.
    /// </summary>
    private IEnumerable<double> Steps(double size)
    {
        double first = Math.Max(FirstStep * size, 10 * leastStep);
        for (int k = 0; k <= Refinements && first / Math.Pow(10, k) >= leastStep; k++)
        {
            yield return first / Math.Pow(10, k);
        }

        for (double step = first; step < 10 * FirstStep; step *= 10)
        {
            yield return step;
        }
    }

    /// <summary>The quotient for one step, or null where a kink lies between the points.</summary>
    private double? Central(Matrix direction, double h)
    {
        double sum = 0;
        foreach ((int steps, int weight) in new[] { (-2, 1), (-1, -8), (1, 8), (2, -1) })
        {
            Matrix moved = at.Copy();
            for (int k = 0; k < moved.Elements.Length; k++)
            {
                moved.Elements[k] += steps * h * direction.Elements[k];
            }

            (double value, ImmutableArray<int> there) = Probe(moved);
            if (!there.AsSpan().SequenceEqual(sides.AsSpan()))
            {
                return null;
            }

            sum += weight * value;
        }

        return sum / (12 * h);
    }

    private (double Value, ImmutableArray<int> Sides) Probe(Matrix x)
    {
        // X is overwritten at every probe; nothing else is read from these bindings in between.
        bindings.Set(variable, x);
        IReadOnlyList<Matrix> values = Evaluator.EvaluateAll(evaluated, bindings);
        return (values[0][0, 0], [.. kinks.SelectMany((points, k) => Kinks.Sides(values[k + 1], points))]);
    }
}
