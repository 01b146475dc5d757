using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Styles;

/// <summary>The derivation of a network's gradients in one of the styles and dialects.</summary>
public sealed class NetworkDerivation
{
    private static readonly Rule Descent = new("textbook.descent", "gradient descent: against the gradient, by the learning rate η");

    private NetworkDerivation(LayeredNetwork network, Derivation derivation, IReadOnlyList<Section> sections, Named cost)
    {
        (Network, Derivation, Sections) = (network, derivation, sections);
        IReadOnlyList<Section> outline = OutlineOf(network, derivation, cost);

        // With samples as rows the derivation's own lines are shorter than those of the sweep, which is over columns.
        Outline = network.SamplesAreRows
            ? [.. outline.SkipLast(1), outline[^1] with { Steps = [.. sections.SelectMany(section => section.Steps).Where(step => step.Indexed is null
                && (step.Label.StartsWith("BP", StringComparison.Ordinal) || step is { Relation: Relation.Definition, Right: Gradient }))] }]
            : outline;
    }

    /// <summary>The network in the dialect: with samples as rows it is another than the one that was given.</summary>
    public LayeredNetwork Network { get; }

    /// <summary>The gradients.</summary>
    public Derivation Derivation { get; }

    /// <summary>The sections in reading order.</summary>
    public IReadOnlyList<Section> Sections { get; }

    /// <summary>A few lines: what is computed, the cost, and the gradient of every parameter.</summary>
    public IReadOnlyList<Section> Outline { get; }

    /// <summary>Differentiates a network and writes it down.</summary>
    /// <param name="network">The network, samples as columns.</param>
    /// <param name="style">The style.</param>
    /// <param name="dialect">The dialect.</param>
    /// <param name="assume">Whether the targets of each sample sum to one.</param>
    public static NetworkDerivation Of(LayeredNetwork network, DerivationStyle style, Dialect dialect, bool assume)
    {
        ArgumentNullException.ThrowIfNull(network);
        LayeredNetwork written = dialect == Dialect.RowBatch ? SampleRows.Of(network) : network;
        IReadOnlyList<Assumption> assumptions = assume ? [written.TargetsSumToOne] : [];
        return Of(written, written.Differentiate(assumptions: assumptions, dialect: dialect), style, dialect);
    }

    /// <summary>Writes down a derivation that is there already, such as that of a training.</summary>
    /// <param name="network">The network that was differentiated.</param>
    /// <param name="derivation">The gradients of its cost.</param>
    /// <param name="style">The style; the textbook's is for costs that depend on the network through its output alone.</param>
    /// <param name="dialect">The dialect that the derivation is in.</param>
    /// <exception cref="ArgumentException">The style is the textbook's, and the cost depends on more than the output, as one with penalties does.</exception>
    public static NetworkDerivation Of(LayeredNetwork network, Derivation derivation, DerivationStyle style, Dialect dialect = Dialect.Nielsen)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(derivation);
        IReadOnlyList<Section> sections = style == DerivationStyle.Textbook && dialect != Dialect.RowBatch
            ? TextbookDerivation.Of(network, derivation, dialect: dialect)
            : Write(network, derivation, style, dialect, derivation.Assumptions);
        return new(network, derivation, sections, network.Cost);
    }

    private static IReadOnlyList<Section> Write(
        LayeredNetwork network, Derivation derivation, DerivationStyle style, Dialect dialect, IReadOnlyList<Assumption> assumptions)
    {
        Named root = (Named)derivation.StableCost;
        Computation computation = new(root, network.Parameters, DifferentialRules.Standard);
        Shortening shortening = new(root, assumptions, shortest: network.SamplesAreRows, [network.Cost, .. network.Layers.Select(layer => layer.Activation)]);
        Adjoints adjoints = new(computation, shortening, new(), (part, _) => NameOf(network, dialect, part));
        List<Section> sections = [];
        List<Named> forward = [.. network.Layers.SelectMany(layer => new[] { layer.PreActivation, layer.Activation })];
        sections.Add(Definitions("Forward", forward, style));
        List<Step> loss =
        [
            .. Definitions("", [.. Expr.Reachable(network.Cost).OfType<Named>().Where(named => !forward.Contains(named))], style).Steps,
        ];
        if (derivation.StabilitySteps.Count > 0)
        {
            loss.Add(new(StyleRules.Stable, network.Cost, root.Definition) { Steps = derivation.StabilitySteps, ShowsSteps = true });
        }

        sections.Add(new("Loss", loss, []));
        string LabelOf(Expr part) => Label(network, dialect, part);
        switch (style)
        {
            case DerivationStyle.Textbook:
                JacobianStyle jacobians = new(computation, shortening);
                sections.Add(jacobians.LocalJacobians());
                sections.Add(jacobians.Gradients(adjoints, LabelOf, LabelOf));
                break;
            case DerivationStyle.Differential:
                sections.Add(DifferentialStyle.Differentials(computation, shortening));
                sections.Add(DifferentialStyle.Pairing(computation, adjoints, shortening, part => (LabelOf(part), StyleRules.ReadOff)));
                sections.Add(DifferentialStyle.Reading(computation, adjoints, LabelOf));
                break;
            default:
                sections.AddRange(new Indices.IndexDerivation(computation, shortening).Gradients(adjoints, LabelOf));
                break;
        }

        sections.Add(new("Gradient descent",
        [
            .. network.Parameters.Reverse().Select(parameter => new Step(Descent, parameter, parameter - network.LearningRate * Expr.Gradient(network.Cost, parameter))
            {
                Relation = Relation.Update,
            }),
        ], []));
        (int shared, int separate) = derivation.ProductsOfAdjoints();
        string products = $"The adjoints take {shared} matrix product{(shared == 1 ? "" : "s")}";
        sections.Add(new("Computed once, used again", [], [separate > shared ? $"{products}; computed anew for each weight matrix they would take {separate}." : $"{products}."]));
        return sections;
    }

    private static Section Definitions(string title, IReadOnlyList<Named> parts, DerivationStyle style) => new(title,
    [
        .. style == DerivationStyle.Index
            ? parts.SelectMany(Indices.IndexDerivation.Definitions)
            : parts.Select(part => new Step(StyleRules.Definition, part, part.Definition) { Relation = Relation.Definition }),
    ], []);

    private static Name? NameOf(LayeredNetwork network, Dialect dialect, Expr part)
    {
        for (int l = 0; l < network.Layers.Count; l++)
        {
            if (part == (dialect == Dialect.Seed ? network.Layers[l].Activation : network.Layers[l].PreActivation))
            {
                return new(network.Batch.IsOne ? "δ" : "Δ", l + 1);
            }
        }

        return null;
    }

    /// <summary>BP1 to BP4 (Nielsen), or the seed's Eq 4.2, 3 and 5.</summary>
    private static string Label(LayeredNetwork network, Dialect dialect, Expr part)
    {
        SymbolicLayer last = network.Layers[^1];
        return dialect == Dialect.Seed
            ? part == last.Activation ? "Eq 4.2" : part == last.Weights ? "Eq 3" : network.Layers.Any(layer => layer.Weights == part) ? "Eq 5" : ""
            : network.LabelOf(part);
    }

    private static IReadOnlyList<Section> OutlineOf(LayeredNetwork network, Derivation derivation, Named cost) =>
    [
        new("Forward", [.. network.Layers.SelectMany(layer => new[] { layer.PreActivation, layer.Activation })
            .Select(part => new Step(StyleRules.Definition, part, part.Definition) { Relation = Relation.Definition })], []),
        new("The cost", [.. Expr.Parts(cost.Definition).OfType<Named>().Where(part => part != network.Output && network.Layers.All(layer => layer.PreActivation != part)).Append(cost)
            .Select(part => new Step(StyleRules.Definition, part, part.Definition) { Relation = Relation.Definition })], []),
        new("The gradients",
        [
            .. derivation.NamedAdjoints.SelectMany(delta => Adjoint(network, derivation, cost, delta)),
            .. network.Parameters.Reverse().Select(parameter => new Step(StyleRules.ReadOff, Expr.Gradient(cost, parameter), derivation.GradientOf(parameter))
            {
                Label = Label(network, DialectOf(network, derivation), parameter),
            }),
        ], []),
    ];

    /// <summary>δ = ∂C/∂z, and what it comes to.</summary>
    private static IEnumerable<Step> Adjoint(LayeredNetwork network, Derivation derivation, Named cost, Named delta)
    {
        Expr part = network.Layers.SelectMany(layer => new[] { layer.PreActivation, layer.Activation }).First(part => derivation.AdjointNameOf(part) == delta);
        Step? found = derivation.Steps.FirstOrDefault(step => step.Left == delta && step.Relation == Relation.Equal);
        bool hasSlopes = found is not null && found.Steps.Any(step => step.Rule.Id == "rewrite.activation-derivative");
        yield return new(StyleRules.Definition, delta, Expr.Gradient(cost, part)) { Relation = Relation.Definition };
        yield return new(hasSlopes ? StyleRules.ReadOff with { Statement = $"{StyleRules.ReadOff.Statement}; f′ in terms of f" } : StyleRules.ReadOff, delta, delta.Definition)
        {
            Label = Label(network, DialectOf(network, derivation), part),
            Conditions = found?.Conditions ?? [],
        };
    }

    private static Dialect DialectOf(LayeredNetwork network, Derivation derivation) =>
        network.Layers.Any(layer => derivation.AdjointNameOf(layer.Activation) is not null) ? Dialect.Seed : Dialect.Nielsen;
}
