using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Styles;

/// <summary>
/// A formula as a reader computes it: intermediate results under names, each in terms of those before it, the last one the result. Every style
/// of derivation goes through these names.
/// </summary>
internal sealed class Computation
{
    private readonly HashSet<Expr> changing = new(ReferenceEqualityComparer.Instance);
    private readonly ILookup<Expr, Expr> parents;
    private readonly DifferentialRules rules;
    private readonly Dictionary<Named, Expr> differentials = [];
    private readonly Dictionary<Named, IReadOnlyList<Expr>> uses = [];

    /// <summary>A formula that has its names already.</summary>
    /// <param name="root">The result.</param>
    /// <param name="variables">By what it is differentiated.</param>
    /// <param name="rules">The differentials.</param>
    public Computation(Named root, IReadOnlyList<Expr> variables, DifferentialRules rules)
    {
        (Root, Variables, this.rules) = (root, variables, rules);
        changing.UnionWith(variables);
        parents = Expr.Reachable(root).SelectMany(node => node.Operands.Select(operand => (operand, node))).ToLookup(pair => pair.operand, pair => pair.node);
        List<Named> all = [];
        foreach (Expr node in Expr.Reachable(root))
        {
            if (node.Operands.Any(changing.Contains))
            {
                changing.Add(node);
            }

            if (node is Named named && !variables.Contains(node))
            {
                all.Add(named);
            }
        }

        All = all;
        Parts = [.. all.Where(changing.Contains)];
    }

    /// <summary>The result.</summary>
    public Named Root { get; }

    /// <summary>By what the result is differentiated.</summary>
    public IReadOnlyList<Expr> Variables { get; }

    /// <summary>All names, in the order of computing, the result last.</summary>
    public IReadOnlyList<Named> All { get; }

    /// <summary>The names that change with a variable.</summary>
    public IReadOnlyList<Named> Parts { get; }

    /// <summary>The rule for the operation of a definition, or for all of them where they are several.</summary>
    public Rule RuleOf(Named part) => RuleOf(part, changing.Contains) ?? RuleFor(Outermost(part.Definition)).Rule;

    /// <summary>The rule for the operation in which a variable or name stands, below sums, or for all of them where they are several.</summary>
    public Rule RuleOf(Named part, Expr use) => RuleOf(part, node => node.HasPart(use)) ?? new("differential.itself", "dx = I dx");

    /// <summary>The variables and names that a definition is written with, in the order of computing.</summary>
    public IReadOnlyList<Expr> UsesOf(Named part)
    {
        if (!uses.TryGetValue(part, out IReadOnlyList<Expr>? known))
        {
            uses[part] = known = [.. Expr.Parts(part.Definition).Where(IsEnd)];
        }

        return known;
    }

    /// <summary>The names that a variable or name is used in.</summary>
    public IEnumerable<Named> UsersOf(Expr part) => Parts.Where(user => UsesOf(user).Contains(part));

    /// <summary>Whether a use of a part changes with another use of it, so that ∂part/∂use would not say which way is meant.</summary>
    public bool IsAmbiguous(Named part, Expr use) => UsesOf(part).Any(other => other != use && Expr.Reachable(other).Contains(use));

    /// <summary>du of a part in terms of the differentials of what its definition is written with, as the rules give it.</summary>
    public Expr DifferentialOf(Named part)
    {
        if (!differentials.TryGetValue(part, out Expr? known))
        {
            Dictionary<Expr, Expr> tangents = new(ReferenceEqualityComparer.Instance);
            foreach (Expr node in Expr.Parts(part.Definition))
            {
                if (IsEnd(node))
                {
                    tangents[node] = node.Differential();
                }
                else if (node is not Named && Terms(node, operand => tangents.GetValueOrDefault(operand)) is Expr total)
                {
                    tangents[node] = total;
                }
            }

            differentials[part] = known = tangents[part.Definition];
        }

        return known;
    }

    /// <summary>The differential of every operation in a definition, each in terms of the next.</summary>
    public IReadOnlyList<Step> OperationsOf(Named part) =>
    [
        .. Expr.Parts(part.Definition).Where(node => changing.Contains(node) && !IsEnd(node) && node is not Named).Reverse()
            .Select(node => (Node: node, Right: Terms(node, operand => changing.Contains(operand) ? operand.Differential() : null)!))
            .Select(line => RuleFor(line.Node) == DifferentialRules.TraceOfPower
                ? new Step(RuleFor(line.Node).Rule, Expr.Trace(line.Node.Differential()), Expr.Trace(line.Right))
                : new Step(RuleFor(line.Node).Rule, line.Node.Differential(), line.Right)),
    ];

    /// <summary>The rule for an operation; a power too high for its own one has another where nothing but its trace is used.</summary>
    private DifferentialRule RuleFor(Expr node) => DifferentialRules.UnderTrace(node, () => HasTraceOnly(node)) ?? rules[node];

    private bool HasTraceOnly(Expr node) => parents[node].Any() && parents[node].All(parent =>
        parent is Trace || (parent is Negate or Transpose or Add or Subtract or Scale or Divide && HasTraceOnly(parent)));

    private bool IsEnd(Expr node) => changing.Contains(node) && (node is Named || Variables.Contains(node));

    private Expr? Terms(Expr node, Func<Expr, Expr?> tangentOf)
    {
        Expr? total = null;
        for (int i = 0; i < node.Operands.Length; i++)
        {
            if (tangentOf(node.Operands[i]) is Expr tangent)
            {
                Expr term = RuleFor(node).Terms[i](node, tangent);
                total = total is null ? term : Simplification.Forms.Plus(total, term);
            }
        }

        return total;
    }

    /// <summary>The rules for the operations from the result down to where the variables are, the names between them looked through.</summary>
    public Rule RuleOfAll
    {
        get
        {
            Expr[] operations = [.. Parts.Reverse().SelectMany(part => Operations(part, changing.Contains))];
            return Together(operations.Where(node => node is not (Negate or Scale { Factor: Constant })), most: 3) ?? Together(operations, most: 3) ?? new("differential.itself", "dx = I dx");
        }
    }

    /// <summary>The rule for the operations that count in a definition; null where there is none.</summary>
    private Rule? RuleOf(Named part, Func<Expr, bool> counts)
    {
        Expr[] operations = [.. Operations(part, counts)];
        Expr[] telling = [.. operations.Where(node => node is not (Negate or Add or Subtract or Scale { Factor: Constant }))];
        return Together(telling.Length > 0 ? telling : operations, most: 2);
    }

    private IEnumerable<Expr> Operations(Named part, Func<Expr, bool> counts) =>
        Expr.Parts(part.Definition).Where(node => !IsEnd(node) && node is not Named && changing.Contains(node) && counts(node)).Reverse();

    /// <summary>The rules of operations in one statement, where they are few enough to be read; null where there is none.</summary>
    private Rule? Together(IEnumerable<Expr> operations, int most) => operations.Select(node => RuleFor(node).Rule).Distinct().ToArray() switch
    {
        [] => null,
        [Rule only] => only,
        Rule[] few when few.Length <= most => new("style.operations", string.Join("; ", few.Select(rule => rule.Statement))),
        _ => new("style.operations", "the differentials of each operation, put into one another"),
    };

    /// <summary>What is below signs and constant factors: they are not what a line is about.</summary>
    private static Expr Outermost(Expr definition) => definition switch
    {
        Scale { Factor: Constant, Of: var x } when x is not (Symbol or Named) => Outermost(x),
        Negate { Operands: [var x] } when x is not (Symbol or Named) => Outermost(x),
        _ => definition,
    };
}
