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
                return Forms.HadamardProduct(Forms.HadamardFactors(e).Select(Of).OrderBy(factor => factor.Id));
            case Add or Subtract or Negate:
                return Forms.Terms(e).Select(term => (term.Number, Body: Of(term.Body))).OrderBy(term => term.Body.Id)
                    .Select(term => term.Number.IsOne ? term.Body : term.Number * term.Body).Aggregate((x, y) => x + y);
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
                Expr one = Forms.Product(Forms.Chain(e).Select(Of));
                Expr other = Forms.Product(Forms.Chain(Forms.TransposedProduct(e)).Select(Of));
                return one.Id <= other.Id ? one : other;
            case MatMul:
                return Forms.Product(Forms.Chain(e).Select(Of));
            default:
                return e.Operands.IsEmpty ? e : e.With([.. e.Operands.Select(Of)]);
        }
    }

    /// <summary>As it is, with no form of its own such as ‖x‖² for a power of ‖x‖.</summary>
    private static Expr Raised(Expr s, int power) => power == 1 ? s : power < 0 ? Expr.Divide(s.Pool.Constant(1), Expr.Power(s, -power)) : Expr.Power(s, power);
}
