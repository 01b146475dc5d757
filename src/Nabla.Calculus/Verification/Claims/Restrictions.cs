using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>Finds out whether a formula is right in a special case: of symmetric matrices, or of scalars.</summary>
internal sealed class Restrictions(ClaimProblem problem, Truth truth)
{
    /// <summary>The symmetric matrices without which the formula is wrong.</summary>
    /// <param name="bound">The formula.</param>
    /// <param name="factor">The factor by which it is too large even then.</param>
    public string? OnlyIfSymmetric(Expr bound, double factor = 1)
    {
        Symbol[] square = [.. Expr.Reachable(bound, problem.Of).OfType<Symbol>()
            .Where(symbol => !symbol.Shape.IsScalar && !symbol.IsSymmetric && symbol.Shape.Rows.Equals(symbol.Shape.Columns))];
        if (square.Length == 0 || !HoldsSymmetric(bound, square, factor))
        {
            return null;
        }

        Symbol[] needed = [.. square.Where(symbol => !HoldsSymmetric(bound, [.. square.Except([symbol])], factor))];
        needed = needed.Length == 0 ? square : needed;
        string names = string.Join(" and ", needed.Select(symbol => $"{symbol.Name}"));
        return $"the formula is right only if {names} {(needed.Length == 1 ? "is" : "are")} symmetric";
    }

    private bool HoldsSymmetric(Expr bound, Symbol[] symbols, double factor) => Holds(bound, factor, truth.Samples.Select(sample =>
    {
        Bindings at = sample.Point.Origin.Copy();
        foreach (Symbol symbol in symbols)
        {
            Matrix value = at.ValueOf(symbol)!;
            at.Set(symbol, value.Zip(value.Transposed(), (x, y) => (x + y) / 2));
        }

        return new SamplePoint(at);
    }));

    /// <summary>Whether the formula is right where every dimension is 1.</summary>
    public bool OnlyIfScalar(Expr bound)
    {
        Symbol[] symbols = [.. truth.Drawn.OfType<Symbol>().Concat(Expr.Reachable(truth.Drawn).OfType<Symbol>()).Distinct()];
        if (bound.Shape != problem.Shape || symbols.All(symbol => symbol.Shape.IsScalar) || symbols.Any(symbol => symbol.Shape.Rows.Value > 1 || symbol.Shape.Columns.Value > 1))
        {
            return false;
        }

        return Holds(bound, 1, truth.Samples.Select(sample =>
        {
            Bindings at = new();
            foreach (Dim dim in symbols.SelectMany(symbol => symbol.Shape.Rows.Factors.AddRange(symbol.Shape.Columns.Factors)).Where(dim => dim.Value is null))
            {
                at.Set(dim, 1);
            }

            foreach (Symbol symbol in symbols)
            {
                bool isOne = problem.Conditions.All.Any(one => one.Variable == symbol && one.Condition is Condition.SumToOne or Condition.RowsSumToOne or Condition.ColumnsSumToOne);
                at.Set(symbol, Matrix.Scalar(isOne ? 1 : sample.Point.Origin.ValueOf(symbol)![0, 0]));
            }

            return new SamplePoint(at);
        }));
    }

    /// <summary>Whether claim and derivative agree at other points, and not only because both are zero there.</summary>
    private bool Holds(Expr bound, double factor, IEnumerable<SamplePoint> points)
    {
        if (truth.Result is not Expr result || bound.Shape != problem.Shape)
        {
            return false;
        }

        int agreeing = 0;
        foreach (SamplePoint point in points)
        {
            if (truth.Symmetrized(point.Value(bound), point) is not Matrix own || truth.Symmetrized(point.Value(result), point) is not Matrix value)
            {
                continue;
            }

            if (!Agreement.Same(own.Map(x => x / factor), value))
            {
                return false;
            }

            agreeing += value.MaxAbs() > Agreement.Tolerance ? 1 : 0;
        }

        return agreeing >= Truth.FewestPoints;
    }
}
