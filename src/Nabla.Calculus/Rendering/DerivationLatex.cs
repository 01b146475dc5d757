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
    };

    /// <summary>The sections as a document.</summary>
    public static string Write(string title, IReadOnlyList<Section> sections)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(sections);
        StringBuilder text = new();
        text.Append("\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n\\usepackage[margin=2cm]{geometry}\n\\begin{document}\n");
        text.Append(CultureInfo.InvariantCulture, $"\\section*{{{Words(title)}}}\n");
        foreach (Section section in sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n\\subsection*{{{Words(section.Title)}}}\n");
            foreach (Step step in section.Steps)
            {
                Append(text, step);
            }

            foreach (string remark in section.Remarks)
            {
                text.Append(Words(remark)).Append("\n\n");
            }
        }

        return text.Append("\n\\end{document}\n").ToString();
    }

    private static void Append(StringBuilder text, Step step)
    {
        string because = Words(step.Rule.Statement);
        string[] conditions = [.. DerivationText.Conditions(step, Notation.Latex)];
        if (conditions.Length > 0)
        {
            because += "; where " + string.Join(", ", conditions.Select(condition => $"${condition}$"));
        }

        text.Append(CultureInfo.InvariantCulture, $"\\noindent {because} ({Words(DerivationText.Shapes(step.Right))})\n");
        text.Append("\\begin{equation*}\n  ").Append(Line(step));
        if (step.Label.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" \\tag{{{step.Label}}}");
        }

        text.Append("\n\\end{equation*}\n");
        Step[] rewrites = [.. DerivationText.Shown(step)];
        if (rewrites.Length > 0)
        {
            text.Append("\\begin{align*}\n");
            text.AppendJoin(" \\\\\n", rewrites.Select(rewrite =>
                $"  &{Line(rewrite)} && \\text{{{Words(rewrite.Rule.Statement)}}}"));
            text.Append("\n\\end{align*}\n");
        }
    }

    private static string Line(Step step) => Notation.Latex.Print(step.Left, DerivationText.Sign(step, Notation.Latex), step.Right);

    private static string Words(string text)
    {
        StringBuilder words = new();
        foreach (char sign in text)
        {
            int above = "⁰¹²³⁴⁵⁶⁷⁸⁹".IndexOf(sign, StringComparison.Ordinal);
            words.Append(Signs.TryGetValue(sign, out string? latex) ? latex : above >= 0 ? $"$^{above}$" : sign == '×' ? @"$\times$" : $"{sign}");
        }

        return words.ToString();
    }
}
