using System.Collections.Immutable;
using Nabla.Calculus.Derivations.Simplification;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Styles;

/// <summary>Brings what a derivation finds into the form that is printed, with the names that it knows.</summary>
internal sealed class Shortening
{
    private readonly NameTable names;
    private readonly NameTable formula;
    private readonly ImmutableArray<RewriteRule> facts;
    private readonly ImmutableArray<RewriteRule> tidying;
    private readonly Simplifier? simplifier;
    private readonly ElementForms? elements;
    private readonly bool isNetwork;

    /// <summary>With the names of a formula and the facts that may be used.</summary>
    /// <param name="root">The formula.</param>
    /// <param name="assumptions">The facts.</param>
    /// <param name="shortest">Whether the shortest form is wanted; else the form that the rules of algebra give.</param>
    /// <param name="others">What else has names.</param>
    public Shortening(Expr root, IReadOnlyList<Assumption> assumptions, bool shortest, params IReadOnlyList<Expr> others)
    {
        names = new([root, .. others]);
        formula = new([root, .. others]);

        // In an expression −u stays −u where u has a name, though its definition could be turned round; a network turns y − a round.
        isNetwork = others.Count > 0;
        facts = [.. assumptions.Select(RewriteRules.From), .. RewriteRules.Names(names), .. RewriteRules.Algebra.Where(rule => isNetwork || rule.Rule.Id != "rewrite.negated-difference")];
        tidying = [.. facts.Where(rule => rule.Rule.Id != "rewrite.name"), .. RewriteRules.Names(formula)];
        simplifier = shortest ? new(assumptions) : null;
        elements = isNetwork && !shortest ? new(names) : null;
    }

    /// <summary>A further name.</summary>
    public void Add(Named named) => names.Add(named);

    /// <summary>The short form, and the rewrites that lead to it.</summary>
    public (Expr Result, IReadOnlyList<Step> Steps) Shorten(Expr expression)
    {
        (Expr result, IReadOnlyList<Step> steps) = Rewriter.Rewrite(expression, facts);
        (result, IReadOnlyList<Step> more) = Rewriter.Rewrite(result, [.. facts, .. RewriteRules.Activations(names)]);
        if (simplifier is null)
        {
            (result, IReadOnlyList<Step> shorter) = elements?.Of(result) ?? (result, []);
            return (result, [.. steps, .. more, .. shorter]);
        }

        (result, IReadOnlyList<Step> last) = simplifier.Simplify(result);
        (result, IReadOnlyList<Step> named) = isNetwork
            ? Rewriter.Rewrite(result, [.. RewriteRules.Names(names), .. RewriteRules.Algebra.Where(rule => rule.Rule.Id is "rewrite.negated-difference" or "rewrite.negative-factor")])
            : Named(result);
        return (result, [.. steps, .. more, .. last, .. named]);
    }

    /// <summary>The form after algebra alone: functions keep their primes, and what was named later keeps its formula.</summary>
    public Expr Tidy(Expr expression) => Rewriter.Rewrite(expression, tidying).Result;

    /// <summary>A matrix of diagonals and Kronecker products.</summary>
    public (Expr Result, IReadOnlyList<Step> Steps) Structure(Expr expression)
    {
        (Expr result, IReadOnlyList<Step> steps) = Rewriter.Rewrite(expression, [.. facts, .. RewriteRules.Structure]);
        if (simplifier is null)
        {
            return (result, steps);
        }

        (result, IReadOnlyList<Step> more) = simplifier.Simplify(result);

        // An adjoint may not be called by its name before the line that defines it.
        (result, IReadOnlyList<Step> named) = Rewriter.Rewrite(result, RewriteRules.Names(formula));
        return (result, [.. steps, .. more, .. named]);
    }

    /// <summary>What has a name is called by it.</summary>
    public (Expr Result, IReadOnlyList<Step> Steps) Named(Expr expression) => Rewriter.Rewrite(expression, RewriteRules.Names(names));
}
