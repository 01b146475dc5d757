using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Language;
using Nabla.Calculus.Rendering;

namespace Nabla.Calculus.Tests.Styles;

public sealed class LinesAreWellSet
{
    [Theory]
    [InlineData("norm2(A*x)")]
    [InlineData("sum(exp(A*x)./(ones(m)+exp(A*x)))-x'*x")]
    public void No_sign_stands_beside_another(string text)
    {
        Scope scope = Scope.Of("A: m x n, x: n");
        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            string written = DerivationText.Write(text, ExpressionDerivation.Of(Derivative.Find(DerivativeKind.Hessian, scope.Parse(text), scope["x"]), style), everyStep: true);
            Assert.DoesNotContain("+ −", written, StringComparison.Ordinal);
            Assert.DoesNotContain("− −", written, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_title_is_broken_at_the_width_of_the_page_even_where_it_has_no_space()
    {
        string title = $"The gradient of {string.Join("+", Enumerable.Repeat("sum(x.^2)", 20))} by x";
        string[] lines = DerivationText.Write(title, []).TrimEnd().Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
        Assert.Equal(title.Replace(" ", "", StringComparison.Ordinal), string.Concat(lines).Replace(" ", "", StringComparison.Ordinal));
    }
}
