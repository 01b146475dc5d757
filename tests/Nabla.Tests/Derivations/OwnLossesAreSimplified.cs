using System.Diagnostics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Networks;

namespace Nabla.Tests.Derivations;

/// <summary>The adjoints of a loss that is read from a text are as short as those of the losses that are known.</summary>
public sealed class OwnLossesAreSimplified
{
    [Theory]
    [InlineData("sum((y-a).^2)/(2*m)", "(1/m) (A² − Y) ⊙ A² ⊙ (1 − A²)", "")]
    [InlineData("sum((y-a).^1)/m", "−(1/m) A² ⊙ (1 − A²)", "")]
    [InlineData("sum(relu(ones(n,m)-y.*a))/m", "−(1/m) step(1 − Y ⊙ A²) ⊙ Y ⊙ A² ⊙ (1 − A²)", "")]
    [InlineData("sum(sqrt(ones(n,m)+(y-a).^2))/m", "(1/m) ((A² − Y) ⊘ sqrt(1 + (Y − A²)^⊙2)) ⊙ A² ⊙ (1 − A²)", "")]
    [InlineData("sum(y.*log(y./a))/m", "−(1/m) Y ⊙ (1 − A²)", "A² ≠ 0")]
    [InlineData("1-tr(y'*a)/(norm2(y)*norm2(a))", "((tr(Yᵀ A²) A²/‖A²‖² − Y)/(‖Y‖ ‖A²‖)) ⊙ A² ⊙ (1 − A²)", "")]
    public void In_every_style(string loss, string adjoint, string condition)
    {
        LayeredNetwork network = Network.Of([3, 4, 2], Activation.Sigmoid).Express(Loss.Parse(loss));
        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            NetworkDerivation derivation = NetworkDerivation.Of(network, style, Dialect.Nielsen, false);
            Expr delta = derivation.Derivation.AdjointNameOf(network.Layers[^1].PreActivation)!;
            Assert.Equal(adjoint, Notation.Text.Print(delta.Unfold()));
            string text = DerivationText.Write("own", derivation.Sections);
            Assert.Contains($"Δ² = {adjoint}", Flat(text), StringComparison.Ordinal);
            Assert.Contains(condition, Flat(text), StringComparison.Ordinal);
            Assert.DoesNotContain("^⊙1 ", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void In_a_time_that_does_not_grow_faster_than_the_network()
    {
        int[] sizes = [.. Enumerable.Repeat(8, 51)];
        LayeredNetwork Network50() => Network.Of(sizes, Activation.Sigmoid).Express(Loss.Parse("sum(y.*log(y./a))/m"));
        Network50().Differentiate();
        LayeredNetwork network = Network50();
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Equal(100, network.Differentiate().Gradients.Count);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
    }

    [Theory]
    [InlineData("norm1(y-a)", "∂C/∂a² = −sign(y − a²)", "d sum(X) = sum(dX); d f(X) = f′(X) ⊙ dX; d(X − Y) = dX − dY")]
    [InlineData("mean((y-a).^2)", "∂C/∂a² = (2/n₂) (a² − y)", "d sum(X) = sum(dX); d(X.^p) = p X.^(p−1) ⊙ dX + dp (X.^p ⊙ log X); d(X − Y) = dX − dY")]
    [InlineData("sum(sqrt(ones(n,m)+(y-a).^2))/m", "∂C/∂a² = (a² − y) ⊘ sqrt(1 + (y − a²)^⊙2)", "the differentials of each operation, put into one another")]
    public void With_all_the_rules_that_lead_to_the_first_line(string loss, string line, string reason)
    {
        LayeredNetwork network = Network.Of([3, 4, 2], Activation.Sigmoid).Express(Loss.Parse(loss), batch: false);
        Step step = NetworkDerivation.Of(network, DerivationStyle.Textbook, Dialect.Nielsen, false).Sections.SelectMany(section => section.Steps).First(step => step.Label == "Eq B.1");
        Assert.Equal(line, Notation.Text.Print(step.Left, "=", step.Right));
        Assert.Equal(reason, step.Rule.Statement);
    }

    [Fact]
    public void With_a_reason_for_the_diagonal_that_becomes_an_elementwise_product()
    {
        LayeredNetwork network = Network.Of([3, 4, 2], Activation.Sigmoid).Express(Loss.SquaredError);
        IEnumerable<Step> steps = NetworkDerivation.Of(network, DerivationStyle.Textbook, Dialect.RowBatch, false).Sections.SelectMany(section => section.Steps);
        Assert.All(steps.Where(step => step.Label is "BP1" or "BP2"), step =>
            Assert.Equal("vec(X) = vec(Y) means X = Y; diag(vec(X)) vec(Y) = vec(X ⊙ Y)", step.Rule.Statement));
        Assert.All(steps.Where(step => step.Label is "BP4"), step =>
            Assert.Equal("vec(X) = vec(Y) means X = Y; (B ⊗ A) vec(X) = vec(A X Bᵀ)", step.Rule.Statement));
    }

    [Fact]
    public void With_labels_and_reasons_in_the_outline_too()
    {
        LayeredNetwork network = Network.Of([3, 4, 2], Activation.Sigmoid).Express(Loss.SquaredError);
        Step[] steps = [.. NetworkDerivation.Of(network, DerivationStyle.Textbook, Dialect.Nielsen, false).Outline.SelectMany(section => section.Steps)];
        Assert.Equal(["BP1", "BP2", "BP3", "BP4", "BP3", "BP4"], steps.Select(step => step.Label).Where(label => label.Length > 0));
        Assert.DoesNotContain(steps, step => step.Rule.Statement == "simplified");
    }

    private static string Flat(string text) => string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
