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
                    Expr own = LinearMaps.Matrix(rules[part].Terms[i](part, d), d)
                        ?? throw new NotSupportedException($"the Jacobian of {part.Describe()} has no matrix form");
                    Expr gain = Expr.MatMul(own, inner);
                    jacobians[part] = jacobians.TryGetValue(part, out Expr? total) ? total + gain : gain;
                }
            }
        }

        return jacobians.GetValueOrDefault(root);
    }
}
