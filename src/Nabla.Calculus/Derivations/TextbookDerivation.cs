using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>A part of a derivation as it is read: a title, its lines, and remarks in words.</summary>
/// <param name="Title">The title.</param>
/// <param name="Steps">The lines.</param>
/// <param name="Remarks">What there is to say in words.</param>
public sealed record Section(string Title, IReadOnlyList<Step> Steps, IReadOnlyList<string> Remarks);

/// <summary>
/// The derivation of a layered network as a textbook writes it: local Jacobians and the chain rule, last layer first, in the
/// order and with the labels of the seed (A. Punnen, "The Mathematical Intuition Behind Deep Learning", chapter 6). Beside it stand
/// the gradients of the reverse sweep, which are what is compiled; the last section sets both equal.
/// </summary>
public sealed partial class TextbookDerivation
{
    private static readonly Rule Definition = new("textbook.definition", "definition");
    private static readonly Rule Chain = new("textbook.chain", "chain rule: vec(∂C/∂x) = (∂u/∂x)ᵀ vec(∂C/∂u)");
    private static readonly Rule ChainOfJacobians = new("textbook.chain-jacobian", "chain rule: ∂u/∂x = (∂u/∂v)(∂v/∂x)");
    private static readonly Rule Substitution = new("textbook.substitution", "the results above are put in");
    private static readonly Rule Known = new("textbook.known", "known from the layer above");
    private static readonly Rule Facts = new("textbook.facts", "f′ in terms of f, and simplified");
    private static readonly Rule Stable = new("textbook.stable", "rewritten so that nothing overflows or cancels");
    private static readonly Rule Square = new("textbook.square", "‖v‖² = sum(v ⊙ v)");
    private static readonly Rule Descent = new("textbook.descent", "gradient descent: against the gradient, by the learning rate η");
    private static readonly Rule Agreement = new("textbook.agreement", "the reverse sweep comes to the same, and this is what is compiled");
    private static readonly Rule AgreementThroughA = new("textbook.agreement-through-output", "the local Jacobians through a give the same as the reverse sweep, which is what is compiled");
    private readonly LayeredNetwork network;
    private readonly Derivation derivation;
    private readonly DifferentialRules rules;
    private readonly Dialect dialect;
    private readonly IReadOnlyList<Expr> ofLoss;
    private readonly Named intermediate;
    /// <summary>The names that the lines so far have defined.</summary>
    private readonly NameTable names;
    private readonly IReadOnlyList<RewriteRule> shortening;
    private readonly IReadOnlyList<Rule> activationFacts;
    private readonly List<Section> sections = [];
    private readonly Dictionary<SymbolicLayer, Expr> textbookGradients = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<SymbolicLayer, IReadOnlyList<Assumption>> textbookConditions = new(ReferenceEqualityComparer.Instance);
    private readonly bool goesStraightToZ;

    private TextbookDerivation(LayeredNetwork network, Derivation derivation, DifferentialRules rules, Dialect dialect)
    {
        (this.network, this.derivation, this.rules, this.dialect) = (network, derivation, rules, dialect);
        ofLoss = PartsOfLoss(network);
        intermediate = Intermediate(network, ofLoss);
        goesStraightToZ = network.Output.Unfold() is Softmax || derivation.StabilitySteps.Count > 0;
        names = new(network.Cost);
        shortening = [.. RewriteRules.Names(names), .. RewriteRules.Algebra, .. RewriteRules.Structure];
        activationFacts = [.. RewriteRules.Activations(names).Select(rule => rule.Rule)];
    }

    /// <summary>The sections in reading order.</summary>
    /// <exception cref="ArgumentException">The cost does not depend on the output, or depends on the network in another way than through it.</exception>
    public static IReadOnlyList<Section> Of(LayeredNetwork network, Derivation derivation, DifferentialRules? rules = null, Dialect dialect = Dialect.Nielsen)
    {
        TextbookDerivation textbook = new(network, derivation, rules ?? DifferentialRules.Standard, dialect);
        textbook.Forward();
        textbook.Loss();
        textbook.LastLayer();
        for (int l = network.Layers.Count - 1; l >= 1; l--)
        {
            textbook.InnerLayer(l);
        }

        textbook.Biases();
        textbook.Update();
        textbook.Shared();
        textbook.Proof();
        return textbook.sections;
    }

    private void Forward() => Add("Forward", network.Layers.SelectMany(layer => new[]
    {
        Defined(layer.PreActivation),
        Defined(layer.Activation),
    }));

    private void Loss()
    {
        List<Step> steps = [.. ofLoss.OfType<Named>().Where(named => named != network.Output).Select(Defined)];
        if (network.Cost.Unfold() is Scale { Factor: var factor, Of: SquaredNorm { Operands: [var v] } } && v == intermediate)
        {
            steps.Add(new(Square, network.Cost, Short(factor * Expr.Inner(v, v)).Result) { Label = "Eq A" });
        }

        if (derivation.StabilitySteps.Count > 0)
        {
            steps.Add(new(Stable, network.Cost, derivation.StableCost.Unfold()) { Steps = derivation.StabilitySteps, ShowsSteps = true });
        }

        Add("Loss", steps);
    }

    private void Biases()
    {
        List<Step> steps = [];
        foreach (SymbolicLayer layer in network.Layers.Reverse().Where(layer => layer.Biases is not null))
        {
            Symbol b = layer.Biases!;
            (Expr local, IReadOnlyList<Step> more) = Short(Local(layer.PreActivation, b));
            steps.Add(new(IdentificationOf(layer.PreActivation, b), Expr.Jacobian(layer.PreActivation, b), local) { Steps = more });
            Expr before = Expr.MatMul(local.Transpose(), Expr.Vec((Expr?)Delta(layer) ?? Expr.Gradient(network.Cost, layer.PreActivation)));
            steps.Add(new(Chain, Expr.Gradient(network.Cost, b), derivation.GradientOf(b)) { Label = dialect == Dialect.Seed ? "" : "BP3", Steps = Short(before).Steps });
        }

        if (steps.Count > 0)
        {
            Add("Biases", steps);
        }
    }

    private void Update() => Add("Gradient descent", network.Parameters.Reverse().Select(parameter =>
        new Step(Descent, parameter, parameter - network.LearningRate * Expr.Gradient(network.Cost, parameter)) { Relation = Relation.Update }));

    private void Shared()
    {
        IReadOnlyList<Named> deltas = derivation.NamedAdjoints;
        Dictionary<Expr, List<string>> users = deltas.ToDictionary(delta => (Expr)delta, _ => new List<string>());
        void Use(Expr expression, string user)
        {
            foreach (Expr part in Expr.Parts(expression).Where(users.ContainsKey))
            {
                users[part].Add(user);
            }
        }

        foreach (Symbol parameter in network.Parameters)
        {
            Use(derivation.GradientOf(parameter), $"∂C/∂{parameter.Name}");
        }

        foreach (Named delta in deltas)
        {
            Use(delta.Definition, $"{delta.Name}");
        }

        List<string> remarks = [.. deltas.Select(delta => $"{delta.Name} is computed once and used for {string.Join(", ", users[delta])}.")];
        (int shared, int separate) = derivation.ProductsOfAdjoints();
        string products = $"The adjoints take {shared} matrix product{(shared == 1 ? "" : "s")}";
        remarks.Add(separate > shared ? $"{products}; computed anew for each weight matrix they would take {separate}." : $"{products}.");
        sections.Add(new("Computed once, used again", [], remarks));
    }

    private void Proof() => Add("The same from the reverse sweep", network.Layers.Reverse().Select(layer =>
    {
        Expr textbook = textbookGradients[layer];
        Expr sweep = derivation.GradientOf(layer.Weights);
        return new Step(goesStraightToZ && layer == network.Layers[^1] ? AgreementThroughA : Agreement, textbook, textbook.Shape == sweep.Shape ? sweep : Expr.Vec(sweep))
        {
            Steps = derivation.StepOf(layer.Weights) is Step step ? [step] : [],
            Conditions = [.. textbookConditions[layer].Concat(ConditionsBetween(textbook, sweep)).Distinct()],
        };
    }));

    /// <summary>What the adjoints needed that one side is written with and the other is not.</summary>
    private IReadOnlyList<Assumption> ConditionsBetween(Expr textbook, Expr sweep)
    {
        HashSet<Expr> known = new(Expr.Reachable(textbook), ReferenceEqualityComparer.Instance);
        HashSet<Expr> used = new(Expr.Reachable(sweep), ReferenceEqualityComparer.Instance);
        return
        [
            .. network.Layers.SelectMany(layer => new[] { layer.PreActivation, layer.Activation })
                .Where(part => derivation.AdjointNameOf(part) is not Named delta || (used.Contains(delta) && !known.Contains(delta)))
                .Select(derivation.StepOf).OfType<Step>()
                .SelectMany(step => step.Conditions.Concat(step.Steps.SelectMany(inner => inner.Conditions))).Distinct(),
        ];
    }

    /// <summary>A section; a line holds under the conditions of the steps that it is made of.</summary>
    private void Add(string title, IEnumerable<Step> steps) => sections.Add(new(title, [.. steps.Select(step => step with
    {
        Conditions = [.. step.Conditions.Concat(step.Steps.SelectMany(inner => inner.Conditions)).Distinct()],
    })], []));

    /// <summary>What a step uses of the derivatives of the activations.</summary>
    private IEnumerable<Step> FactsIn(Step step) => step.Steps.Where(inner => activationFacts.Contains(inner.Rule)).Distinct();

    private static Step Defined(Named named) => new(Definition, named, named.Definition) { Relation = Relation.Definition };

    private (Expr Result, IReadOnlyList<Step> Steps) Short(Expr expression) => Rewriter.Rewrite(expression, shortening);

    /// <summary>What the loss is made of, down to the output of the network, which is its end.</summary>
    private static IReadOnlyList<Expr> PartsOfLoss(LayeredNetwork network)
    {
        IReadOnlyList<Expr> parts = Expr.ReachableUpTo([network.Cost], part => part == network.Output);
        if (!parts.Contains(network.Output))
        {
            throw new ArgumentException($"the cost {network.Cost.Name} does not depend on the output {network.Output.Name} of the network, so there is nothing to derive");
        }

        HashSet<Expr> inner = new([network.Input, .. network.Parameters, .. network.Layers.Select(layer => layer.PreActivation)], ReferenceEqualityComparer.Instance);
        return parts.FirstOrDefault(inner.Contains) is Expr direct
            ? throw new ArgumentException(
                $"the textbook form needs a cost that depends on the network through its output {network.Output.Name} alone, but {network.Cost.Name} depends on {direct.Describe()} itself")
            : parts;
    }

    /// <summary>u of the first chain rule: v, where the loss names the difference of target and output and depends on the output through it alone; else aᴸ.</summary>
    private static Named Intermediate(LayeredNetwork network, IReadOnlyList<Expr> parts) => parts
        .OfType<Named>()
        .FirstOrDefault(named => named.Definition is Subtract difference
            && difference.Operands.Contains(network.Output) && difference.Operands.Contains(network.Target)
            && !Expr.ReachableUpTo([network.Cost], part => part == named).Contains(network.Output)) ?? network.Output;

    private Named? Delta(SymbolicLayer layer) => derivation.AdjointNameOf(layer.PreActivation);

    private Expr Local(Expr f, Expr x) => Identification.LocalJacobian(f, x, rules)
        ?? throw new ArgumentException($"{f.Describe()} does not depend on {x.Describe()}");

    private Expr Chained(Expr u, Expr x) =>
        Expr.MatMul(Expr.Jacobian(u, x).Transpose(), Expr.Vec(Expr.Gradient(network.Cost, u)));

    /// <summary>The gradient with respect to a name by a sweep over the loss as it is written, and the rules that gave it.</summary>
    private Step DirectGradient(Named u)
    {
        ReverseSweep sweep = new(network.Cost, network.Cost.Definition, new() { Differentials = rules, Shortens = true });
        sweep.Run([u]);
        Step step = sweep.StepOf[u];
        return new(new Computation(network.Cost, [u], rules).RuleOfAll, Expr.Gradient(network.Cost, u), step.Right) { Conditions = step.Conditions };
    }

    private Expr Adjoint(Named activation) => derivation.StepOf(activation)?.Right ?? DirectGradient(activation).Right;

    private Step Identified(Expr f, Expr x, string label)
    {
        (Expr local, IReadOnlyList<Step> steps) = Short(Local(f, x));
        return new(IdentificationOf(f, x), Expr.Jacobian(f, x), local) { Label = label, Steps = StyleRules.Telling(steps) };
    }

    private Rule IdentificationOf(Expr f, Expr x)
    {
        Expr definition = f is Named named ? named.Definition : f;
        Expr node = definition is Add ? definition.Operands.First(operand => operand.HasPart(x)) : definition;
        string statement = node.Operands.IsEmpty || node is Named ? "dx = I dx" : rules[node].Rule.Statement;
        return new("textbook.identification", $"{statement}, read as vec(dF) = J vec(dX)");
    }
}
