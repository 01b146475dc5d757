using System.Collections.Immutable;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>A rewrite that is shown: an equation of algebra, applied from left to right to one node.</summary>
/// <param name="Rule">The equation.</param>
/// <param name="Apply">The node's replacement, or null where the rule does not apply.</param>
public sealed record RewriteRule(Rule Rule, Func<Expr, Expr?> Apply)
{
    internal static RewriteRule For<TNode>(string id, string statement, Func<TNode, Expr?> apply)
        where TNode : Expr =>
        new(new($"rewrite.{id}", statement), node => node is TNode typed ? apply(typed) : null);
}

/// <summary>
/// Applies rewrite rules to an expression, operands first, until none applies, and keeps a record of every application. A name
/// is left whole: what it stands for was simplified when it was made.
/// </summary>
public sealed class Rewriter
{
    private const int MaximumSteps = 100_000;

    private readonly ImmutableArray<RewriteRule> rules;
    private readonly Dictionary<Expr, Expr> done = new(ReferenceEqualityComparer.Instance);
    private readonly List<Step> steps = [];

    /// <summary>With the rules in the order in which they are tried.</summary>
    public Rewriter(params IEnumerable<RewriteRule> rules) => this.rules = [.. rules];

    /// <summary>The simplified expression, and the rewrites that led to it, each an equation of its own.</summary>
    public static (Expr Result, IReadOnlyList<Step> Steps) Rewrite(Expr expression, params IEnumerable<RewriteRule> rules)
    {
        Rewriter rewriter = new(rules);
        return (rewriter.Run(expression), rewriter.steps);
    }

    private Expr Run(Expr expression)
    {
        if (expression is Named or Differential or Gradient or Jacobian)
        {
            return expression;
        }

        if (done.TryGetValue(expression, out Expr? known))
        {
            return known;
        }

        Expr current = expression;
        while (true)
        {
            ImmutableArray<Expr> operands = [.. current.Operands.Select(Run)];
            if (!operands.AsSpan().SequenceEqual(current.Operands.AsSpan()))
            {
                current = current.With(operands);
            }

            if (Apply(current) is not Expr next)
            {
                break;
            }

            current = next;
            if (current is Named or Gradient or Jacobian)
            {
                break;
            }
        }

        done[expression] = current;
        return current;
    }

    private Expr? Apply(Expr node)
    {
        foreach (RewriteRule rule in rules)
        {
            if (rule.Apply(node) is Expr next && !ReferenceEquals(next, node))
            {
                if (next.Shape != node.Shape)
                {
                    throw new ShapeException($"the rewrite {rule.Rule.Id} turns {node.Describe()} into {next.Describe()}");
                }

                if (steps.Count == MaximumSteps)
                {
                    throw new InvalidOperationException($"the rewrites do not come to an end; the last was {rule.Rule.Id}");
                }

                steps.Add(new(rule.Rule, node, next));
                return next;
            }
        }

        return null;
    }
}
