using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Tests;

public sealed class ExpressionsAreChecked
{
    private readonly Workbench bench = new();

    [Fact]
    public void Equal_expressions_are_one_object()
    {
        Expr first = Expr.Apply(Function.Tanh, Expr.MatMul(bench.X, bench.B)) - bench.H;
        int count = bench.Pool.Count;
        Assert.Same(first, Expr.Apply(Function.Tanh, Expr.MatMul(bench.X, bench.B)) - bench.H);
        Assert.Equal(count, bench.Pool.Count);
        Assert.NotSame(first, Expr.Apply(Function.Sigmoid, Expr.MatMul(bench.X, bench.B)) - bench.H);
    }

    [Fact]
    public void A_product_that_does_not_fit_is_named_with_its_shapes()
    {
        ShapeException e = Assert.Throws<ShapeException>(() => Expr.MatMul(bench.X, bench.Y));
        Assert.Equal("X (3×4) cannot be multiplied by Y (3×4): the left side has 4 columns, the right side 3 rows", e.Message);
    }

    [Fact]
    public void A_sum_of_different_shapes_is_named()
    {
        ShapeException e = Assert.Throws<ShapeException>(() => bench.X + bench.B);
        Assert.Equal("a sum needs equal shapes, but the left side X (3×4) and the right side B (4×5) differ", e.Message);
    }

    [Fact]
    public void Dimensions_of_equal_value_and_other_names_are_not_the_same()
    {
        Symbol other = bench.New("Q", Dim.Of("q", 3), bench.P);
        Assert.Throws<ShapeException>(() => bench.X + other);
    }

    [Fact]
    public void A_product_of_dimensions_does_not_depend_on_the_order()
    {
        Dim m = Dim.Of("m");
        Assert.Equal(bench.N * m, m * bench.N);
        Assert.Equal("3m", $"{m * bench.N}");
        Assert.Equal("12", $"{bench.N * bench.P}");
        Assert.True((Dim.One * Dim.One).IsOne);
    }

    [Fact]
    public void Two_pools_do_not_mix()
    {
        Workbench other = new();
        ArgumentException e = Assert.Throws<ArgumentException>(() => bench.X + other.Y);
        Assert.Contains("another pool", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_may_be_given_to_one_symbol_only() =>
        Assert.Throws<ArgumentException>(() => bench.Pool.Symbol(new("X"), bench.X.Shape));

    [Fact]
    public void Depth_is_bounded_and_names_begin_it_anew()
    {
        Expr x = bench.X;
        Assert.Throws<InvalidOperationException>(() =>
        {
            for (int i = 0; i < ExprPool.MaximumDepth; i++)
            {
                x = -x;
            }
        });
        Expr named = x.As(new("deep"));
        Assert.Same(named, ((Negate)(-named)).Operands[0]);
    }

    [Fact]
    public void A_gradient_is_of_a_scalar() => Assert.Throws<ShapeException>(() => Expr.Gradient(bench.X, bench.Y));

    [Fact]
    public void Coefficients_multiply_and_divide_their_dimensions()
    {
        Dim m = Dim.Of("m");
        Coefficient c = Coefficient.Of(0.5) / Coefficient.Of(m) * Coefficient.Of(m * bench.N);
        Assert.Equal(1.5, c.Evaluate(_ => 3));
        Assert.Equal(Coefficient.Of(0.5) * Coefficient.Of(bench.N), c);
    }
}
