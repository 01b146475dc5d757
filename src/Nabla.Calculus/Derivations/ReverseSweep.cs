using System.Collections.Immutable;
using Nabla.Calculus.Derivations.Simplification;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>
/// Reverse accumulation over the shared graph of a scalar: every node gets one adjoint, ∂C/∂X in X's own shape, from the
/// adjoints of the nodes that use it. A step is the differential of a use, its pairing with the user's adjoint, and what is read off.
/// </summary>
internal sealed class ReverseSweep
{
    private static readonly Rule Seed = new("sweep.seed", "dC = 1 dC");
    private static readonly Rule ReadOff = new("sweep.read-off", "dC = ⟨G, dX⟩ means ∂C/∂X = G");

    private readonly DerivationSettings settings;
    private readonly Expr cost;
    private readonly Expr differentiated;
    private readonly HashSet<Expr> relevant = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Expr> written;
    private readonly IReadOnlySet<Expr> rewritten;
    private readonly NameTable names;
    private readonly Dictionary<Expr, IReadOnlyList<Assumption>> conditionsOf = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expr, List<Gain>> gains = new(ReferenceEqualityComparer.Instance);
    private readonly RewriteTable algebra;
    private readonly RewriteTable full;
    private readonly ElementForms? shortest;

    /// <param name="cost">C as it was written; the steps speak of it.</param>
    /// <param name="differentiated">C in the form that is differentiated.</param>
    /// <param name="settings">Tables, assumptions and the names of adjoints.</param>
    /// <param name="rewritten">The parts of C as it was written whose gradients are not those of the form that is differentiated.</param>
    public ReverseSweep(Expr cost, Expr differentiated, DerivationSettings settings, IReadOnlySet<Expr>? rewritten = null)
    {
        this.cost = cost;
        this.differentiated = differentiated;
        this.settings = settings;
        RequireFree(settings.AdjointNames);
        this.rewritten = rewritten ?? ImmutableHashSet<Expr>.Empty;
        written = new(Expr.Reachable(cost), ReferenceEqualityComparer.Instance);
        names = new(cost, differentiated);
        algebra = new([RewriteRules.StoppedBy(settings.Cancellation), .. settings.Assumptions.Select(RewriteRules.From), .. RewriteRules.Names(names), .. RewriteRules.Algebra]);
        full = new([.. algebra.All, .. RewriteRules.Activations(names)], algebra);
        shortest = settings.Shortens ? new(names, settings.Cancellation) : null;
    }

    /// <summary>The adjoint of every node between C and what it is differentiated by.</summary>
    public Dictionary<Expr, Expr> Adjoints { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The step that gives the adjoint of a node.</summary>
    public Dictionary<Expr, Step> StepOf { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>One step for every adjoint, in the order of the sweep.</summary>
    public List<Step> Steps { get; } = [];

    /// <summary>Differentiates by the given symbols or names.</summary>
    public void Run(IEnumerable<Expr> by)
    {
        relevant.UnionWith(by);
        IReadOnlyList<Expr> nodes = Expr.Reachable(differentiated);
        foreach (Expr node in nodes)
        {
            if (node.Operands.Any(relevant.Contains))
            {
                relevant.Add(node);
            }
        }

        gains[differentiated] = [new(differentiated.Pool.Constant(1), [], [])];
        foreach (Expr node in nodes.Reverse().Where(relevant.Contains))
        {
            if (gains.TryGetValue(node, out List<Gain>? found))
            {
                Adjoints[node] = Collect(node, found);
                Spread(node, Adjoints[node], conditionsOf[node]);
            }
        }
    }

    /// <summary>Takes over what another sweep found for some parts.</summary>
    public void Take(ReverseSweep other, IEnumerable<Expr> parts)
    {
        Steps.AddRange(other.Steps);
        foreach (Expr part in parts.Where(other.Adjoints.ContainsKey))
        {
            (Adjoints[part], StepOf[part]) = (other.Adjoints[part], other.StepOf[part]);
        }
    }

    /// <summary>A name stands for one thing in a derivation: not for two adjoints, nor for an adjoint and what has the name in the pool.</summary>
    private static void RequireFree(IReadOnlyDictionary<Expr, Name> names)
    {
        Dictionary<Name, Expr> owners = [];
        foreach ((Expr node, Name name) in names)
        {
            if (!owners.TryAdd(name, node))
            {
                throw new ArgumentException($"the adjoints of {owners[name].Describe()} and {node.Describe()} cannot both be called {name}");
            }

            if (node.Pool.MeaningOf(name) is Expr other)
            {
                throw new ArgumentException($"the adjoint of {node.Describe()} cannot be called {name}: the name is {ExprPool.Meaning(other)} already");
            }
        }
    }

    /// <summary>Adds up what the users of a node pass on to it, simplifies the sum, and names it where a name was asked for.</summary>
    private Expr Collect(Expr node, List<Gain> found)
    {
        Expr total = found.Select(gain => gain.Value).Aggregate(Forms.Plus);
        (Expr plain, IReadOnlyList<Step> algebraSteps) = Rewriter.Rewrite(total, algebra);
        (Expr simple, IReadOnlyList<Step> factSteps) = Rewriter.Rewrite(plain, full);
        if (shortest is not null && (node is Named || node.Operands.IsEmpty))
        {
            (simple, IReadOnlyList<Step> more) = shortest.Of(simple);
            factSteps = [.. factSteps, .. more];
        }

        bool isOfCost = written.Contains(node) && !rewritten.Contains(node);
        Expr gradient = Expr.Gradient(isOfCost ? cost : differentiated, node);
        List<Step> steps = [.. found.SelectMany(gain => gain.Steps), new(ReadOff, gradient, total), .. algebraSteps, .. factSteps];
        Rule rule = found[0].Steps.Count > 0 ? found[0].Steps[0].Rule : Seed;
        IReadOnlyList<Assumption> conditions = [.. steps.SelectMany(step => step.Conditions).Concat(found.SelectMany(gain => gain.Conditions)).Distinct()];
        Expr adjoint = simple;
        if (settings.AdjointNames.TryGetValue(node, out Name name))
        {
            Named named = simple.AsOfDerivation(name);
            names.Add(named);

            // A new name stands for its expression from now on, wherever that is.
            full.Forget();
            adjoint = named;
            Steps.Add(new(rule, adjoint, gradient) { Relation = Relation.Definition });
        }

        Step step = new(rule, adjoint is Named ? adjoint : gradient, simple) { Steps = steps, Conditions = conditions };
        Steps.Add(step);
        conditionsOf[node] = adjoint is Named ? [] : conditions;
        if (!rewritten.Contains(node))
        {
            StepOf[node] = step;
        }

        return adjoint;
    }

    /// <summary>Passes the adjoint of a node on to its operands.</summary>
    private void Spread(Expr node, Expr adjoint, IReadOnlyList<Assumption> conditions)
    {
        if (node.Operands.IsEmpty)
        {
            return;
        }

        DifferentialRule? rule = null;
        for (int i = 0; i < node.Operands.Length; i++)
        {
            Expr operand = node.Operands[i];
            if (!relevant.Contains(operand))
            {
                continue;
            }

            rule ??= DifferentialRules.UnderTrace(node, adjoint) ?? settings.Differentials[node];
            Differential d = (Differential)operand.Differential();
            Expr term = rule.Terms[i](node, d);
            Expr gain = settings.Pairings.Turn(term, d, adjoint);
            if (!gains.TryGetValue(operand, out List<Gain>? list))
            {
                gains[operand] = list = [];
            }

            list.Add(new(gain,
            [
                rule == DifferentialRules.TraceOfPower
                    ? new(rule.Rule, Expr.Inner(adjoint, node.Differential()), Expr.Inner(adjoint, Total(node, rule)))
                    : new(rule.Rule, node.Differential(), Total(node, rule)),
                new(new(rule.Rule.Id, "the term in dX, paired with the adjoint and turned round"), Expr.Inner(adjoint, term), Expr.Inner(gain, d)),
            ],
            conditions));
        }
    }

    /// <summary>The whole differential of a node: the sum of the terms of all operands that matter.</summary>
    private Expr Total(Expr node, DifferentialRule rule) => node.Operands
        .Select((operand, i) => relevant.Contains(operand) ? rule.Terms[i](node, operand.Differential()) : null)
        .OfType<Expr>()
        .Aggregate(Forms.Plus);

    private sealed record Gain(Expr Value, IReadOnlyList<Step> Steps, IReadOnlyList<Assumption> Conditions);
}
