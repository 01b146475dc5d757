using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Rendering;

namespace Nabla.Calculus.Tests;

public sealed class FormulasAreReadable
{
    private readonly Workbench b = new();

    [Fact]
    public void Parentheses_stand_where_they_are_needed_and_nowhere_else()
    {
        (Expr x, Expr y) = (b.X, b.Y);
        Assert.Equal("X − (Y − X)", Text(x - (y - x)));
        Assert.Equal("X − Y − X", Text(x - y - x));
        Assert.Equal("−(X + Y)", Text(-(x + y)));
        Assert.Equal("X ⊙ (X + Y)", Text(Expr.Hadamard(x, x + y)));
        Assert.Equal("X ⊙ Y ⊙ X", Text(Expr.Hadamard(x, Expr.Hadamard(y, x))));
        Assert.Equal("(X B) ⊙ H", Text(Expr.Hadamard(Expr.MatMul(x, b.B), b.H)));
        Assert.Equal("(X + Y) B", Text(Expr.MatMul(x + y, b.B)));
        Assert.Equal("(X B)ᵀ", Text(Expr.MatMul(x, b.B).Transpose()));
        Assert.Equal("Xᵀ", Text(x.Transpose()));
        Assert.Equal("X ⊘ (Y ⊘ X)", Text(Expr.Quotient(x, Expr.Quotient(y, x))));
        Assert.Equal("½ ‖X‖²", Text(0.5 * Expr.SquaredNorm(x)));
        Assert.Equal("max(X, Y)", Text(Expr.Maximum(x, y)));
        Assert.Equal("softplus′(X)", Text(Expr.Apply(Function.Softplus.Prime, x)));
        Assert.Equal("v 1ᵀ", Text(Expr.BroadcastColumn(b.V, b.M)));
        Assert.Equal("∂vec X/∂s", Text(Expr.Jacobian(x, b.S)));
        Assert.Equal("(∂‖X‖²/∂X)ᵀ", Text(Expr.Gradient(Expr.SquaredNorm(x), x).Transpose()));
    }

    [Fact]
    public void Coefficients_are_fractions()
    {
        Coefficient m = Coefficient.Of(Dim.Of("m"));
        Assert.Equal("(1/m) X", Text(Coefficient.One / m * b.X));
        Assert.Equal("(1/(2m)) X", Text(Coefficient.Of(0.5) / m * b.X));
        Assert.Equal("(2/3) X", Text(2.0 / 3 * b.X));
        Assert.Equal("0.3989422804014327 X", Text(0.3989422804014327 * b.X));
        Assert.Equal("0.6666666666666667 X", Text(Math.BitIncrement(2.0 / 3) * b.X));
        Assert.Equal(@"\tfrac{1}{2\,m} X", Notation.Latex.Print(Coefficient.Of(0.5) / m * b.X));
    }

    [Theory]
    [InlineData(1e-7, "10⁻⁷ X", "10^{-7} X")]
    [InlineData(2.5e-7, "2.5·10⁻⁷ X", @"2.5 \cdot 10^{-7} X")]
    [InlineData(1e21, "10²¹ X", "10^{21} X")]
    [InlineData(-1e-12, "(-10⁻¹²) X", "(-10^{-12}) X")]
    [InlineData(1234567.125, "1234567.125 X", "1234567.125 X")]
    public void Coefficients_are_exact(double number, string text, string latex)
    {
        Assert.Equal(text, Text(number * b.X));
        Assert.Equal(latex, Notation.Latex.Print(number * b.X));
    }

    [Fact]
    public void An_exponent_stands_above_an_index_and_not_beside_it()
    {
        Expr u = Expr.MatMul(b.X, b.B).As(new("U1"));
        Assert.Equal(@"U_{1}^{\mathsf T}", Notation.Latex.Print(u.Transpose()));
        Assert.StartsWith("<msubsup><mi>U</mi><mn>1</mn>", Notation.MathMl.Print(u.Transpose()), StringComparison.Ordinal);
        Assert.Equal(@"\sqrt{X}", Notation.Latex.Print(Expr.Apply(Function.Sqrt, b.X)));
        Assert.StartsWith("<msqrt>", Notation.MathMl.Print(Expr.Apply(Function.Sqrt, b.X)), StringComparison.Ordinal);
    }

    [Fact]
    public void LaTeX_uses_the_signs_of_the_field()
    {
        Expr delta = Expr.Hadamard(Expr.MatMul(b.X, b.B), b.H).As(new("δ", 2));
        Assert.Equal(@"\delta^{2} = (X\, B) \odot H", Notation.Latex.Print(delta, "=", delta.Unfold()));
        Assert.Equal(@"\left\lVert X \right\rVert^2", Notation.Latex.Print(Expr.SquaredNorm(b.X)));
        Assert.Equal(@"-X^{\mathsf T}", Notation.Latex.Print(-b.X.Transpose()));
    }

    [Fact]
    public void Every_node_has_a_notation()
    {
        Expr[] nodes =
        [
            .. b.Samples.Values.SelectMany(sample => Expr.Reachable(sample)), b.Pool.Eye(b.N), b.Pool.Zeros(b.X.Shape), Expr.Diag(b.V),
            Expr.Kron(b.X, b.B), Expr.Vec(b.X), Expr.Gradient(Expr.Sum(b.X), b.X), Expr.Jacobian(b.X, b.X), b.X.Differential(), b.Pool.Constant(2),
            Expr.ExponentialDifferential(b.Q, b.R), Expr.ExponentialDifferential(b.Q, b.R, b.Q),
        ];
        Assert.Equal(typeof(Expr).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(Expr))), nodes.Select(node => node.GetType()).Append(typeof(Ones)).Distinct().Count());
        Assert.All(nodes.Append(b.Pool.Ones(b.N, b.P)), node =>
        {
            Assert.NotEmpty(Notation.Text.Print(node));
            Assert.NotEmpty(Notation.Latex.Print(node));
        });
    }

    private static string Text(Expr x) => Notation.Text.Print(x);
}
