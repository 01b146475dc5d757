using System.Xml.Linq;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification;
using Nabla.Tests;

namespace Nabla.Calculus.Tests.Styles;

/// <summary>Derivations of expressions as they are printed, kept as files that are read and reviewed like a text. Every line is evaluated.</summary>
public sealed class GoldenExpressions
{
    public static TheoryData<string, string, string, string, string> Expressions() => ReviewedExpressions.All();

    [Theory]
    [MemberData(nameof(Expressions))]
    public void An_expression_is_printed_as_it_was_reviewed(string name, string expression, string where, string by, string kind)
    {
        Scope scope = Scope.Of(where);
        DerivativeKind of = Enum.Parse<DerivativeKind>(kind, ignoreCase: true);
        string printed = "";
        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            List<string> wrong = [];
            Conditions conditions = name == "inverse" ? new(((Symbol)scope["X"], Condition.WellConditioned)) : Conditions.None;
            Assert.True(DerivedLines.AssertTrue(scope, expression, by, of, "", style, conditions, wrong, name) >= 2);
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
            string text = DerivationText.Write($"{name}, {style}", ExpressionDerivation.Of(Derivative.Find(of, scope.Parse(expression), scope[by]), style));
            Assert.All(text.Split('\n'), line => Assert.True(new System.Globalization.StringInfo(line).LengthInTextElements <= 80, line));
            printed += text + "\n";
        }

        Golden.Matches($"tests/Nabla.Calculus.Tests/Styles/Golden/{name}.txt", printed);
    }

    [Theory]
    [MemberData(nameof(Expressions))]
    public void LaTeX_has_no_Unicode_and_MathML_is_well_formed(string name, string expression, string where, string by, string kind)
    {
        Scope scope = Scope.Of(where);
        Derivative derivative = Derivative.Find(Enum.Parse<DerivativeKind>(kind, ignoreCase: true), scope.Parse(expression), scope[by]);
        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            IReadOnlyList<Section> sections = ExpressionDerivation.Of(derivative, style);
            string latex = DerivationLatex.Write(name, sections, document: true, everyStep: true);
            Assert.All(latex, sign => Assert.True(sign < 128, $"{sign} in {latex}"));
            string page = DerivationMathMl.Write(name, sections, everyStep: true);
            XElement root = XElement.Parse($"<html>{page}</html>");
            Assert.NotEmpty(root.Descendants("math"));
            Assert.All(root.Descendants("msup").Concat(root.Descendants("mfrac")).Concat(root.Descendants("msub")), node => Assert.Equal(2, node.Elements().Count()));
            Assert.Contains("$$", DerivationMarkdown.Write(name, sections), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("x^2", "x: scalar", "x")]
    [InlineData("max(x)", "x: n", "x")]
    [InlineData("tr(X^3)", "X: n x n", "X")]
    public void No_section_is_empty_and_no_names_are_written_out_where_there_are_none(string expression, string where, string by)
    {
        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            IReadOnlyList<Section> sections = Sections(expression, where, by, style);
            Assert.DoesNotContain(sections, section => section.Steps.Count == 0 && section.Remarks.Count == 0);
            Assert.DoesNotContain(sections.SelectMany(section => section.Steps), step => step.Rule.Id == "style.written-out");
        }
    }

    [Fact]
    public void A_line_obtained_by_two_rules_names_both() => Assert.Contains(
        Sections("tr(X^3)", "X: n x n", "X", DerivationStyle.Differential).SelectMany(section => section.Steps),
        step => step.Rule.Statement.StartsWith("d tr(X) = tr(dX); d(Xᵏ)", StringComparison.Ordinal));

    [Fact]
    public void A_symmetry_that_is_used_is_stated() => Assert.Contains(
        Sections("x'*A*x", "A: n x n symmetric, x: n", "x", DerivationStyle.Differential)[0].Steps,
        step => Notation.Text.Print(step.Left) == "Aᵀ" && Notation.Text.Print(step.Right) == "A");

    [Fact]
    public void No_adjoint_is_called_d() => Assert.DoesNotContain(
        Expr.Reachable(Sections("norm2(g.*exp(x))", "g: n, x: n", "x", DerivationStyle.Differential).SelectMany(section => section.Steps).SelectMany(step => new[] { step.Left, step.Right })).OfType<Named>(),
        named => named.Name.Letter.StartsWith('d'));

    private static IReadOnlyList<Section> Sections(string expression, string where, string by, DerivationStyle style)
    {
        Scope scope = Scope.Of(where);
        Expr formula = scope.Parse(expression);
        return ExpressionDerivation.Of(Derivative.Find(DerivativeKind.Gradient, formula, scope[by]), style);
    }

    [Fact]
    public void The_short_form_in_ASCII_is_read_again()
    {
        Scope scope = Scope.Of("A: n x n, x: n");
        Expr gradient = Derivative.Find(DerivativeKind.Gradient, scope.Parse("x'*A*x"), scope["x"]).Result!;
        Assert.Same(gradient, scope.Parse(AsciiNotation.Print(gradient)));
    }
}
