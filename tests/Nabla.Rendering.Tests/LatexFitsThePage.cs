using System.Text.RegularExpressions;
using Nabla.Calculus.Rendering;

namespace Nabla.Rendering.Tests;

/// <summary>Formulas of LaTeX are broken where they are wider than the page: the one that the document declares, and that of a web page for Markdown.</summary>
public sealed partial class LatexFitsThePage(ITestOutputHelper output)
{
    // 21 cm less margins of 2 cm on both sides, in em of ten points; a label takes its own room.
    private const double Page = 48.3;
    private const double Label = 4;
    private const double WebPage = 44;
    private const int Longest = 300;

    [Fact]
    public async Task Every_formula_of_every_network_fits() => await FitsAsync(ReviewedDerivations.Networks());

    [Fact]
    public async Task Every_formula_of_every_expression_fits() => await FitsAsync(ReviewedDerivations.Expressions());

    private async Task FitsAsync(IEnumerable<Derived> derivations)
    {
        Dictionary<string, double> rooms = new(StringComparer.Ordinal);
        foreach (Derived derived in derivations)
        {
            foreach (Match match in Displayed().Matches(DerivationLatex.Write(derived.Name, derived.Sections, everyStep: true)))
            {
                Add(match.Groups["formula"].Value, Page);
            }

            foreach (Match match in Doubled().Matches(DerivationMarkdown.Write(derived.Name, derived.Sections, everyStep: true)))
            {
                Add(match.Groups["formula"].Value, WebPage);
            }
        }

        // What is short to write is not wide.
        string[] formulas = [.. rooms.Keys.OrderByDescending(formula => formula.Length).Take(Longest)];
        IReadOnlyList<double> widths = await Chromium.WidthsAsync(formulas);
        string[] wide = [.. formulas.Zip(widths).Where(pair => pair.Second > rooms[pair.First]).Select(pair => $"{pair.Second:F1} em: {pair.First}")];
        output.WriteLine($"{formulas.Length} formulas, {formulas.Count(formula => formula.Contains("aligned", StringComparison.Ordinal))} of them broken; the widest has {widths.Max():F1} em");
        Assert.All(widths, width => Assert.True(width > 0.2, "a formula is not shown"));
        Assert.True(wide.Length == 0, $"{wide.Length} are too wide:\n{string.Join('\n', wide.Take(10))}");

        void Add(string formula, double room)
        {
            string bare = Tag().Replace(formula, "");
            rooms[bare] = Math.Min(rooms.GetValueOrDefault(bare, double.MaxValue), bare == formula ? room : room - Label);
        }
    }

    [GeneratedRegex(@"\\begin\{equation\*\}(?<formula>.*?)\\end\{equation\*\}", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Displayed();

    [GeneratedRegex(@"\$\$(?<formula>.*?)\$\$", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Doubled();

    [GeneratedRegex(@"\\tag\{[^}]*\}|(?<=\n)(> )+", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Tag();
}
