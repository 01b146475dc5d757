using System.Globalization;
using System.Text;
using Nabla.Calculus.Derivations;

namespace Nabla.Calculus.Rendering;

/// <summary>A derivation as a LaTeX document that needs nothing but amsmath and amssymb.</summary>
public static class DerivationLatex
{
    /// <summary>What a sign of a rule's statement is in LaTeX; rules are written in Unicode.</summary>
    private static readonly Dictionary<char, string> Signs = new()
    {
        ['∂'] = @"$\partial$",
        ['ᵀ'] = @"$^{\mathsf T}$",
        ['⊙'] = @"$\odot$",
        ['⊘'] = @"$\oslash$",
        ['⊗'] = @"$\otimes$",
        ['⟨'] = @"$\langle$",
        ['⟩'] = @"$\rangle$",
        ['−'] = "$-$",
        ['′'] = "$'$",
        ['‖'] = @"$\Vert$",
        ['²'] = "$^2$",
        ['·'] = @"$\cdot$",
        ['δ'] = @"$\delta$",
        ['Δ'] = @"$\Delta$",
        ['η'] = @"$\eta$",
        ['σ'] = @"$\sigma$",
        ['Φ'] = @"$\Phi$",
        ['φ'] = @"$\varphi$",
        ['>'] = "$>$",
        ['<'] = "$<$",
        ['&'] = @"\&",
        ['%'] = @"\%",
        ['_'] = @"\_",
        ['#'] = @"\#",
        ['½'] = @"$\tfrac12$",
        ['é'] = @"\'e",
    };

    // The text of a page with margins of 2 cm, in em of ten points, and what a label takes on both sides of a formula that is centred.
    private const double PageWidth = 46;
    private const double LabelWidth = 7;
    private const double QuoteWidth = 44;

    /// <summary>The sections as a document, or as a fragment to be put into one.</summary>
    /// <param name="title">The title.</param>
    /// <param name="sections">The sections.</param>
    /// <param name="document">Whether a whole document is wanted.</param>
    /// <param name="everyStep">Whether the steps that a line is made of are shown too.</param>
    public static string Write(string title, IReadOnlyList<Section> sections, bool document = true, bool everyStep = false)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(sections);
        StringBuilder text = new();
        text.Append(!document ? "" : "\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n\\usepackage[margin=2cm]{geometry}\n\\begin{document}\n");
        text.Append(CultureInfo.InvariantCulture, $"\\section*{{{Words(title)}}}\n");
        foreach (Section section in sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n\\subsection*{{{Words(section.Title)}}}\n");
            foreach (Step step in section.Steps)
            {
                Append(text, step, PageWidth);
                (Step Step, int Depth)[] inner = [.. DerivationLines.Of(step, everyStep).Skip(1)];
                if (inner.Length > 0)
                {
                    text.Append("\\begin{quote}\\small\n");
                    foreach ((Step one, _) in inner)
                    {
                        Append(text, one, QuoteWidth);
                    }

                    text.Append("\\end{quote}\n");
                }
            }

            foreach (string remark in section.Remarks)
            {
                text.Append(Words(remark)).Append("\n\n");
            }
        }

        return text.Append(document ? "\n\\end{document}\n" : "").ToString();
    }

    private static void Append(StringBuilder text, Step step, double width)
    {
        string because = Words(step.Rule.Statement);
        string[] conditions = [.. DerivationText.Conditions(step, Notation.Latex)];
        if (conditions.Length > 0)
        {
            because += "; where " + string.Join(", ", conditions.Select(condition => $"${condition}$"));
        }

        string shape = step.Indexed is null ? $" ({Words(DerivationText.Shapes(step.Right))})" : "";
        text.Append(CultureInfo.InvariantCulture, $"\\noindent {because}{shape}\n");
        text.Append("\\begin{equation*}\n  ").Append(LatexWrapping.Displayed(DerivationText.Line(step, Notation.Latex), width - (step.Label.Length > 0 ? LabelWidth : 0)));
        if (step.Label.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" \\tag{{{step.Label}}}");
        }

        text.Append("\n\\end{equation*}\n");
    }

    private static string Words(string text)
    {
        StringBuilder words = new();
        foreach (char sign in text)
        {
            int above = "⁰¹²³⁴⁵⁶⁷⁸⁹".IndexOf(sign, StringComparison.Ordinal);
            int raised = "⁻⁺ᵏⁱʲˡ".IndexOf(sign, StringComparison.Ordinal);
            int below = "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₚᵣₛₜ".IndexOf(sign, StringComparison.Ordinal);
            words.Append(Signs.TryGetValue(sign, out string? latex) ? latex
                : above >= 0 ? $"$^{above}$"
                : raised >= 0 ? $"$^{"-+kijl"[raised]}$"
                : below >= 0 ? $"$_{"0123456789ijklprst"[below]}$"
                : sign switch
                {
                    '×' => @"$\times$",
                    'Σ' => @"$\sum$",
                    '≠' => @"$\neq$",
                    '→' => @"$\to$",
                    '∫' => @"$\int$",
                    '{' or '}' or '$' => $@"\{sign}",
                    '^' => @"\^{}",
                    '\\' => @"\textbackslash{}",
                    _ => LatexNotation.Sign($"{sign}") is string greek ? $"${greek}$" : $"{sign}",
                });
        }

        return words.ToString();
    }
}
