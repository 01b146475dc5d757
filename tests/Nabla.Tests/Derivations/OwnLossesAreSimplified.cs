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

    private static string Flat(string text) => string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
