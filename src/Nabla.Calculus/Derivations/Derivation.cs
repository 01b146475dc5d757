using System.Numerics;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>What a derivation may be told.</summary>
public sealed record DerivationSettings
{
    /// <summary>The table of differentials.</summary>
    public DifferentialRules Differentials { get; init; } = DifferentialRules.Standard;

    /// <summary>The table of adjoints.</summary>
    public PairingRules Pairings { get; init; } = PairingRules.Standard;

    /// <summary>Facts that may be used.</summary>
    public IReadOnlyList<Assumption> Assumptions { get; init; } = [];

    /// <summary>Stops a derivation and its simplification; the answer is then an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>
    /// Whether the adjoints of names and variables come in their shortest form, as a network's do, which are compiled and shown as they are; the gradient of an
    /// expression is simplified as a whole when it is found.
    /// </summary>
    public bool Shortens { get; init; }

    /// <summary>The names that adjoints get: δˡ for ∂C/∂zˡ.</summary>
    public IReadOnlyDictionary<Expr, Name> AdjointNames { get; init; } = new Dictionary<Expr, Name>();
}

/// <summary>
/// The derivation of a scalar's gradients: every step in order, the named adjoints and the gradient of every variable. The gradients
/// are the expressions that are compiled into training code; the steps are how they came about.
/// </summary>
public sealed class Derivation
{
    private readonly Dictionary<Expr, Expr> adjoints;
    private readonly Dictionary<Expr, Step> stepOf;
    private readonly HashSet<Expr> askedFor;

    private Derivation(Expr cost, Expr stable, IReadOnlyList<Step> stabilitySteps, ReverseSweep sweep, IReadOnlyList<Expr> variables, IReadOnlyList<Assumption> assumptions)
    {
        Cost = cost;
        StableCost = stable;
        StabilitySteps = stabilitySteps;
        Steps = sweep.Steps;
        adjoints = sweep.Adjoints;
        stepOf = sweep.StepOf;
        Variables = variables;
        Assumptions = assumptions;
        askedFor = new(variables, ReferenceEqualityComparer.Instance);
    }

    /// <summary>C as it was written.</summary>
    public Expr Cost { get; }

    /// <summary>C in the form that is differentiated and computed: equal to <see cref="Cost"/>, but it neither overflows nor cancels.</summary>
    public Expr StableCost { get; }

    /// <summary>The rewrites that lead from <see cref="Cost"/> to <see cref="StableCost"/>; none where it is stable as it is.</summary>
    public IReadOnlyList<Step> StabilitySteps { get; }

    /// <summary>What C was differentiated by.</summary>
    public IReadOnlyList<Expr> Variables { get; }

    /// <summary>What was taken for true.</summary>
    public IReadOnlyList<Assumption> Assumptions { get; }

    /// <summary>The steps of the sweep, from C down.</summary>
    public IReadOnlyList<Step> Steps { get; }

    /// <summary>The named adjoints, in the order of the sweep.</summary>
    public IReadOnlyList<Named> NamedAdjoints =>
        [.. Steps.Where(step => step is { Relation: Relation.Definition, Left: Named }).Select(step => (Named)step.Left)];

    /// <summary>The gradients of all variables, in their order.</summary>
    public IReadOnlyList<Expr> Gradients => [.. Variables.Select(GradientOf)];

    /// <summary>Differentiates a scalar by variables: symbols, or names of intermediate results.</summary>
    /// <exception cref="ShapeException">C is not a scalar.</exception>
    /// <exception cref="NotSupportedException">An operation between C and a variable has no rule.</exception>
    public static Derivation Of(Expr cost, IEnumerable<Expr> variables, DerivationSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(cost);
        if (!cost.Shape.IsScalar)
        {
            throw new ShapeException($"a gradient is of a scalar, but {cost.Describe()} is not one; its derivative is a Jacobian");
        }

        IReadOnlyList<Expr> by = [.. variables];
        DerivationSettings chosen = settings ?? new();
        (Expr stable, IReadOnlyList<Step> steps) = Stabilize(cost);
        HashSet<Expr> rewritten = Rewritten(cost, steps);
        DerivationSettings Naming(Func<Expr, bool> which) => chosen with { AdjointNames = chosen.AdjointNames.Where(name => which(name.Key)).ToDictionary() };
        ReverseSweep sweep = new(cost, stable, Naming(part => !rewritten.Contains(part)), rewritten);
        sweep.Run(by.Where(variable => !rewritten.Contains(variable)));
        Expr[] passed = [.. by.Where(rewritten.Contains)];
        if (passed.Length > 0)
        {
            // The stable form goes past these parts, so their gradients are those of the cost as it is written.
            ReverseSweep written = new(cost, cost, Naming(rewritten.Contains));
            written.Run(passed);
            sweep.Take(written, passed);
        }

        return new(cost, stable, steps, sweep, by, chosen.Assumptions);
    }

    /// <summary>
    /// The step of the sweep that gives ∂C/∂X of a part X of C; null where C does not depend on it, or where the stable form of C goes
    /// past it and it was not asked for.
    /// </summary>
    public Step? StepOf(Expr part) => stepOf.GetValueOrDefault(part);

    /// <summary>The name δ of ∂C/∂Z, where one was asked for.</summary>
    public Named? AdjointNameOf(Expr part) => StepOf(part)?.Left as Named;

    /// <summary>The gradient ∂C/∂X of a variable; zeros where C, as it was written, does not depend on it.</summary>
    public Expr GradientOf(Expr variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return askedFor.Contains(variable)
            ? adjoints.GetValueOrDefault(variable) ?? variable.Pool.Zeros(variable.Shape)
            : throw new ArgumentException($"the derivation was not asked for ∂C/∂{variable.Describe()}", nameof(variable));
    }

    /// <summary>
    /// The matrix products inside the named adjoints: how many there are when each adjoint is computed once and used again
    /// (this is the dynamic programming), and how many there were if every gradient were computed by itself.
    /// </summary>
    public (int Shared, int Separate) ProductsOfAdjoints()
    {
        HashSet<Expr> forward = new(Expr.Reachable(StableCost, Cost), ReferenceEqualityComparer.Instance);
        IReadOnlyList<Expr> backward = [.. Expr.Reachable(NamedAdjoints).Where(node => !forward.Contains(node))];

        // For each node the set of products that it needs, one bit a product.
        Dictionary<Expr, BigInteger> needed = new(ReferenceEqualityComparer.Instance);
        int shared = 0;
        foreach (Expr node in backward)
        {
            BigInteger own = node is MatMul ? BigInteger.One << shared++ : 0;
            needed[node] = node.Operands.Aggregate(own, (set, operand) => set | needed.GetValueOrDefault(operand));
        }

        int Separate(Expr gradient)
        {
            BigInteger set = Expr.ReachableUpTo([gradient], node => needed.ContainsKey(node) || forward.Contains(node)).Aggregate(BigInteger.Zero, (all, node) => all | needed.GetValueOrDefault(node));
            return (int)BigInteger.PopCount(set);
        }

        return (shared, Variables.Where(variable => !variable.Shape.IsColumn).Sum(variable => Separate(GradientOf(variable))));
    }

    /// <summary>
    /// The parts of a cost whose gradients are not those of its stable form: what was rewritten itself, and every name that a rewrite
    /// looked through with what is behind it, log softmax(z) for log a. A rewrite whose right side has something from behind a name counts as one.
    /// </summary>
    private static HashSet<Expr> Rewritten(Expr cost, IReadOnlyList<Step> steps)
    {
        HashSet<Expr> rewritten = new(ReferenceEqualityComparer.Instance);
        if (steps.Count == 0)
        {
            return rewritten;
        }

        rewritten.UnionWith(Expr.Parts(cost.Unfold()).Where(part => part is not (Symbol or Named)));
        foreach (Step step in steps)
        {
            // Only what the right side has and the left has not comes from behind a name: W¹ may stand in a penalty beside the loss, and below Z² as well.
            HashSet<Expr> above = new(Expr.Parts(step.Right).Where(part => part is Symbol or Named), ReferenceEqualityComparer.Instance);
            above.ExceptWith(Expr.Parts(step.Left));
            HashSet<Expr> behind = [];
            foreach (Expr part in Expr.Reachable(Expr.Parts(step.Left).OfType<Named>()))
            {
                if (part.Operands.Any(operand => above.Contains(operand) || behind.Contains(operand)))
                {
                    behind.Add(part);
                }
            }

            rewritten.UnionWith(behind);
        }

        return rewritten;
    }

    /// <summary>Rewrites a cost into a stable form; the cost itself where no stability rule has anything to do.</summary>
    private static (Expr Stable, IReadOnlyList<Step> Steps) Stabilize(Expr cost)
    {
        (Expr stable, IReadOnlyList<Step> steps) = Rewriter.Rewrite(cost.Unfold(), RewriteRules.Stability);
        if (steps.Count == 0)
        {
            return (cost, steps);
        }

        (Expr simple, IReadOnlyList<Step> more) = Rewriter.Rewrite(stable, RewriteRules.Algebra);
        return (cost is Named named ? simple.AsOfDerivation(named.Name) : simple, [.. steps, .. more]);
    }
}
