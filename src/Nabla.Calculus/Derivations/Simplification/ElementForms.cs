using System.Collections.Immutable;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Simplification;

/// <summary>
/// The adjoint of a network in its shortest form: factors that cancel, equal ones as powers, like terms as one. The form that the rewrites of the sweep gave stays
/// where this one is no shorter: p − y and a ⊙ (1 − a) are the textbook's.
/// </summary>
internal sealed class ElementForms(NameTable names, CancellationToken cancellation = default)
{
    /// <summary>Negations that a difference takes in, as in the sweep.</summary>
    private static readonly ImmutableArray<RewriteRule> signs =
        [.. RewriteRules.Algebra.Where(rule => rule.Rule.Id is "rewrite.negated-difference" or "rewrite.negative-factor" or "rewrite.quotient-factor" or "rewrite.scale-negation")];

    private readonly Simplifier simplifier = Simplifier.OfElements(cancellation);

    /// <summary>The shorter form, and the rewrites that lead to it; the expression itself where there is none.</summary>
    public (Expr Result, IReadOnlyList<Step> Steps) Of(Expr adjoint)
    {
        (Expr simple, IReadOnlyList<Step> steps) = simplifier.Simplify(adjoint);
        if (simple == adjoint)
        {
            return (adjoint, []);
        }

        (simple, IReadOnlyList<Step> turned) = Rewriter.Rewrite(simple, [.. RewriteRules.Names(names), .. signs]);
        return simplifier.SizeOf(simple) < simplifier.SizeOf(adjoint) ? (simple, [.. steps, .. turned]) : (adjoint, []);
    }
}
