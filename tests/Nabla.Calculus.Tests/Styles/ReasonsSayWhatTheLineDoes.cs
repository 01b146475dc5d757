using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Tests.Styles;

public sealed class ReasonsSayWhatTheLineDoes
{
    [Theory]
    [InlineData("norm2(A*x)")]
    [InlineData("sum(exp(A*x))")]
    [InlineData("log(sum(exp(A*x).^2))")]
    public void A_line_that_has_a_name_does_not_say_that_the_names_are_written_out(string text)
    {
        Scope scope = Scope.Of("A: m x n, x: n");
        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            IReadOnlyList<Section> sections = ExpressionDerivation.Of(Derivative.Find(DerivativeKind.Hessian, scope.Parse(text), scope["x"]), style);
            Assert.All(sections.SelectMany(section => section.Steps).Where(step => step.Rule.Statement.Contains("written out", StringComparison.Ordinal)), step =>
                Assert.DoesNotContain(Expr.Parts(step.Right), part => part is Named));
        }
    }
}
