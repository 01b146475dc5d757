using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>
/// Reads the Jacobian off a differential: vec(dF) = J vec(dX). A dx → A, h ⊙ dx → diag(h), A dX B → Bᵀ ⊗ A
/// (Magnus and Neudecker's identification theorem). Rows and columns count elements column by column.
/// </summary>
internal static class Identification
{
    /// <summary>∂vec F/∂vec X through the parts of F's definition, not through other names; null where X does not appear there.</summary>
    public static Expr? LocalJacobian(Expr f, Expr x, DifferentialRules rules)
    {
        if (f == x)
        {
            return f.Pool.Eye(f.Shape.Size);
        }

        // From x up: the Jacobian of each part is the sum over its operands of the term's own times the operand's.
        Expr root = f is Named named ? named.Definition : f;
        Dictionary<Expr, Expr> jacobians = new(ReferenceEqualityComparer.Instance) { [x] = f.Pool.Eye(x.Shape.Size) };
        foreach (Expr part in Expr.Parts(root).Where(part => part is not Named && part != x))
        {
            for (int i = 0; i < part.Operands.Length; i++)
            {
                if (jacobians.TryGetValue(part.Operands[i], out Expr? inner))
                {
                    Differential d = (Differential)part.Operands[i].Differential();
                    Expr gain = Expr.MatMul(Read(rules[part].Terms[i](part, d), d), inner);
                    jacobians[part] = jacobians.TryGetValue(part, out Expr? total) ? total + gain : gain;
                }
            }
        }

        return jacobians.GetValueOrDefault(root);
    }

    /// <summary>J with vec(term) = J vec(dX) for a term that is linear in <paramref name="d"/> = dX.</summary>
    private static Expr Read(Expr term, Differential d) => ReadOrNull(term, d)
        ?? throw new ArgumentException($"{term.Describe()} does not contain {d.Describe()}", nameof(term));

    private static Expr? ReadOrNull(Expr term, Differential d)
    {
        if (!term.HasPart(d))
        {
            return null;
        }

        ExprPool pool = term.Pool;
        switch (term)
        {
            case Differential:
                return pool.Eye(d.Shape.Size);
            case Add or Subtract:
                return (ReadOrNull(term.Operands[0], d), ReadOrNull(term.Operands[1], d)) switch
                {
                    (Expr x, null) => x,
                    (null, Expr y) => term is Add ? y : -y,
                    (Expr x, Expr y) => term is Add ? x + y : x - y,
                    _ => null,
                };
            case Negate:
                return ReadOrNull(term.Operands[0], d) is Expr negated ? -negated : null;
            case Scale scale:
                return ReadOrNull(scale.Of, d) is Expr scaled ? scale.Factor * scaled
                    : ReadOrNull(scale.Factor, d) is Expr factor ? Expr.MatMul(Expr.Vec(scale.Of), factor) : null;
            case MatMul { Operands: [var a, var b] }:
                return ReadOrNull(b, d) is Expr right ? Expr.MatMul(Beside(pool.Eye(b.Shape.Columns), a), right)
                    : ReadOrNull(a, d) is Expr left ? Expr.MatMul(Beside(b.Transpose(), pool.Eye(a.Shape.Rows)), left) : null;
            case Hadamard { Operands: [var h, var l] }:
                return ReadOrNull(l, d) is Expr second ? Expr.MatMul(Expr.Diag(Expr.Vec(h)), second)
                    : ReadOrNull(h, d) is Expr first ? Expr.MatMul(Expr.Diag(Expr.Vec(l)), first) : null;
            case Quotient { Operands: [var l, var y] }:
                return ReadOrNull(l, d) is Expr quotient
                    ? Expr.MatMul(Expr.Diag(Expr.Vec(Expr.Quotient(pool.Ones(y.Shape.Rows, y.Shape.Columns), y))), quotient)
                    : null;
            case Sum { Operands: [var l] }:
                return ReadOrNull(l, d) is Expr sum ? Expr.MatMul(pool.Ones(Dim.One, l.Shape.Size), sum) : null;
            default:
                throw new NotSupportedException($"the Jacobian cannot be read off {term.Describe()}");
        }
    }

    /// <summary>X ⊗ Y, where a factor I of size 1 is left out.</summary>
    private static Expr Beside(Expr x, Expr y) =>
        x is Eye && x.Shape.IsScalar ? y : y is Eye && y.Shape.IsScalar ? x : Expr.Kron(x, y);
}
