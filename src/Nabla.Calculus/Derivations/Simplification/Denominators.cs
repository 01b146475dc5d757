using System.Collections.Immutable;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Simplification;

/// <summary>A number and a quotient brought over one divisor: what then cancels above makes it shorter.</summary>
internal static class Denominators
{
    /// <summary>aX ⊘ Y + bZ ⊘ W as (aX ⊙ W + bZ ⊙ Y) ⊘ (Y ⊙ W), a1 + bX ⊘ Y as (aY + bX) ⊘ Y; the same of scalars.</summary>
    public static Expr? Common(Expr sum)
    {
        if (Forms.Terms(sum) is not [var first, var second] || !(IsQuotient(first.Body) || IsQuotient(second.Body)) || Parts(first.Body) is not (Expr x, var y) || Parts(second.Body) is not (Expr z, var w))
        {
            return null;
        }

        Expr Times(Expr factor, Expr? other) => other is null ? factor : factor is Ones or Constant { Value.IsOne: true } ? other : sum.Shape.IsScalar ? factor * other : Expr.Hadamard(factor, other);
        Expr above = Forms.Sum([(first.Number, Times(x, w)), (second.Number, Times(z, y))], sum.Pool, sum.Shape);
        Expr below = y is null ? w! : Times(y, w);
        return sum.Shape.IsScalar ? Expr.Divide(above, below) : Expr.Quotient(above, below);
    }

    /// <summary>I − X⁻¹Y as X⁻¹(X − Y), I − YX⁻¹ as (X − Y)X⁻¹.</summary>
    public static Expr? CommonInverse(Expr sum)
    {
        ImmutableArray<(Coefficient Number, Expr Body)> terms = Forms.Terms(sum);
        if (terms.Length != 2 || terms.FirstOrDefault(term => term.Body is Eye) is not { Body: Eye } one)
        {
            return null;
        }

        (Coefficient number, Expr body) = terms.First(term => term != one);
        return (Forms.Chain(body) is { Length: > 1 } chain ? chain : default) switch
        {
            { IsDefault: true } => null,
            [Inverse { Operands: [var x] } inverse, .. var y] => Expr.MatMul(inverse, Forms.Sum([(one.Number, x), (number, Forms.Product(y))], sum.Pool, sum.Shape)),
            [.. var y, Inverse { Operands: [var x] } inverse] => Expr.MatMul(Forms.Sum([(one.Number, x), (number, Forms.Product(y))], sum.Pool, sum.Shape), inverse),
            _ => null,
        };
    }

    private static bool IsQuotient(Expr x) => x is Quotient or Divide { Shape.IsScalar: true } or Divide { Of: Quotient } or Scale { Of: Quotient };

    /// <summary>What is above and what is below; 1 has nothing below.</summary>
    private static (Expr Above, Expr? Below)? Parts(Expr term) => term switch
    {
        Ones or Constant { Value.IsOne: true } => (term, null),
        Divide { Of: Quotient { Operands: [var x, var y] }, Divisor: var s } => (Expr.Divide(x, s), y),
        Scale { Factor: var s, Of: Quotient { Operands: [var x, var y] } } => (s * x, y),
        _ when IsQuotient(term) => (term.Operands[0], term.Operands[1]),
        _ => null,
    };
}
