using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Networks;
using Nabla.Studio.Experiments;
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
    [InlineData("W2", "(δ² ⊙ σ′(z²)) (a¹)ᵀ", true)]
    [InlineData("W2", "(δ²⊙σ′(z²))(a¹)ᵀ", true)]
    [InlineData("W1", "∂C/∂W² = (δ²⊙σ′(z²))(a¹)ᵀ", true)]
    [InlineData("W2", "Eq 5   ∂C/∂W² = (δ² ⊙ σ′(z²)) (a¹)ᵀ       1×4 = 1×1 · 1×4", true)]
    [InlineData("W2", "(a¹)ᵀ (δ² ⊙ σ′(z²))", false)]
    [InlineData("W2", "(δ² ⊙ a² ⊙ (1 − a²)) (a¹)ᵀ", true)]
    [InlineData("W2", "(δ2⊙a2⊙(1−a2))(a1)T", true)]
    [InlineData("W2", "2 (δ² ⊙ σ′(z²)) (a¹)ᵀ", false)]
    [InlineData("W2", "sin (δ²) (a¹)ᵀ", false)]
    [InlineData("W2", "∂C/∂W²ᵢⱼ = δ²ᵢ a¹ⱼ", null)]
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

    public static TheoryData<DerivationStyle, Dialect, bool> Printed => new(
        from style in Enum.GetValues<DerivationStyle>()
        from dialect in Enum.GetValues<Dialect>()
        from batch in new[] { false, true }
        select (style, dialect, batch));

    [Theory]
    [MemberData(nameof(Printed))]
    public void Whatever_is_printed_for_a_gradient_is_right_when_it_is_pasted_back(DerivationStyle style, Dialect dialect, bool batch)
    {
        ExperimentSettings settings = new();
        Network network = new(2, [.. settings.Hidden.Select(layer => new Layer(layer.Width, Activation.Named(layer.Activation))), new Layer(2, Activation.Softmax)]);
        ClaimDesk desk = new(network, Loss.CrossEntropy, targetsSumToOne: true, dialect);
        DerivationDocument document = DerivationDocument.Of(network, Loss.CrossEntropy, new() { Style = style, Dialect = dialect, Batch = batch });
        Step[] gradients = [.. document.Lines.Select(line => line.Step).Where(step => step.Indexed is null && step.Relation != Relation.Update
            && step.Left is Gradient && step.Left.Operands[0] is Named { Name.Letter: "C" } && step.Left.Operands[1] is Symbol { Kind: SymbolKind.Parameter } && !Expr.Reachable(step.Right).Any(part => part is Gradient or Jacobian or Kron))];
        Assert.True(gradients.Length >= 6, $"{gradients.Length} lines");
        List<string> refused = [];
        foreach (Step step in gradients)
        {
            string text = DerivationText.Line(step, Notation.Text);
            string[] spellings =
            [
                text,
                text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..],
                text.Replace(" ", "", StringComparison.Ordinal),
                $"BP4      {text}          4×8 = 4×1 · 1×8",
                DerivationText.Line(step, Notation.Latex),
                DerivationText.Line(step, Notation.Latex) + @" \tag{BP4}",
            ];
            string parameter = desk.ParameterOf(text)!;
            refused.AddRange(spellings.Select(spelling => (Spelling: spelling, Answer: desk.Judge(parameter, spelling))).Where(one => one.Answer.Agrees != true)
                .Select(one => $"{one.Spelling}: {one.Answer.Headline}: {string.Join(' ', one.Answer.Sentences)} (read as {one.Answer.ReadAs})"));
        }

        Assert.Empty(refused);
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
