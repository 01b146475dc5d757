using Nabla.Calculus.Derivations;
using Nabla.Networks;
using Nabla.Studio.Mathematics;

namespace Nabla.Studio.Tests;

/// <summary>Formulas that somebody pastes, without a browser.</summary>
public sealed class FormulasOfOthers
{
    private static readonly ClaimDesk seed = new(Network.Of([3, 4, 1], Activation.Sigmoid), Loss.SquaredError, targetsSumToOne: false, Dialect.Seed);
    private static readonly ClaimDesk classes = new(
        new(2, new Layer(8, Activation.Named("tanh")), new Layer(8, Activation.Named("leaky-relu")), new Layer(3, Activation.Named("softmax"))), Loss.CrossEntropy, targetsSumToOne: true, Dialect.Nielsen);

    [Theory]
    [InlineData("δ²·σ′(z²)·(a⁰)ᵀ·w²·σ′(z¹)")]
    [InlineData(@"\delta^{2}*\sigma'(z^2)*(a^{0})^T*w^2*\sigma'(z^1)")]
    [InlineData("delta2*sigmoid'(z2)*a0'*W2*sigmoid'(z1)")]
    public void The_seed_s_Eq_5_does_not_fit_together_and_what_would_is_said(string text)
    {
        ClaimAnswer answer = seed.Judge("W1", text);
        Assert.False(answer.Agrees);
        Assert.Equal("Wrong: not conformable", answer.Headline);
        Assert.Equal("delta2*sigmoid'(z2)*a0'*W2*sigmoid'(z1)", answer.ReadAs);

        // The shapes are named, the place is marked, and the right form is there.
        Assert.Contains("n₂×1", answer.Sentences[0], StringComparison.Ordinal);
        Assert.True(seed.Judge("W1", answer.Nearest).Agrees, answer.Nearest);
        Assert.Contains("^", answer.Excerpt, StringComparison.Ordinal);
        Assert.Contains("dC/dW1 = ", answer.Derived[0], StringComparison.Ordinal);
        Assert.EndsWith("a0'", answer.Derived[0], StringComparison.Ordinal);
        Assert.True(seed.Judge("W1", answer.Derived[0]["dC/dW1 = ".Length..]).Agrees);
    }

    [Theory]
    [InlineData("W2", "(δ² ⊙ σ′(z²)) (a¹)ᵀ", null)]
    [InlineData("W2", "(δ² ⊙ σ′(z²)) · (a¹)ᵀ", true)]
    [InlineData("W2", "((a²−y)⊙σ′(z²))*a1'", true)]
    [InlineData("b1", "(w²)ᵀ·(δ²⊙f'(z²)) ⊙ f′(z¹)", true)]
    [InlineData("b1", "w²·(δ²⊙f'(z²)) ⊙ f′(z¹)", false)]
    public void Printed_signs_are_read_as_far_as_they_mean_one_thing(string parameter, string text, bool? agrees) => Assert.Equal(agrees, seed.Judge(parameter, text).Agrees);

    [Theory]
    [InlineData("W3", "(a³−y)*a2'", true)]
    [InlineData("W3", "a2*(a3-y)'", false)]
    [InlineData("b2", "(W3'*delta3).*f'(z2)", true)]
    [InlineData("b2", "(W3'*delta3).*tanh'(z2)", false)]
    [InlineData("W2", "((W3'*δ³)⊙σ′(z²))*a^1'", true)]
    public void The_activation_is_that_of_the_layer_and_equal_widths_hide_nothing(string parameter, string text, bool agrees)
    {
        ClaimAnswer answer = classes.Judge(parameter, text);
        Assert.Equal(agrees, answer.Agrees);
        Assert.Equal(agrees, answer.Headline.StartsWith("Right", StringComparison.Ordinal));
    }

    [Fact]
    public void A_wrong_one_comes_with_numbers_at_which_it_is_wrong()
    {
        ClaimAnswer answer = ClaimDesk.Judge("x'*A*x", "A: n x n, x: n", "x", "2*A*x");
        Assert.Equal("Wrong: only if symmetric", answer.Headline);
        Assert.Contains("the derivative is", answer.Example[^1], StringComparison.Ordinal);
        Assert.True(ClaimDesk.Judge("x'*A*x", "A: n x n, x: n", "x", "(A+A')*x").Agrees);
    }

    [Fact]
    public void What_is_no_formula_gets_a_sentence()
    {
        (string Text, string Part)[] all =
        [
            ("", "Write a formula"),
            ("delta2*", "n operand is missing"),
            ("delta9*a0'", "nknown name"),
            ("δ⁹·(a⁰)ᵀ", "nknown name 'delta9'"),
            ("y²", "write ^2 for a power"),
            (new string('a', 20_001), "20,000 characters at most"),
            (new string('(', 10_000) + "a1" + new string(')', 9_998), "nested"),
            (string.Concat(Enumerable.Repeat("sin(", 4_990)), "deep"),
            (new string('-', 19_999), "nested"),
            (string.Concat(Enumerable.Repeat("z1'", 6_600)), ""),
        ];
        foreach ((string text, string part) in all)
        {
            ClaimAnswer answer = classes.Judge("W1", text);
            Assert.Null(answer.Agrees);
            Assert.Contains(part, Assert.Single(answer.Sentences), StringComparison.Ordinal);
            Assert.True(answer.Excerpt.Length < 400, answer.Excerpt);
        }

        Assert.Contains("nknown variable", Assert.Single(ClaimDesk.Judge("x'*x", "x: n", "y", "2*x").Sentences), StringComparison.Ordinal);
        Assert.Contains("no parameter 'W9'", Assert.Single(classes.Judge("W9", "a1").Sentences), StringComparison.Ordinal);
    }
}
