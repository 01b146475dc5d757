using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Derivations.Simplification;

/// <summary>Equal factors of a product as one power: XʲXᵏ = Xʲ⁺ᵏ of matrices, X ⊙ X = X.^2 of elements.</summary>
internal sealed class EqualFactors(FormulaSize size, Keys keys)
{
    /// <summary>Neighbouring powers of one matrix, and an inverse beside what it is the inverse of.</summary>
    public Expr? OfMatrices(MatMul n)
    {
        ImmutableArray<Expr> chain = Forms.Chain(n);
        for (int i = 0; i + 1 < chain.Length; i++)
        {
            (Expr x, long j) = BaseOf(chain[i]);
            (Expr y, long k) = BaseOf(chain[i + 1]);
            if (keys.Of(x) == keys.Of(y) && x.Shape.Rows.Equals(x.Shape.Columns) && !x.Shape.IsScalar && Math.Abs(j + k) < 1000)
            {
                return ProductRules.Assemble(chain.RemoveAt(i), i, Expr.Power(x, (int)(j + k)));
            }
        }

        for (int i = 0; i < chain.Length; i++)
        {
            if (chain[i] is Inverse { Operands: [MatMul product] })
            {
                ImmutableArray<Expr> inner = Forms.Chain(product);
                bool square = inner.All(factor => factor.Shape.Rows.Equals(factor.Shape.Columns));
                if (square && i > 0 && keys.Of(chain[i - 1]) == keys.Of(inner[^1]))
                {
                    return Forms.Product(chain.SetItem(i, Expr.Inverse(Forms.Product(inner.RemoveAt(inner.Length - 1)))).RemoveAt(i - 1));
                }

                if (square && i + 1 < chain.Length && keys.Of(chain[i + 1]) == keys.Of(inner[0]))
                {
                    return Forms.Product(chain.SetItem(i, Expr.Inverse(Forms.Product(inner.RemoveAt(0)))).RemoveAt(i + 1));
                }

                foreach (int start in new[] { i + 1, i - inner.Length })
                {
                    if (start >= 0 && start + inner.Length <= chain.Length && inner.Select((factor, at) => keys.Of(factor) == keys.Of(chain[start + at])).All(same => same))
                    {
                        ImmutableArray<Expr> rest = chain.RemoveRange(Math.Min(i, start), inner.Length + 1);
                        return rest.IsEmpty ? n.Pool.Eye(n.Shape.Rows) : Forms.Product(rest);
                    }
                }
            }
        }

        return null;
    }

    private static (Expr Base, long Power) BaseOf(Expr x) => x switch
    {
        Power p => (p.Operands[0], p.Exponent),
        Inverse i => (i.Operands[0], -1),
        _ => (x, 1),
    };

    /// <summary>Equal factors of a Hadamard product and quotient as one power.</summary>
    /// <param name="node">The product or quotient.</param>
    /// <param name="cancelled">What was divided by and no longer is, so that it must not be 0.</param>
    public Expr? OfElements(Expr node, out Expr? cancelled)
    {
        cancelled = null;
        if (node is not (Hadamard or Quotient) || node.Shape.IsScalar)
        {
            return null;
        }

        List<(Expr Base, double Power)> factors = [];
        Expr? divisor = null;
        bool merged = false;
        bool nested = false;
        void Multiply(Expr e, double power, bool below)
        {
            switch (e)
            {
                case Hadamard:
                    Multiply(e.Operands[0], power, below);
                    Multiply(e.Operands[1], power, below);
                    break;
                case Quotient:
                    nested |= e != node;
                    Multiply(e.Operands[0], power, below);
                    Multiply(e.Operands[1], -power, !below);
                    break;
                case Ones:
                    break;
                default:
                    (Expr x, double p) = e is ElementPower { Exponent: Constant { Value: { Powers.IsEmpty: true } c } } raised ? (raised.Of, c.Number) : (e, 1);
                    int known = factors.FindIndex(factor => keys.Of(factor.Base) == keys.Of(x));
                    merged |= known >= 0;
                    if (known < 0)
                    {
                        factors.Add((x, p * power));
                    }
                    else
                    {
                        divisor ??= factors[known].Power * p * power < 0 ? x : null;
                        factors[known] = (factors[known].Base, factors[known].Power + (p * power));
                    }

                    break;
            }
        }

        Multiply(node, 1, below: false);

        merged |= Joined(factors, ref divisor);
        if (!merged && !nested)
        {
            return null;
        }

        cancelled = divisor;
        Expr Raised((Expr Base, double Power) factor) =>
            Math.Abs(factor.Power) == 1 ? factor.Base : Expr.ElementPower(factor.Base, node.Pool.Constant(Math.Abs(factor.Power)));
        Expr ones = node.Pool.Ones(node.Shape.Rows, node.Shape.Columns);
        List<Expr> above = [.. factors.Where(factor => factor.Power > 0).Select(Raised)];
        List<Expr> under = [.. factors.Where(factor => factor.Power < 0).Select(Raised)];
        Expr whole = above.Count == 0 ? ones : Forms.HadamardProduct(above);
        whole = under.Count == 0 ? whole : Expr.Quotient(whole, Forms.HadamardProduct(under));
        return whole == node || (!merged && size[whole] >= size[node]) ? null : whole;
    }

    /// <summary>|X| ⊘ X.^2 = 1 ⊘ |X| and X ⊘ √X = √X: an element beside its size or its root as one power.</summary>
    private bool Joined(List<(Expr Base, double Power)> factors, ref Expr? divisor)
    {
        for (int i = factors.Count - 1; i >= 0; i--)
        {
            if (factors[i].Base is not Apply { Function: var f, Operands: [var x] } || (f != Function.Abs && f != Function.Sqrt)
                || factors.FindIndex(factor => keys.Of(factor.Base) == keys.Of(x) && (f == Function.Sqrt || factor.Power % 2 == 0)) is not (>= 0 and var whole))
            {
                continue;
            }

            divisor ??= factors[i].Power * factors[whole].Power < 0 ? x : null;
            double power = factors[i].Power + ((f == Function.Sqrt ? 2 : 1) * factors[whole].Power);
            factors[i] = f == Function.Sqrt && power % 2 == 0 ? (x, power / 2) : (factors[i].Base, power);
            factors.RemoveAt(whole);
            return true;
        }

        return false;
    }
}
