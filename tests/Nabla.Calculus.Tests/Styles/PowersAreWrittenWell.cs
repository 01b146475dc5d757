using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Language;
using Nabla.Calculus.Rendering;

namespace Nabla.Calculus.Tests.Styles;

/// <summary>An exponent of 1 or 0 is not printed, wherever it comes from.</summary>
public sealed class PowersAreWrittenWell
{
    [Theory]
    [InlineData("sum(x.^2)", "2 ⟨x, dx⟩")]
    [InlineData("sum((2*x).^2/3)", "")]
    [InlineData("s^2*sum(x)", "s² sum(dx)")]
    [InlineData("sum(x.^3)", "3 ⟨x^⊙2, dx⟩")]
    public void A_power_whose_exponent_is_1_is_its_base(string text, string differential)
    {
        Scope scope = Scope.Of("x: n, s: 1");
        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            Derivative derivative = Derivative.Find(DerivativeKind.Gradient, scope.Parse(text), scope["x"]);
            IReadOnlyList<Section> sections = ExpressionDerivation.Of(derivative, style);
            string written = DerivationText.Write(text, sections, everyStep: true);
            Assert.DoesNotContain("^⊙1", written, StringComparison.Ordinal);
            Assert.DoesNotContain("^⊙0", written, StringComparison.Ordinal);
            Assert.Contains(style == DerivationStyle.Differential ? differential : "", written, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("x.^2", "2 diag(x)")]
    [InlineData("x.^1", "I")]
    [InlineData("x.^0", "0")]
    public void Its_Jacobian_has_none_either(string text, string jacobian)
    {
        Scope scope = Scope.Of("x: n");
        Assert.Equal(jacobian, Notation.Text.Print(Derivative.Find(DerivativeKind.Jacobian, scope.Parse(text), scope["x"]).Result!));
    }
}
