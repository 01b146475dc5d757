using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Derivations.Simplification;

/// <summary>Products multiplied out: (X − Y) ⊙ Z as X ⊙ Z − Y ⊙ Z, and σ(−Z) as 1 − σ(Z) where σ(Z) is there too.</summary>
internal static class Expansion
{
    private const int MostTerms = 64;

    /// <summary>A sum with every product in it multiplied out; null where there is nothing to multiply out, or where too many terms would come of it.</summary>
    public static Expr? Of(Expr sum)
    {
        HashSet<Expr> parts = new(Expr.Reachable(sum), ReferenceEqualityComparer.Instance);
        Expr? Complement(Expr x) => x is Apply { Operands: [Negate { Operands: [var z] }] } a && a.Function == Function.Sigmoid && parts.Contains(Expr.Apply(Function.Sigmoid, z))
            ? x.Pool.Ones(x.Shape.Rows, x.Shape.Columns) - Expr.Apply(Function.Sigmoid, z)
            : null;
        List<(Coefficient, Expr)> terms = [];
        bool changed = false;
        foreach ((Coefficient number, Expr body) in Forms.Terms(sum))
        {
            if (Multiplied(body, Complement) is not IReadOnlyList<(Coefficient Number, Expr Body)> expanded || terms.Count + expanded.Count > MostTerms)
            {
                return null;
            }

            changed |= expanded.Count > 1;
            terms.AddRange(expanded.Select(term => (number * term.Number, term.Body)));
        }

        return changed ? Forms.Sum(terms, sum.Pool, sum.Shape) : null;
    }

    private static IReadOnlyList<(Coefficient Number, Expr Body)>? Multiplied(Expr body, Func<Expr, Expr?> complement)
    {
        switch (body)
        {
            case Hadamard:
                return Product(Forms.HadamardFactors(body), Expr.Hadamard, complement);
            case MatMul:
                return Product(Forms.Chain(body), Expr.MatMul, complement);
            case Scale scale:
                return Product([scale.Factor, scale.Of], (x, y) => x * y, complement);
            case Divide divide:
                return Multiplied(divide.Of, complement)?.Select(term => (term.Number, Expr.Divide(term.Body, divide.Divisor))).ToArray();
            default:
                return Factor(body, complement);
        }
    }

    private static IReadOnlyList<(Coefficient Number, Expr Body)> Factor(Expr factor, Func<Expr, Expr?> complement) => Forms.Terms(complement(factor) ?? factor);

    private static List<(Coefficient Number, Expr Body)>? Product(IReadOnlyList<Expr> factors, Func<Expr, Expr, Expr> multiply, Func<Expr, Expr?> complement)
    {
        List<(Coefficient Number, Expr Body)>? product = null;
        foreach (Expr factor in factors)
        {
            IReadOnlyList<(Coefficient Number, Expr Body)>? terms = factor is Hadamard or MatMul or Scale or Divide ? Multiplied(factor, complement) : Factor(factor, complement);
            if (terms is null)
            {
                return null;
            }

            product = product is null ? [.. terms] : [.. product.SelectMany(x => terms.Select(y => (x.Number * y.Number, multiply(x.Body, y.Body))))];
            if (product.Count > MostTerms)
            {
                return null;
            }
        }

        return product;
    }
}
