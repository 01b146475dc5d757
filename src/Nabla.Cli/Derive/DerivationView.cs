using Nabla.Calculus.Derivations;
using Nabla.Calculus.Rendering;

namespace Nabla.Cli.Derive;

/// <summary>How a derivation is printed.</summary>
/// <param name="Format">text, latex, mathml, markdown or json.</param>
/// <param name="EveryStep">Whether the steps that a line is made of are printed too.</param>
/// <param name="Document">Whether LaTeX is a document and MathML a page, or a fragment.</param>
internal sealed record DerivationView(string Format, bool EveryStep, bool Document)
{
    /// <summary>The derivation as text.</summary>
    /// <param name="title">The title.</param>
    /// <param name="sections">The sections.</param>
    /// <param name="values">What to print below a line of text, or null.</param>
    public string Write(string title, IReadOnlyList<Section> sections, Func<Step, IEnumerable<string>>? values) => Format switch
    {
        "latex" => DerivationLatex.Write(title, sections, Document, EveryStep),
        "mathml" => DerivationMathMl.Write(title, sections, Document, EveryStep),
        "markdown" => DerivationMarkdown.Write(title, sections, EveryStep),
        "json" => DerivationJson.Write(title, sections) + "\n",
        _ => DerivationText.Write(title, sections, EveryStep, values),
    };
}
