using System.Globalization;
using System.Net;
using System.Text;
using Nabla.Calculus.Derivations;

namespace Nabla.Calculus.Rendering;

/// <summary>A derivation as Markdown: headings, formulas between double dollar signs, and the rules as text.</summary>
public static class DerivationMarkdown
{
    private const double PageWidth = 40;

    /// <summary>The sections as Markdown.</summary>
    /// <param name="title">The title.</param>
    /// <param name="sections">The sections.</param>
    /// <param name="everyStep">Whether the steps that a line is made of are shown too.</param>
    public static string Write(string title, IReadOnlyList<Section> sections, bool everyStep = false)
    {
        ArgumentNullException.ThrowIfNull(sections);
        StringBuilder text = new();
        text.Append("# ").Append(title).Append('\n');
        for (int i = 0; i < sections.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {i + 1}. {sections[i].Title}\n");
            foreach ((Step step, int depth) in sections[i].Steps.SelectMany(step => DerivationLines.Of(step, everyStep)))
            {
                string tag = step.Label.Length > 0 ? $@" \tag{{{step.Label}}}" : "";
                string shape = step.Indexed is null ? $" ({DerivationText.Shapes(step.Right)})" : "";
                string bar = string.Concat(Enumerable.Repeat("> ", depth));
                text.Append('\n').Append(bar).Append("$$").Append(Displayed(step, bar)).Append(tag).Append("$$\n").Append(bar.TrimEnd()).Append('\n');
                text.Append(bar).Append(DerivationLines.Escaped(step.Rule.Statement)).Append(shape).Append(DerivationLines.Where(step, condition => $"${condition}$", Notation.Latex)).Append('\n');
            }

            foreach (string remark in sections[i].Remarks)
            {
                text.Append('\n').Append(DerivationLines.Escaped(remark)).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>A formula that is no wider than a page of the web; where it has several lines, they stand in lines of their own, which no Markdown changes.</summary>
    private static string Displayed(Step step, string bar)
    {
        string formula = LatexWrapping.Displayed(DerivationText.Line(step, Notation.Latex), PageWidth);
        return formula.Contains('\n', StringComparison.Ordinal) ? $"\n{formula}\n".Replace("\n", $"\n{bar}", StringComparison.Ordinal) : formula;
    }
}

/// <summary>A derivation as MathML in HTML.</summary>
public static class DerivationMathMl
{
    /// <summary>A font with mathematics in it, without which no bracket grows; and a bar to scroll by where a line is longer than the page.</summary>
    private const string Style = """
        <style>
        body { max-width: 56em; margin: 2em auto; padding: 0 1em; }
        math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "STIX Math", "TeX Gyre Termes Math", "DejaVu Math TeX Gyre", math; }
        div { overflow-x: auto; overflow-y: hidden; margin-bottom: 1em; }
        div p { margin: 0.2em 0; color: #555; }
        </style>

        """;

    /// <summary>The sections as a fragment of HTML, or as a page of its own.</summary>
    /// <param name="title">The title.</param>
    /// <param name="sections">The sections.</param>
    /// <param name="document">Whether a whole page is wanted.</param>
    /// <param name="everyStep">Whether the steps that a line is made of are shown too.</param>
    public static string Write(string title, IReadOnlyList<Section> sections, bool document = false, bool everyStep = false)
    {
        ArgumentNullException.ThrowIfNull(sections);
        StringBuilder text = new();
        string heading = WebUtility.HtmlEncode(title);
        if (document)
        {
            text.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{heading}</title>\n{Style}</head>\n<body>\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"<h1>{heading}</h1>\n");
        foreach (Section section in sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"<h2>{WebUtility.HtmlEncode(section.Title)}</h2>\n");
            foreach ((Step step, int depth) in section.Steps.SelectMany(step => DerivationLines.Of(step, everyStep)))
            {
                string label = step.Label.Length > 0 ? $"<b>{WebUtility.HtmlEncode(step.Label)}</b> " : "";
                string shape = step.Indexed is null ? $" <span>({WebUtility.HtmlEncode(DerivationText.Shapes(step.Right))})</span>" : "";
                string where = DerivationLines.Where(step, condition => $"<math>{condition}</math>", Notation.MathMl);
                text.Append(CultureInfo.InvariantCulture, $"<div style=\"margin-left:{2 * depth}em\">\n<math display=\"block\"><mrow>{DerivationText.Line(step, Notation.MathMl)}</mrow></math>\n");
                text.Append(CultureInfo.InvariantCulture, $"<p>{label}{WebUtility.HtmlEncode(step.Rule.Statement)}{shape}{where}</p>\n</div>\n");
            }

            foreach (string remark in section.Remarks)
            {
                text.Append(CultureInfo.InvariantCulture, $"<p>{WebUtility.HtmlEncode(remark)}</p>\n");
            }
        }

        return text.Append(document ? "</body>\n</html>\n" : "").ToString();
    }
}

/// <summary>What the markup formats share.</summary>
internal static class DerivationLines
{
    /// <summary>A step and those of its steps that are shown, with their depth.</summary>
    public static IEnumerable<(Step Step, int Depth)> Of(Step step, bool everyStep, int depth = 0)
    {
        yield return (step, depth);
        foreach (Step inner in everyStep ? step.Steps : depth == 0 ? DerivationText.Shown(step) : [])
        {
            foreach ((Step, int) line in Of(inner, everyStep, depth + 1))
            {
                yield return line;
            }
        }
    }

    /// <summary>The conditions of a step, each as a formula.</summary>
    public static string Where(Step step, Func<string, string> formula, Notation notation)
    {
        string[] conditions = [.. DerivationText.Conditions(step, notation).Select(formula)];
        return conditions.Length == 0 ? "" : "; where " + string.Join(", ", conditions);
    }

    /// <summary>Words in which Markdown sees nothing to do.</summary>
    public static string Escaped(string words) => words
        .Replace(@"\", @"\\", StringComparison.Ordinal).Replace("*", @"\*", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal).Replace("$", @"\$", StringComparison.Ordinal);
}
