using System.Text.RegularExpressions;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Rendering;

namespace Nabla.Rendering.Tests;

/// <summary>Every formula of every reviewed derivation, as LaTeX and in Markdown, is one that KaTeX renders in strict mode.</summary>
public sealed partial class LatexIsAcceptedByKatex(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_formula_of_every_network_is_accepted() => await AcceptedAsync(ReviewedDerivations.Networks(), 2500);

    [Fact]
    public async Task Every_formula_of_every_expression_is_accepted() => await AcceptedAsync(ReviewedDerivations.Expressions(), 200);

    [Fact]
    public async Task Every_formula_of_every_reference_identity_is_accepted() => await AcceptedAsync(ReviewedDerivations.Identities(), 1500);

    [Fact]
    public async Task Names_that_are_no_letters_are_accepted() => await AcceptedAsync(
        [
            .. ReviewedDerivations.InEveryStyle("names", "gain*alpha'*(my_matrix*x_1-y2)+Sigma'*alpha", "gain: scalar, alpha: n, my_matrix: n x rows, x_1: rows, y2: n, Sigma: n", "x_1", DerivativeKind.Gradient, ""),
            .. ReviewedDerivations.InEveryStyle("numbers", "1e-20*x'*x+2.5e30*sum(x)-1e5*sum(x.^(-1.5))+sum(x.^2)/(n*n)", "x: n", "x", DerivativeKind.Gradient, ""),
            .. ReviewedDerivations.InEveryStyle("functions", "sum(sqrt(abs(x))+sign(x)+erf(x).*gelu(x)./silu(x)+max(x)*softplus(x)+step(x))+logsumexp(x)+norm1(x)", "x: n", "x", DerivativeKind.Gradient, ""),
        ],
        20);

    [Theory]
    [InlineData(@"\frac{1", "expected '}'")]
    [InlineData(@"{a}^{1}^{2}", "Double superscript")]
    [InlineData(@"\nosuchcommand x", "Undefined control sequence")]
    [InlineData("a ф b", "unicodeTextInMathMode")]
    [InlineData("a % b", "commentAtEnd")]
    public async Task A_broken_formula_is_refused(string broken, string why)
    {
        Refusal refusal = Assert.Single(await Katex.RefusedAsync([new(@"\frac{\partial C}{\partial W}", true), new(broken, true)]));
        output.WriteLine(refusal.Error);
        Assert.Equal(broken, refusal.Formula);
        Assert.Contains(why, refusal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void All_formulas_of_a_document_are_found() => Assert.Equal(
        [new(@"\begin{equation*} a \tag{1} \end{equation*}", true), new(@"\begin{align*} &b && \text{c $d$} \end{align*}", true), new("e", false), new("f", false)],
        InLatex(@"x $e$ costs 3\$ \begin{equation*} a \tag{1} \end{equation*} \begin{align*} &b && \text{c $d$} \end{align*} $f$"));

    private async Task AcceptedAsync(IEnumerable<Derived> derivations, int atLeast)
    {
        Dictionary<Formula, string> formulas = [];
        foreach (Derived derived in derivations)
        {
            foreach (bool everyStep in new[] { false, true })
            {
                string latex = DerivationLatex.Write(derived.Name, derived.Sections, everyStep: everyStep);
                string markdown = DerivationMarkdown.Write(derived.Name, derived.Sections, everyStep);
                foreach (Formula formula in InLatex(latex).Concat(InMarkdown(markdown)))
                {
                    formulas.TryAdd(formula, derived.Name);
                }
            }
        }

        output.WriteLine($"{formulas.Count} different formulas");
        Assert.True(formulas.Count >= atLeast, $"only {formulas.Count} formulas were found");
        IReadOnlyList<Refusal> refused = await Katex.RefusedAsync(formulas.Keys);
        Assert.True(refused.Count == 0, $"{refused.Count} of {formulas.Count} are refused:\n" + string.Join('\n', refused.Take(20).Select(one =>
            $"{formulas.First(pair => pair.Key.Text == one.Formula).Value}: {one.Formula}\n  {one.Error}")));
    }

    private static IEnumerable<Formula> InLatex(string latex) => Displayed().Matches(latex).Select(match => new Formula(match.Value, true))
        .Concat(Inline().Matches(Displayed().Replace(latex, "")).Select(match => new Formula(match.Groups["formula"].Value, false)));

    private static IEnumerable<Formula> InMarkdown(string markdown) => Doubled().Matches(markdown).Select(match => new Formula(match.Groups["formula"].Value, true))
        .Concat(Inline().Matches(Doubled().Replace(markdown, "")).Select(match => new Formula(match.Groups["formula"].Value, false)));

    [GeneratedRegex(@"\\begin\{(?<kind>equation\*|align\*)\}.*?\\end\{\k<kind>\}", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Displayed();

    [GeneratedRegex(@"\$\$(?<formula>.*?)\$\$", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Doubled();

    [GeneratedRegex(@"(?<!\\)\$(?<formula>[^$]+)\$", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Inline();
}
