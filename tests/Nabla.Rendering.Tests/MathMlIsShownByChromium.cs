using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Rendering;

namespace Nabla.Rendering.Tests;

/// <summary>What a browser makes of MathML is measured: exponents stand above, indices below, fractions are stacked, nothing is empty or unknown.</summary>
public sealed class MathMlIsShownByChromium(ITestOutputHelper output)
{
    [Theory]
    [InlineData(DerivationStyle.Textbook, Dialect.Nielsen)]
    [InlineData(DerivationStyle.Differential, Dialect.RowBatch)]
    [InlineData(DerivationStyle.Index, Dialect.Seed)]
    public async Task The_seed_is_shown(DerivationStyle style, Dialect dialect) =>
        await ShownAsync(new("the seed", ReviewedDerivations.Network("3-4-2", "sigmoid", "squared-error", false, style, dialect).Sections), "msup", "mfrac");

    [Fact]
    public async Task Softmax_with_cross_entropy_is_shown() =>
        await ShownAsync(new("cross-entropy", ReviewedDerivations.Network("4-3", "sigmoid", "cross-entropy", true, DerivationStyle.Textbook, Dialect.Nielsen).Sections), "msup", "mfrac");

    [Theory]
    [InlineData("attention-query", "msqrt")]
    [InlineData("tied-autoencoder", "msubsup")]
    [InlineData("softmax-jacobian", "mfrac")]
    [InlineData("least-squares-hessian", "msup")]
    [InlineData("inverse", "msup")]
    public async Task An_expression_is_shown_in_every_style(string name, string has)
    {
        foreach (Derived derived in ReviewedDerivations.Expressions().Where(one => one.Name.StartsWith(name + ",", StringComparison.Ordinal)))
        {
            await ShownAsync(derived, has);
        }
    }

    [Fact]
    public async Task A_Jacobian_with_a_Kronecker_product_is_shown()
    {
        Derived derived = ReviewedDerivations.InEveryStyle("Kronecker", "A*X*B", "A: m x n, X: n x p, B: p x q", "X", DerivativeKind.Jacobian, "").First();
        Assert.Contains("<mo>⊗</mo>", DerivationMathMl.Write(derived.Name, derived.Sections), StringComparison.Ordinal);
        await ShownAsync(derived, "msup", "mfrac");
    }

    [Theory]
    [InlineData("<msup><mi>x</mi><mn style=\"position:relative;top:20px\">2</mn></msup>", "not raised")]
    [InlineData("<msub><mi>x</mi><mi style=\"position:relative;top:-20px\">i</mi></msub>", "not lowered")]
    [InlineData("<mfrac style=\"display:block\"><mn>1</mn><mn style=\"position:relative;top:-40px\">2</mn></mfrac>", "not stacked")]
    [InlineData("<msup><mi>x</mi></msup>", "1 children")]
    [InlineData("<mi></mi>", "nothing to be seen")]
    [InlineData("<merror><mi>x</mi></merror>", "unexpected merror")]
    public async Task A_formula_that_is_shown_wrongly_is_noticed(string formula, string why)
    {
        Measured measured = await Chromium.MeasureAsync($"<!doctype html><meta charset=\"utf-8\"><math>{formula}</math>");
        string wrong = string.Join('\n', measured.Wrong);
        output.WriteLine(wrong);
        Assert.Contains(why, wrong, StringComparison.Ordinal);
    }

    private async Task ShownAsync(Derived derived, params string[] kinds)
    {
        string page = DerivationMathMl.Write(derived.Name, derived.Sections, document: true, everyStep: true);
        Measured measured = await Chromium.MeasureAsync(page.Replace("</body>\n</html>\n", "", StringComparison.Ordinal));
        output.WriteLine($"{derived.Name}: {string.Join(", ", measured.Counts.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Value} {one.Key}"))}");
        Assert.True(measured.Wrong.Count == 0, $"{derived.Name}:\n{string.Join('\n', measured.Wrong.Take(20))}");
        Assert.Equal(page.Split("<math").Length - 1, measured.Counts["math"]);
        Assert.All(kinds.Where(kind => derived.Sections.Count > 0 && page.Contains($"<{kind}>", StringComparison.Ordinal)), kind => Assert.True(measured.Counts[kind] > 0));
        Assert.Contains(kinds, kind => measured.Counts.ContainsKey(kind));
    }
}
