using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>Finds small numbers at which a claim and the derivative differ.</summary>
internal static class Counterexamples
{
    private const int MostNumbers = 40;
    private const int Digits = 1;

    /// <summary>The smallest of a few random points, its values rounded where the claim still differs there; null where none was found.</summary>
    public static Counterexample? Of(Expr claim, ClaimProblem problem, Truth truth)
    {
        Expr[] drawn = [.. Expr.Reachable(claim, problem.Of).OfType<Symbol>().Append((Symbol)problem.By).Concat(problem.Along is Symbol v ? [v] : []).Distinct()];
        foreach (SamplePoint point in truth.Samples.Select(sample => sample.Point).Concat(Truth.Others(7, random => random.Next(truth.Drawn, truth.Conditions)))
            .OrderBy(point => drawn.Sum(symbol => point.Origin.ValueOf(symbol)!.Elements.Length)))
        {
            foreach (SamplePoint tried in new[] { Rounded(point, drawn, problem), point })
            {
                if (truth.Result is Expr result && truth.Symmetrized(tried.Value(claim), tried) is Matrix claimed && truth.Symmetrized(tried.Value(result), tried) is Matrix right
                    && Agreement.Error(claimed, right) > 1e-3)
                {
                    return Of(claimed, right, drawn, tried.Origin);
                }
            }
        }

        return null;
    }

    private static Counterexample Of(Matrix claimed, Matrix right, Expr[] drawn, Bindings at)
    {
        int worst = 0;
        for (int i = 0; i < right.Elements.Length; i++)
        {
            worst = Math.Abs(claimed.Elements[i] - right.Elements[i]) > Math.Abs(claimed.Elements[worst] - right.Elements[worst]) ? i : worst;
        }

        (string, int)[] sizes =
        [
            .. drawn.SelectMany(symbol => symbol.Shape.Rows.Factors.AddRange(symbol.Shape.Columns.Factors)).Where(dim => dim.Value is null).Distinct()
                .Select(dim => (dim.Name, at.SizeOf(dim))),
        ];
        bool isSmall = drawn.Sum(symbol => at.ValueOf(symbol)!.Elements.Length) <= MostNumbers;
        (string, Matrix)[] values = isSmall ? [.. drawn.OfType<Symbol>().OrderBy(symbol => symbol.Id).Select(symbol => ($"{symbol.Name}", at.ValueOf(symbol)!))] : [];
        return new(sizes, values, (worst % right.Rows) + 1, (worst / right.Rows) + 1, claimed.Elements[worst], right.Elements[worst]);
    }

    /// <summary>The point with rounded values, where no condition says how values hang together.</summary>
    private static SamplePoint Rounded(SamplePoint point, Expr[] drawn, ClaimProblem problem)
    {
        Bindings rounded = point.Origin.Copy();
        foreach (Symbol symbol in drawn.OfType<Symbol>())
        {
            if (!problem.Conditions.All.Any(one => one.Variable == symbol && one.Condition is not (Condition.Positive or Condition.WellConditioned)))
            {
                rounded.Set(symbol, point.Origin.ValueOf(symbol)!.Map(x => Math.Round(x, Digits)));
            }
        }

        return new(rounded);
    }
}
