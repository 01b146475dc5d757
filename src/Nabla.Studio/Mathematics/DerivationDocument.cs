using System.Collections.Immutable;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Networks;

namespace Nabla.Studio.Mathematics;

/// <summary>How a derivation is written.</summary>
public sealed record DocumentSettings
{
    public DerivationStyle Style { get; init; } = DerivationStyle.Textbook;

    public Dialect Dialect { get; init; } = Dialect.Nielsen;

    /// <summary>A batch of m samples, or one.</summary>
    public bool Batch { get; init; }
}

/// <summary>A line of a derivation as the page shows it.</summary>
/// <param name="Number">Its number in the document, from 1; inner lines have that of their line.</param>
/// <param name="Step">The step that it shows.</param>
/// <param name="Formula">The formula in MathML, in which every name says which it is.</param>
/// <param name="Shape">The shape, and how the factors make it.</param>
/// <param name="Conditions">What must hold, each in MathML.</param>
/// <param name="Inner">The rewrites that it is made of.</param>
/// <param name="Names">The names that stand in it, in their order.</param>
public sealed record DerivationLine(
    int Number, Step Step, string Formula, string Shape, ImmutableArray<string> Conditions, ImmutableArray<DerivationLine> Inner, ImmutableArray<string> Names)
{
    /// <summary>The name that it says the meaning of: the left side of an equation for a name, or the parameter that is updated; null where there is none.</summary>
    public string? Defines => Step.Left is Named || Step.Relation == Relation.Update ? DerivationDocument.NameOf(Step.Left) : null;

    /// <summary>Whether a name stands on the right side.</summary>
    public bool Uses(string name) => Expr.Parts(Step.Right).Any(part => DerivationDocument.NameOf(part) == name);
}

/// <summary>A section of the document.</summary>
public sealed record DocumentSection(string Title, ImmutableArray<DerivationLine> Lines, ImmutableArray<string> Remarks);

/// <summary>The derivation of a network's gradients, laid out for the page: the library's lines with their numbers, and which names stand where.</summary>
public sealed class DerivationDocument
{
    private readonly Dictionary<string, Expr> meanings = new(StringComparer.Ordinal);

    private DerivationDocument(NetworkDerivation derivation, DocumentSettings settings)
    {
        (Derivation, Settings) = (derivation, settings);
        int number = 0;
        Sections = [.. derivation.Sections.Select(section => new DocumentSection(section.Title, [.. section.Steps.Select(step => LineOf(step, ++number))], [.. section.Remarks]))];
        Lines = [.. Sections.SelectMany(section => section.Lines)];

        // The adjoints first: their definitions are formulas, where a line may ask for the same by ∂C/∂z.
        IEnumerable<Expr> roots = [derivation.Network.Cost, .. derivation.Derivation.NamedAdjoints, .. Lines.SelectMany(line => new[] { line.Step.Left, line.Step.Right })];
        foreach (Expr part in Expr.Reachable(roots.ToArray()))
        {
            if (NameOf(part) is string name)
            {
                meanings.TryAdd(name, part);
            }
        }
    }

    /// <summary>What is shown.</summary>
    public NetworkDerivation Derivation { get; }

    /// <summary>How it is written: the style is the one that was possible.</summary>
    public DocumentSettings Settings { get; }

    /// <summary>The sections in reading order.</summary>
    public ImmutableArray<DocumentSection> Sections { get; }

    /// <summary>All lines in reading order: the one of number n is at n − 1.</summary>
    public ImmutableArray<DerivationLine> Lines { get; }

    /// <summary>What a name stands for; null where it is none of the document.</summary>
    public Expr? MeaningOf(string name) => meanings.GetValueOrDefault(name);

    /// <summary>The lines that say what a name is.</summary>
    public IEnumerable<DerivationLine> Defining(string name) => Lines.Where(line => line.Defines == name);

    /// <summary>The lines whose right side has a name.</summary>
    public IEnumerable<DerivationLine> Using(string name) => Lines.Where(line => line.Uses(name));

    /// <summary>Derives an experiment as it trains: 1ᵀy = 1 is used only where it holds for all samples.</summary>
    public static DerivationDocument Of(Experiments.Experiment experiment, DocumentSettings settings) =>
        Of(experiment.Network, experiment.Loss, settings, Training.Trainer<float>.TargetsSumToOne(experiment.Data.Train));

    /// <summary>Derives and lays out. A loss written in z has no textbook style; it is derived by differentials then.</summary>
    /// <exception cref="NotSupportedException">The loss cannot be derived, or not be written down in this style or dialect.</exception>
    public static DerivationDocument Of(Network network, Loss loss, DocumentSettings settings, bool targetsSumToOne = true)
    {
        DocumentSettings possible = settings.Style == DerivationStyle.Textbook && loss.NeedsPreActivations ? settings with { Style = DerivationStyle.Differential } : settings;
        return new(NetworkDerivation.Of(network.Express(loss, batch: possible.Batch), possible.Style, possible.Dialect, targetsSumToOne && network.Layers[^1].Activation.IsSoftmax), possible);
    }

    /// <summary>The name of a variable or of an intermediate result, as it is printed; null of anything else.</summary>
    internal static string? NameOf(Expr part) => part switch
    {
        Named named => $"{named.Name}",
        Symbol symbol => $"{symbol.Name}",
        _ => null,
    };

    private static DerivationLine LineOf(Step step, int number) => new(
        number,
        step,
        DerivationText.Line(step, Notation.MathMlWithNames),
        step.Indexed is null ? DerivationText.Shapes(step.Right) : "",
        [.. DerivationText.Conditions(step, Notation.MathMlWithNames)],
        [.. DerivationText.Shown(step).Select(inner => LineOf(inner, number))],
        [.. Expr.Parts(step.Left, step.Right).Select(NameOf).OfType<string>().Distinct()]);
}
