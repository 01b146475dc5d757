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
        Symbol other = bench.New("T", Dim.Of("q", 3), bench.P);
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
    public void A_name_may_be_given_to_one_symbol_only()
    {
        Assert.Throws<ArgumentException>(() => bench.Pool.Symbol(new("X"), bench.X.Shape));
        ArgumentException e = Assert.Throws<ArgumentException>(() => bench.Pool.Symbol(new("X"), new(bench.P, bench.P)));
        Assert.Equal("the name X is taken: it is the symbol X (3×4), so it cannot be the symbol X (4×4) too", e.Message);
    }

    [Fact]
    public void A_name_stands_for_one_thing_only()
    {
        Named z = (bench.X - bench.Y).As(new("Z", 1));
        Assert.Same(z, (bench.X - bench.Y).As(new("Z", 1)));
        ArgumentException another = Assert.Throws<ArgumentException>(() => (bench.Y - bench.X).As(new("Z", 1)));
        Assert.Equal("the name Z¹ is taken: it is Subtract(X (3×4), Y (3×4)) (3×4), so it cannot be Subtract(Y (3×4), X (3×4)) (3×4) too", another.Message);
        ArgumentException symbol = Assert.Throws<ArgumentException>(() => (bench.Y - bench.X).As(new("G")));
        Assert.Contains("the name G is taken: it is the symbol G (3×4)", symbol.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => bench.Pool.Symbol(new("Z", 1), z.Shape));
    }

    [Fact]
    public void A_dimension_has_one_size_in_a_pool()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => bench.New("W", Dim.Of("n", 4), bench.P));
        Assert.Equal("the dimension n is 3 already, so it cannot be 4 too", e.Message);
        e = Assert.Throws<ArgumentException>(() => bench.Pool.Ones(Dim.Of("n"), Dim.One));
        Assert.Equal("the dimension n is 3 already, so it cannot be one without a size too", e.Message);
        Assert.NotEqual(Dim.Of("n", 3), Dim.Of("n", 4));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("12")]
    [InlineData("3m")]
    [InlineData("n·m")]
    public void A_number_or_a_product_is_no_name_of_a_dimension(string name) =>
        Assert.Contains($"'{name}' cannot be the name of a dimension", Assert.Throws<ArgumentException>(() => Dim.Of(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_number_is_a_dimension()
    {
        Assert.True(Dim.Of(1).IsOne);
        Assert.Equal(Dim.Of(12), Dim.Of(12));
        Assert.Throws<ArgumentOutOfRangeException>(() => Dim.Of(0));
    }

    [Fact]
    public void A_product_of_dimensions_that_is_too_large_is_not_computed_with()
    {
        Dim large = Dim.Of("a", 1_000_000) * Dim.Of("b", 1_000_000) * Dim.Of("c", 1_000_000) * Dim.Of("d", 1_000_000);
        Assert.Null(large.Value);
        Assert.Equal("1000000000000000000000000", $"{large}");
        OverflowException e = Assert.Throws<OverflowException>(() => (Dim.Of("a", 65536) * Dim.Of("b", 65536)).SizeIn(_ => 1));
        Assert.Contains("4294967296", e.Message, StringComparison.Ordinal);
        Assert.Equal(12, (Dim.Of("m") * Dim.Of("n", 3)).SizeIn(_ => 4));
    }

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
