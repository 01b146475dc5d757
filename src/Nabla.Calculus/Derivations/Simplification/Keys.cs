using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Simplification;

/// <summary>
/// One form for all expressions that differ only in the order of their terms and factors, in the transposition of a scalar or in where a
/// transpose is written: what tells that xᵀAᵀy and yᵀAx are like terms. It is never shown.
/// </summary>
internal sealed class Keys
{
    private const int LargestPower = 100;

    private readonly Dictionary<Expr, Expr> keys = new(ReferenceEqualityComparer.Instance);

    public Expr Of(Expr e)
    {
        if (keys.TryGetValue(e, out Expr? known))
        {
            return known;
        }

        Expr pushed = e is Transpose { Operands: [var inner] } ? Forms.Transposed(inner) : e;
        Expr key = pushed != e && pushed is not Transpose ? Of(pushed) : Make(e);
        keys[e] = key;
        keys[key] = key;
        return key;
    }

    private Expr Make(Expr e)
    {
        switch (e)
        {
            case Named or Differential or Gradient or Jacobian:
                return e;
            case Hadamard:
                (bool isNegative, List<Expr> equals) = Unsigned(Forms.HadamardFactors(e));
                return Signed(isNegative, Forms.HadamardProduct(equals.OrderBy(factor => factor.Id)));
            case Add or Subtract or Negate:
                return Total(Forms.Terms(e).Select(term => SignOf(Of(term.Body)) is (true, var positive) ? (-term.Number, positive) : (term.Number, Of(term.Body))).OrderBy(term => term.Item2.Id));
            case ElementPower { Of: Scale or Divide or Negate, Exponent: Constant { Value: { Powers.IsEmpty: true, Number: >= -LargestPower and <= LargestPower and var p } } exponent } power
                when p == Math.Round(p) && !e.Shape.IsScalar && ScalarFactors.Of(power.Of, Of) is { IsBodyAlone: false, Body: Expr x } outside:
                return Of(Expr.Power(outside.With(null), (int)p) * Expr.ElementPower(x, exponent));
            case Scale or Divide or Power { Shape.IsScalar: true }:
                ScalarFactors factors = ScalarFactors.Of(e, Of);
                if (factors.Powers is [(Expr alone, 1)] && alone == e)
                {
                    // A power too large to be taken apart.
                    return e.With([.. e.Operands.Select(Of)]);
                }

                Expr? scalar = null;
                foreach (Expr power in factors.Powers.Select(power => Raised(Of(power.Base), power.Power)).OrderBy(power => power.Id))
                {
                    scalar = scalar is null ? power : scalar * power;
                }

                Expr? body = factors.Body is null ? scalar : scalar is null ? Of(factors.Body) : scalar * Of(factors.Body);
                return body is null ? e.Pool.Constant(factors.Number) : factors.Number.IsOne ? body : factors.Number * body;
            case MatMul { Shape.IsScalar: true }:
                (bool isOneNegative, List<Expr> one) = Unsigned(Forms.Chain(e));
                (bool isOtherNegative, List<Expr> other) = Unsigned(Forms.Chain(Forms.TransposedProduct(e)));
                (Expr forwards, Expr backwards) = (Forms.Product(one), Forms.Product(other));
                return forwards.Id <= backwards.Id ? Signed(isOneNegative, forwards) : Signed(isOtherNegative, backwards);
            case MatMul:
                (bool isMinus, List<Expr> chain) = Unsigned(Forms.Chain(e));
                return Signed(isMinus, Forms.Product(chain));
            default:
                return e.Operands.IsEmpty ? e : e.With([.. e.Operands.Select(Of)]);
        }
    }

    /// <summary>The key of what is left of a key where a sign is taken from it: that of (X − Y)Z is that of (Y − X)Z with a sign.</summary>
    public static (bool IsNegative, Expr Key) SignOf(Expr key) =>
        key is Scale { Factor: Constant { Value: { Number: -1, Powers.IsEmpty: true } }, Of: MatMul or Hadamard } ? (true, key.Operands[1]) : (false, key);

    private static Expr Signed(bool isNegative, Expr key) => isNegative ? -1 * key : key;

    private static Expr Total(IEnumerable<(Coefficient Number, Expr Body)> terms) =>
        terms.Select(term => term.Number.IsOne ? term.Body : term.Number * term.Body).Aggregate((x, y) => x + y);

    /// <summary>The keys of factors, differences turned so that the first of their terms is positive, and whether that leaves a sign.</summary>
    private (bool IsNegative, List<Expr> Keys) Unsigned(IEnumerable<Expr> factors)
    {
        bool isNegative = false;
        List<Expr> unsigned = [];
        foreach (Expr factor in factors)
        {
            (bool isMinus, Expr key) = SignOf(Of(factor));
            if (key is Add && Forms.Terms(key) is [{ Number.Number: < 0 }, ..] terms)
            {
                (isMinus, key) = (!isMinus, Total(terms.Select(term => (-term.Number, term.Body))));
            }

            isNegative ^= isMinus;
            unsigned.Add(key);
        }

        return (isNegative, unsigned);
    }

    /// <summary>As it is, with no form of its own such as ‖x‖² for a power of ‖x‖.</summary>
    private static Expr Raised(Expr s, int power) => power == 1 ? s : power < 0 ? Expr.Divide(s.Pool.Constant(1), Expr.Power(s, -power)) : Expr.Power(s, power);
}
