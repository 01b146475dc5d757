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
    /// <summary>The name that it says the meaning of: the left side of a definition or of an equation for a name.</summary>
    public string? Defines => Step.Left switch
    {
        Named named => $"{named.Name}",
        _ => null,
    };
}

/// <summary>A section of the document.</summary>
public sealed record DocumentSection(string Title, ImmutableArray<DerivationLine> Lines, ImmutableArray<string> Remarks);

/// <summary>The derivation of a network's gradients, laid out for the page: the library's lines with their numbers, and which names stand where.</summary>
public sealed class DerivationDocument
{
    private DerivationDocument(NetworkDerivation derivation, DocumentSettings settings)
    {
        (Derivation, Settings) = (derivation, settings);
        int number = 0;
        Sections = [.. derivation.Sections.Select(section => new DocumentSection(section.Title, [.. section.Steps.Select(step => LineOf(step, ++number))], [.. section.Remarks]))];
    }

    /// <summary>What is shown.</summary>
    public NetworkDerivation Derivation { get; }

    /// <summary>How it is written.</summary>
    public DocumentSettings Settings { get; }

    /// <summary>The sections in reading order.</summary>
    public ImmutableArray<DocumentSection> Sections { get; }

    /// <summary>All lines in reading order.</summary>
    public IEnumerable<DerivationLine> Lines => Sections.SelectMany(section => section.Lines);

    /// <summary>Derives and lays out. A loss written in z has no textbook style; it is derived by differentials then.</summary>
    public static DerivationDocument Of(Network network, Loss loss, DocumentSettings settings)
    {
        DocumentSettings possible = settings.Style == DerivationStyle.Textbook && loss.NeedsPreActivations ? settings with { Style = DerivationStyle.Differential } : settings;
        return new(NetworkDerivation.Of(network.Express(loss, batch: possible.Batch), possible.Style, possible.Dialect, network.Layers[^1].Activation.IsSoftmax), possible);
    }

    private static DerivationLine LineOf(Step step, int number) => new(
        number,
        step,
        DerivationText.Line(step, Notation.MathMlWithNames),
        step.Indexed is null ? DerivationText.Shapes(step.Right) : "",
        [.. DerivationText.Conditions(step, Notation.MathMlWithNames)],
        [.. DerivationText.Shown(step).Select(inner => LineOf(inner, number))],
        [.. Expr.Parts(step.Left, step.Right).Select(NameOf).OfType<string>().Distinct()]);

    private static string? NameOf(Expr part) => part switch
    {
        Named named => $"{named.Name}",
        Symbol symbol => $"{symbol.Name}",
        _ => null,
    };
}
