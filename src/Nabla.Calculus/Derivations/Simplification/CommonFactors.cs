using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Derivations.Simplification;

/// <summary>Sums whose terms have a factor in common: sX + sY, XY + XZ, YX + ZX, X ⊙ Y + X ⊙ Z, X ⊗ Y + X ⊗ Z.</summary>
internal sealed class CommonFactors(FormulaSize size, Keys keys)
{
    // Bounds on the time, never on being right.
    private const int MostTerms = 40;
    private const int MostFactors = 64;
    private const int LongestFormula = 4000;

    /// <summary>Two terms with a common factor as one product, where that is shorter.</summary>
    public Expr? Shorter(Expr node)
    {
        // Every pair of terms is tried, factor by factor: beyond some size the time is not worth a shorter formula that nobody reads.
        ImmutableArray<(Coefficient Number, Expr Body)> terms = Forms.Terms(node);
        if (terms.Length > MostTerms || size[node] > LongestFormula)
        {
            return null;
        }

        Expr? best = null;
        for (int i = 0; i < terms.Length; i++)
        {
            for (int j = i + 1; j < terms.Length; j++)
            {
                foreach ((Coefficient number, Expr body) in Joined(terms[i], terms[j]))
                {
                    Expr whole = Forms.Sum(terms.SetItem(i, (number, body)).RemoveAt(j), node.Pool, node.Shape);
                    best = size[whole] < size[best ?? node] ? whole : best;
                }
            }
        }

        return best;
    }

    /// <summary>All ways to write the sum of two terms as one product.</summary>
    private IEnumerable<(Coefficient Number, Expr Body)> Joined((Coefficient Number, Expr Body) x, (Coefficient Number, Expr Body) y)
    {
        ScalarFactors p = ScalarFactors.Of(x.Body, keys.Of);
        ScalarFactors q = ScalarFactors.Of(y.Body, keys.Of);
        ExprPool pool = x.Body.Pool;
        List<Expr> sharedAbove = [];
        List<Expr> sharedBelow = [];
        foreach ((Expr s, int power) in p.Powers)
        {
            int other = q.Powers.FirstOrDefault(factor => keys.Of(factor.Base) == keys.Of(s)).Power;
            int common = Math.Sign(power) == Math.Sign(other) ? Math.Min(Math.Abs(power), Math.Abs(other)) : 0;
            if (common > 0)
            {
                (power > 0 ? sharedAbove : sharedBelow).Add(Expr.Power(s, common));
            }
        }

        (Coefficient numberX, Coefficient numberY) = (x.Number, y.Number);
        Coefficient outside = Coefficient.One;
        if (numberX.EqualsButForSign(numberY))
        {
            outside = numberX;
            (numberX, numberY) = (Coefficient.One, numberX.Equals(numberY) ? Coefficient.One : -Coefficient.One);
        }

        if (sharedAbove.Count + sharedBelow.Count > 0)
        {
            Expr over = Enumerable.Aggregate(sharedAbove, (Expr)pool.Constant(1), (a, b) => a * b);
            Expr under = Enumerable.Aggregate(sharedBelow, (Expr)pool.Constant(1), (a, b) => a * b);
            Expr Without(Expr body) => ScalarFactors.Of(Expr.Divide(under * body, over), keys.Of).ToExpr();
            Expr rest = Forms.Sum([(numberX, Without(x.Body)), (numberY, Without(y.Body))], pool, x.Body.Shape);
            yield return (outside, ScalarFactors.Of(Expr.Divide(over * rest, under), keys.Of).ToExpr());
        }

        if (p.Body is not Expr a || q.Body is not Expr b)
        {
            if (x.Body.Shape.IsScalar)
            {
                foreach ((Coefficient Number, Expr Body) way in OfProducts(x.Body, y.Body, numberX, numberY, outside))
                {
                    yield return way;
                }
            }

            yield break;
        }

        // Scalars that only one of the two has stay with its term.
        Expr restOfX = p.With(null);
        Expr restOfY = q.With(null);
        if (keys.Of(a) == keys.Of(b))
        {
            yield return (outside, ScalarFactors.Of(Forms.Sum([(numberX, restOfX), (numberY, restOfY)], pool, Shape.Scalar) * a, keys.Of).ToExpr());
        }

        bool bare = p.IsBodyAlone && q.IsBodyAlone;
        foreach ((Coefficient Number, Expr Body) way in OfProducts(a, b, numberX, numberY, outside, bare ? null : restOfX, bare ? null : restOfY))
        {
            yield return way;
        }
    }

    private IEnumerable<(Coefficient Number, Expr Body)> OfProducts(
        Expr a, Expr b, Coefficient numberX, Coefficient numberY, Coefficient outside, Expr? scalarX = null, Expr? scalarY = null)
    {
        ExprPool pool = a.Pool;
        Expr Total(Expr x, Expr y) => Forms.Sum(
            [(numberX, scalarX is null ? x : ScalarFactors.Of(scalarX * x, keys.Of).ToExpr()), (numberY, scalarY is null ? y : ScalarFactors.Of(scalarY * y, keys.Of).ToExpr())], pool, x.Shape);
        ImmutableArray<Expr> left = Forms.Chain(a);
        ImmutableArray<Expr> right = Forms.Chain(b);
        int prefix = 0;
        while (prefix < left.Length && prefix < right.Length && keys.Of(left[prefix]) == keys.Of(right[prefix]))
        {
            prefix++;
        }

        int suffix = 0;
        while (suffix < left.Length && suffix < right.Length && keys.Of(left[^(suffix + 1)]) == keys.Of(right[^(suffix + 1)]))
        {
            suffix++;
        }

        Expr Rest(IEnumerable<Expr> factors, Dim dim)
        {
            ImmutableArray<Expr> list = [.. factors];
            return list.IsEmpty ? dim.IsOne ? pool.Constant(1) : pool.Eye(dim) : Forms.Product(list);
        }

        if (prefix > 0 && left.Length + right.Length > 2)
        {
            Expr rest = Total(Rest(left.Skip(prefix), a.Shape.Columns), Rest(right.Skip(prefix), a.Shape.Columns));
            Expr common = Forms.Product(left.Take(prefix));
            yield return (outside, rest.Shape.IsScalar && !common.Shape.Columns.IsOne ? common : common * rest);
        }

        if (suffix > 0 && left.Length + right.Length > 2)
        {
            Expr rest = Total(Rest(left.SkipLast(suffix), a.Shape.Rows), Rest(right.SkipLast(suffix), a.Shape.Rows));
            yield return (outside, rest * Forms.Product(left.TakeLast(suffix)));
        }

        if (a is Hadamard or ElementPower or Quotient || b is Hadamard or ElementPower or Quotient)
        {
            List<(Expr Base, double Power)> restOfA = Powers(a);
            List<(Expr Base, double Power)> restOfB = Powers(b);
            List<(Expr Base, double Power)> common = [];
            for (int i = 0; i < restOfA.Count && restOfA.Count + restOfB.Count <= MostFactors; i++)
            {
                (Expr factor, double power) = restOfA[i];
                if (power != 0 && restOfB.FindIndex(other => other.Power * power > 0 && keys.Of(other.Base) == keys.Of(factor)) is >= 0 and var at)
                {
                    double shared = Math.Sign(power) * Math.Min(Math.Abs(power), Math.Abs(restOfB[at].Power));
                    restOfA[i] = (factor, power - shared);
                    restOfB[at] = (factor, restOfB[at].Power - shared);
                    common.Add((factor, shared));
                }
            }

            if (common.Count > 0)
            {
                Expr rest = Total(Raised(restOfA, a) ?? One(a), Raised(restOfB, b) ?? One(b));
                yield return (outside, Raised([.. common.Where(factor => factor.Power > 0), (rest, 1), .. common.Where(factor => factor.Power < 0)], a)!);
            }
        }

        if ((a, b) is (Diag, Diag) or (Vec, Vec) or (DiagonalOf, DiagonalOf) or (Trace, Trace) && a.Operands[0].Shape == b.Operands[0].Shape)
        {
            yield return (outside, a.With([Total(a.Operands[0], b.Operands[0])]));
        }

        if (a is Kron { Operands: [var a0, var a1] } && b is Kron { Operands: [var b0, var b1] })
        {
            if (keys.Of(a0) == keys.Of(b0) && a1.Shape == b1.Shape)
            {
                yield return (outside, Expr.Kron(a0, Total(a1, b1)));
            }

            if (keys.Of(a1) == keys.Of(b1) && a0.Shape == b0.Shape)
            {
                yield return (outside, Expr.Kron(Total(a0, b0), a1));
            }
        }
    }

    /// <summary>The factors of a Hadamard product or quotient with their powers: X.^2 ⊙ Y ⊘ Z is X², Y¹, Z⁻¹.</summary>
    private static List<(Expr Base, double Power)> Powers(Expr product) => product switch
    {
        Hadamard => [.. Forms.HadamardFactors(product).SelectMany(Powers)],
        Quotient { Operands: [var x, var y] } => [.. x is Ones ? [] : Powers(x), .. Powers(y).Select(factor => (factor.Base, -factor.Power))],
        ElementPower { Of: var x, Exponent: Constant { Value: { Powers.IsEmpty: true } c } } => [(x, c.Number)],
        _ => [(product, 1)],
    };

    /// <summary>The product of powers, those below in a quotient; null where all of them are 0.</summary>
    private static Expr? Raised(IReadOnlyList<(Expr Base, double Power)> factors, Expr like)
    {
        Expr? Of(IEnumerable<(Expr Base, double Power)> some) =>
            some.Select(factor => factor.Base is Apply root && root.Function == Function.Sqrt && factor.Power % 2 == 0 ? (Base: root.Operands[0], Power: factor.Power / 2) : factor)
                .Where(factor => factor.Power != 0)
                .Select(factor => factor.Power == 1 ? factor.Base : Expr.ElementPower(factor.Base, factor.Base.Pool.Constant(factor.Power))).ToArray() is { Length: > 0 } all
                ? Forms.HadamardProduct(all)
                : null;
        Expr? above = Of(factors.Where(factor => factor.Power > 0));
        Expr? under = Of(factors.Where(factor => factor.Power < 0).Select(factor => (factor.Base, -factor.Power)));
        return under is null ? above : Expr.Quotient(above ?? One(like), under);
    }

    private static Ones One(Expr like) => like.Pool.Ones(like.Shape.Rows, like.Shape.Columns);
}
