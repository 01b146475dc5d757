using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>The right answer to a question at random points: the derived one where finite differences confirm it, else the finite differences.</summary>
internal sealed class Truth
{
    /// <summary>At how many points a claim is compared.</summary>
    public const int Points = 4;

    /// <summary>The fewest points that decide.</summary>
    public const int FewestPoints = 3;

    private const int MostTries = 16;

    /// <summary>So many points have small sizes, at which a mistake is seen best; the others have large ones, which some formulas need to be anything but zero.</summary>
    private const int SmallPoints = 2;

    /// <summary>How often large sizes are tried in vain before small ones are taken in their place.</summary>
    private const int MostTriesOfLarge = 4;

    /// <summary>The most that differences may take at a point with large sizes, where there may be smaller ones.</summary>
    private const double MostAtLarge = 1e7;

    /// <summary>More directions than differences are taken in where the elements are too many.</summary>
    private const int MostDirections = 8;

    private const int MostElements = 120;

    /// <summary>The most that the derived formula may take for further points.</summary>
    private const double MostFurther = 2e5;

    /// <summary>What takes so little is done even where the time is over: on a busy machine small questions are decided too.</summary>
    private const double Cheap = 2e6;

    /// <summary>What differences that are the truth themselves may leave over of zero.</summary>
    private const double NoiseOfDifferences = 1e-11;

    private readonly ClaimProblem problem;
    private readonly Expr[] drawn;
    private readonly int seed;
    private List<Sample>? others;
    private bool wasTooLarge;
    private int notFinite;
    private int contradicted;

    public Truth(ClaimProblem problem, Derivative? derivative, Expr? swept, int seed, TimeSpan limit)
    {
        (this.problem, this.seed) = (problem, seed);
        Derivative = derivative;
        Result = derivative?.Result ?? swept;
        drawn = [problem.Of, .. problem.Scope.Variables.Values];
        if (TooLarge() is string sentence)
        {
            Doubt = sentence;
            return;
        }

        Conditions = problem.Conditions;
        Deadline end = Deadline.After(limit);
        Draw(new(seed), end);
        if (Samples.Count < FewestPoints && notFinite > 0 && !wasTooLarge)
        {
            // As of log and sqrt: what is not said to be positive is drawn so now, unless something else is known of it.
            Symbol[] free = [.. Expr.Reachable(drawn).OfType<Symbol>().Where(symbol => !problem.Conditions.All.Any(one => one.Variable == symbol))];
            int general = Samples.Count;
            Conditions = new([.. problem.Conditions.All, .. free.Select(symbol => (symbol, Condition.Positive))]);
            Draw(new(seed), Deadline.After(limit / 2));
            NeedsPositive = Samples.Count > general;
        }

        if (Samples.Count < FewestPoints)
        {
            Doubt = wasTooLarge ? "the expression or its derivative has more elements at a random point than are computed; smaller sizes, or names for them, can be tried"
                : contradicted >= FewestPoints && Result is not null
                ? "finite differences contradict the derived result, so neither is taken for the truth"
                : contradicted >= FewestPoints
                ? "no derived formula was found in time or by the rules, and finite differences alone are not exact enough here"
                : Result is null && Elements(new(Next(new(seed)))) > MostElements
                ? $"there is no derived formula, and finite differences by more than {MostElements} elements are not taken"
                : end.IsPast ? $"only {Samples.Count} of {FewestPoints} random points could be tried in time; a shorter expression, or smaller sizes, can be tried"
                : $"only {Samples.Count} of {FewestPoints} random points could be used: elsewhere a value is not finite, or the point is at a kink";
        }
    }

    /// <summary>Adds points where the derived result and finite differences agree, until there are enough.</summary>
    private void Draw(RandomPoints random, Deadline end)
    {
        int large = 0;
        for (int i = 0; i < MostTries && Telling < Points && Samples.Count < 2 * Points; i++)
        {
            bool isLarge = Samples.Count >= SmallPoints && large < MostTriesOfLarge;
            SamplePoint point = new(Next(random, isLarge));
            double effort = EffortByDifferences(point);
            if (isLarge && (effort > MostAtLarge || (end.IsPast && effort > Cheap)))
            {
                large = MostTriesOfLarge;
                continue;
            }

            if (end.IsPast && (Telling >= FewestPoints || effort > Cheap))
            {
                break;
            }

            int before = Samples.Count;
            Try(point, effort, isLarge);
            large += isLarge && Samples.Count == before ? 1 : 0;
        }
    }

    /// <summary>Adds a point where the derived result and finite differences agree.</summary>
    private void Try(SamplePoint point, double effort, bool isLarge)
    {
        Matrix? derived = null;
        if (point.Value(problem.Of) is null || (Result is not null && (derived = Symmetrized(point.Value(Result), point)) is null))
        {
            wasTooLarge |= point.WasTooLarge && !isLarge;
            notFinite++;
            return;
        }

        if (effort > Effort.MostByDifferences)
        {
            wasTooLarge = true;
            return;
        }

        if (Confirmed(derived, point) is Matrix confirmed)
        {
            Samples.Add(new(point, confirmed, derived is null ? NoiseOfDifferences : point.NoiseOf(Result!)));
        }
    }

    /// <summary>The derivative at a point, where differences confirm it; null where they do not.</summary>
    private Matrix? Confirmed(Matrix? derived, SamplePoint point)
    {
        if (derived is not null && Elements(point) > MostElements)
        {
            return IsConfirmedInDirections(derived, point) ? derived : null;
        }

        Matrix? judged = ByDifferences(point);
        if (judged is null || (derived is not null ? !Near(derived, judged, point) : !IsSettled(judged, point)))
        {
            contradicted += judged is null ? 0 : 1;
            return null;
        }

        return derived ?? judged;
    }

    /// <summary>
    /// Whether what agrees with the derivative at the usable points does so by chance, as signs may: there is a further point where it does not, which
    /// is then one of them. The derived formula alone is computed at those, and by differences only where the two are not the same.
    /// </summary>
    public bool IsByChance(Expr formula)
    {
        foreach (Sample sample in others ??= [.. Further()])
        {
            if (Symmetrized(sample.Point.Value(formula), sample.Point) is Matrix own && sample.Error(own, () => sample.Point.NoiseOf(formula)) > Agreement.Tolerance
                && EffortByDifferences(sample.Point) <= Cheap && !Samples.Contains(sample) && Confirmed(sample.Value, sample.Point) is not null)
            {
                Samples.Add(sample);
                return true;
            }
        }

        return false;
    }

    private IEnumerable<Sample> Further()
    {
        if (Result is not Expr result)
        {
            yield break;
        }

        RandomPoints random = new(seed + 1);
        for (int i = 0; i < 2 * Points; i++)
        {
            SamplePoint point = new(random.Next(drawn, Conditions, large: i % 2 == 1));
            if (Effort.Of(result, point.Origin) <= MostFurther && point.Value(problem.Of) is not null && Symmetrized(point.Value(result), point) is Matrix value)
            {
                yield return new(point, value, point.NoiseOf(result));
            }
        }
    }

    /// <summary>The derivation, where there is one.</summary>
    public Derivative? Derivative { get; }

    /// <summary>Whether the derivative is zero: at all points, those with large sizes too, and not only at some.</summary>
    public bool IsZero => Samples.TrueForAll(sample => sample.IsZero);

    /// <summary>At how many points something is learned: not where the derivative happens to be zero but for rounding.</summary>
    public int Telling => Result is Zeros or Constant { Value.Number: 0 } ? Samples.Count : Samples.Count(sample => !sample.IsZero);

    /// <summary>The derived formula, where there is one.</summary>
    public Expr? Result { get; }

    /// <summary>The usable points with the right values.</summary>
    public List<Sample> Samples { get; } = [];

    /// <summary>What points are drawn with: what is known of the variables, and what had to be assumed of them.</summary>
    public Conditions Conditions { get; private set; } = Conditions.None;

    /// <summary>Whether points had to be drawn with positive elements.</summary>
    public bool NeedsPositive { get; }

    /// <summary>Why there is no truth to compare with; null where there is.</summary>
    public string? Doubt { get; }

    /// <summary>More points, for other questions: none of them is judged by finite differences.</summary>
    public static IEnumerable<SamplePoint> Others(int seed, Func<RandomPoints, Bindings> next)
    {
        RandomPoints random = new(seed);
        for (int i = 0; i < MostTries; i++)
        {
            yield return new(next(random));
        }
    }

    /// <summary>What points are drawn for.</summary>
    public IReadOnlyList<Expr> Drawn => drawn;

    /// <summary>The value of a claim, or of the result, in the form that is compared: by a symmetric variable only what symmetric changes see.</summary>
    public Matrix? Symmetrized(Matrix? value, SamplePoint point)
    {
        if (value is null || problem.By is not Symbol { IsSymmetric: true } || problem.Kind is not (DerivativeKind.Jacobian or DerivativeKind.Hessian))
        {
            return value;
        }

        int n = point.Origin.SizeOf(problem.By.Shape.Rows);
        return Matrix.From(value.Rows, value.Columns, (i, j) => (value[i, j] + value[i, (j % n * n) + (j / n)]) / 2);
    }

    /// <summary>Why no point can be drawn at all; null where one can.</summary>
    private string? TooLarge()
    {
        Symbol[] symbols = [.. Expr.Reachable(drawn).OfType<Symbol>()];
        int names = problem.Scope.Dimensions.Values.Count(dim => dim.Value is null);
        double Largest(Dim dim) => Math.Max(RandomPoints.LargestSize, names + 1);
        double all = symbols.Sum(symbol => Effort.Elements(symbol.Shape, Largest));
        return all > Effort.MostDrawn
            ? $"the variables may have {all:0} elements at a random point, but at most {Effort.MostDrawn:0} are drawn; smaller sizes, or names for them, can be tried"
            : null;
    }

    /// <summary>What differences take at a point: the expression is computed four times for each element of the variable.</summary>
    private double EffortByDifferences(SamplePoint point)
    {
        Bindings at = point.Origin;
        Expr differenced = problem.Kind is DerivativeKind.Hessian or DerivativeKind.HessianVectorProduct && Derivative?.Gradient is Expr gradient ? gradient : problem.Of;
        double elements = Effort.Elements(problem.By.Shape, dim => at.SizeOf(dim));
        double evaluations = 4 * (elements > MostElements ? MostDirections : elements);
        return evaluations * Effort.Of(differenced, at);
    }

    /// <summary>A point; the second one of small sizes, and each one of large sizes, has other sizes than the one before, so that a number is told from a dimension.</summary>
    private Bindings Next(RandomPoints random, bool large = false)
    {
        Bindings next = random.Next(drawn, Conditions, large: large);
        for (int i = 0; i < 50 && Samples.Count > 0 && (Samples.Count == 1 || large)
            && problem.Scope.Dimensions.Values.Any(dim => dim.Value is null && next.SizeOf(dim) == Samples[^1].Point.Origin.SizeOf(dim)); i++)
        {
            next = random.Next(drawn, Conditions, large: large);
        }

        return next;
    }

    /// <summary>The derivative by central differences; null where it cannot be had.</summary>
    private Matrix? ByDifferences(SamplePoint point, double step = 1)
    {
        Bindings at = point.Origin;
        (int rows, int columns) = (at.SizeOf(problem.By.Shape.Rows), at.SizeOf(problem.By.Shape.Columns));
        if ((long)rows * columns > MostElements)
        {
            return null;
        }

        try
        {
            Matrix? value = problem.Kind switch
            {
                DerivativeKind.Gradient => FiniteDifferences.Gradient(problem.Of, problem.By, at, step),
                DerivativeKind.Jacobian => FiniteDifferences.Jacobian(problem.Of, problem.By, at, step),
                _ => Derivative?.Gradient is Expr gradient && FirstIsRight(gradient, point)
                    ? problem.Kind == DerivativeKind.Hessian
                        ? FiniteDifferences.Jacobian(gradient, problem.By, at, step)
                        : FiniteDifferences.Directional(gradient, problem.By, at.ValueOf(problem.Along!)!, at, step)
                    : null,
            };
            return value is null ? null
                : problem.Kind == DerivativeKind.Gradient && problem.By is Symbol { IsSymmetric: true } ? value.Zip(value.Transposed(), (x, y) => (x + y) / 2)
                : Symmetrized(value, point);
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException or ArgumentException or ArithmeticException)
        {
            return null;
        }
    }

    private long Elements(SamplePoint point) => (long)point.Origin.SizeOf(problem.By.Shape.Rows) * point.Origin.SizeOf(problem.By.Shape.Columns);

    /// <summary>Whether differences with other steps come to the same: where they alone are the truth they must be exact enough to be one.</summary>
    private bool IsSettled(Matrix judged, SamplePoint point) =>
        ByDifferences(point, 0.5) is Matrix finer && finer.Zip(judged, (x, y) => x - y).MaxAbs() <= 1e-7 * judged.MaxAbs();

    /// <summary>Of a large variable: the derived matrix times some random directions beside differences along them.</summary>
    private bool IsConfirmedInDirections(Matrix derived, SamplePoint point)
    {
        Expr of = problem.Kind is DerivativeKind.Gradient or DerivativeKind.Jacobian ? problem.Of : Derivative!.Gradient!;
        Matrix like = point.Origin.ValueOf(problem.By)!;
        Random random = new(1);
        for (int i = 0; i < 3; i++)
        {
            Matrix direction = like.Map(_ => random.NextDouble() - 0.5);
            if (problem.By is Symbol { IsSymmetric: true })
            {
                direction = direction.Zip(direction.Transposed(), (x, y) => (x + y) / 2);
            }

            Matrix judged = FiniteDifferences.Directional(of, problem.By, problem.Kind == DerivativeKind.HessianVectorProduct ? point.Origin.ValueOf(problem.Along!)! : direction, point.Origin);
            Matrix expected = problem.Kind switch
            {
                DerivativeKind.Gradient => Matrix.Scalar(derived.Zip(direction, (x, y) => x * y).Sum()),
                DerivativeKind.HessianVectorProduct => derived,
                _ => derived * new Matrix(direction.Elements.Length, 1, direction.Elements.ToArray()),
            };
            if (!Near(new(expected.Elements.Length, 1, expected.Elements.ToArray()), new(judged.Elements.Length, 1, judged.Elements.ToArray()), point))
            {
                return false;
            }
        }

        return true;
    }

    private bool FirstIsRight(Expr gradient, SamplePoint point)
    {
        Matrix differences = FiniteDifferences.Gradient(problem.Of, problem.By, point.Origin);
        differences = problem.By is Symbol { IsSymmetric: true } ? differences.Zip(differences.Transposed(), (x, y) => (x + y) / 2) : differences;
        return point.Value(gradient) is Matrix value && Near(value, differences, point);
    }

    private bool Near(Matrix derived, Matrix judged, SamplePoint point)
    {
        double size = Math.Max(1, point.Value(problem.Of)?.MaxAbs() ?? 1);
        double tolerance = (2e-6 * Math.Max(derived.MaxAbs(), judged.MaxAbs())) + (1e-9 * size);
        return derived.Rows == judged.Rows && derived.Columns == judged.Columns && derived.Zip(judged, (x, y) => x - y).MaxAbs() <= tolerance;
    }

    /// <summary>Syntax of the right formula; null where there is none.</summary>
    public Syntax? ToSyntax()
    {
        try
        {
            return Result is null ? null : AsciiNotation.ToSyntax(Result, problem.Scope);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}
