using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Derivations;

/// <summary>A rewrite that is shown: an equation of algebra, applied from left to right to one node.</summary>
/// <param name="Rule">The equation.</param>
/// <param name="Apply">The node's replacement, or null where the rule does not apply.</param>
public sealed record RewriteRule(Rule Rule, Func<Expr, Expr?> Apply)
{
    /// <summary>What must hold for the equation to be right at a node that it applies to; nothing where it always is.</summary>
    public Func<Expr, Assumption?> Condition { get; init; } = _ => null;

    /// <summary>The type of the nodes that it may apply to.</summary>
    internal Type Node { get; init; } = typeof(Expr);

    internal static RewriteRule For<TNode>(string id, string statement, Func<TNode, Expr?> apply)
        where TNode : Expr =>
        new(new($"rewrite.{id}", statement), node => node is TNode typed ? apply(typed) : null) { Node = typeof(TNode) };
}

/// <summary>Rules in the order in which they are tried, and what is known of them: which may apply to a type of node, and where none does.</summary>
/// <param name="rules">The rules.</param>
/// <param name="part">A table of some of them: where none of all applies, none of those does.</param>
internal sealed class RewriteTable(ImmutableArray<RewriteRule> rules, RewriteTable? part = null)
{
    private readonly HashSet<Expr> normal = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Type, RewriteRule[]> byNode = [];

    /// <summary>All rules.</summary>
    public ImmutableArray<RewriteRule> All => rules;

    /// <summary>
    /// Whether no rule applies to an expression, nor to any part of it. Kept from one rewriting to the next: whoever tries another form of a part of a formula need
    /// not look through the rest again.
    /// </summary>
    public bool IsNormal(Expr expression) => normal.Contains(expression);

    /// <summary>Says that no rule applies to an expression, nor to any part of it.</summary>
    public void Settle(Expr expression)
    {
        normal.Add(expression);
        part?.Settle(expression);
    }

    /// <summary>Forgets what was settled, because a rule applies to more than before.</summary>
    public void Forget()
    {
        normal.Clear();
        part?.Forget();
    }

    /// <summary>The rules for a node, in their order.</summary>
    public RewriteRule[] For(Expr node)
    {
        if (!byNode.TryGetValue(node.GetType(), out RewriteRule[]? some))
        {
            byNode[node.GetType()] = some = [.. rules.Where(rule => rule.Node.IsInstanceOfType(node))];
        }

        return some;
    }
}

/// <summary>
/// Applies rewrite rules to an expression, operands first, until none applies, and keeps a record of every application. A name
/// is left whole: what it stands for was simplified when it was made.
/// </summary>
public sealed class Rewriter
{
    private const int MaximumSteps = 100_000;

    private readonly RewriteTable table;
    private readonly Dictionary<Expr, Expr> done = new(ReferenceEqualityComparer.Instance);
    private readonly List<Step> steps = [];

    /// <summary>With the rules in the order in which they are tried.</summary>
    public Rewriter(params IEnumerable<RewriteRule> rules)
        : this(new RewriteTable([.. rules]))
    {
    }

    private Rewriter(RewriteTable table) => this.table = table;

    /// <summary>The simplified expression, and the rewrites that led to it, each an equation of its own.</summary>
    public static (Expr Result, IReadOnlyList<Step> Steps) Rewrite(Expr expression, params IEnumerable<RewriteRule> rules)
    {
        Rewriter rewriter = new(rules);
        return (rewriter.Run(expression), rewriter.steps);
    }

    /// <summary>The same with rules that several rewritings share.</summary>
    internal static (Expr Result, IReadOnlyList<Step> Steps) Rewrite(Expr expression, RewriteTable table)
    {
        Rewriter rewriter = new(table);
        return (rewriter.Run(expression), rewriter.steps);
    }

    /// <summary>Without recursion: what is open waits until its operands are done, in the order of writing.</summary>
    private Expr Run(Expr expression)
    {
        Stack<(Expr Original, Expr Current)> open = [];
        open.Push((expression, expression));
        while (open.TryPop(out (Expr Original, Expr Current) top))
        {
            if (done.ContainsKey(top.Original))
            {
                continue;
            }

            if (table.IsNormal(top.Current) || top.Current is Named or Differential or Gradient or Jacobian || IsLargestMask(top.Current))
            {
                done[top.Original] = top.Current;
            }
            else if (top.Current.Operands.Any(operand => !done.ContainsKey(operand)))
            {
                open.Push(top);
                foreach (Expr operand in top.Current.Operands.Reverse().Where(operand => !done.ContainsKey(operand)))
                {
                    open.Push((operand, operand));
                }
            }
            else
            {
                ImmutableArray<Expr> operands = [.. top.Current.Operands.Select(operand => done[operand])];
                Expr current = operands.AsSpan().SequenceEqual(top.Current.Operands.AsSpan()) ? top.Current : top.Current.With(operands);
                if (Apply(current) is Expr next)
                {
                    open.Push((top.Original, next));
                }
                else
                {
                    done[top.Original] = current;
                    table.Settle(current);
                }
            }
        }

        return done[expression];
    }

    /// <summary>
    /// [max(X) 1 − X &gt; 0] is left as it is: where an element is the largest the difference is exactly 0, and after a rewrite rounding could
    /// make it a little more.
    /// </summary>
    internal static bool IsLargestMask(Expr node) =>
        node is Apply { Operands: [Subtract { Operands: [Scale { Factor: LargestElement { Operands: [var x] } }, var y] }] } apply && apply.Function == Function.Step && x == y;

    private Expr? Apply(Expr node)
    {
        foreach (RewriteRule rule in table.For(node))
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

                steps.Add(new(rule.Rule, node, next) { Conditions = rule.Condition(node) is Assumption condition ? [condition] : [] });
                return next;
            }
        }

        return null;
    }
}
