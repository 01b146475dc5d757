using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Verification;

namespace Nabla.Calculus.Tests;

public sealed class FiniteDifferencesJudge
{
    private readonly Workbench b = new();

    [Fact]
    public void They_are_exact_for_polynomials_of_degree_four()
    {
        Expr square = Expr.Hadamard(b.X, b.X);
        Matrix gradient = FiniteDifferences.Gradient(Expr.SquaredNorm(square), b.X, b.Values().Set(b.X, Matrix.From(3, 4, (i, j) => i - j + 0.5)));
        Assert.Equal(4 * Math.Pow(2.5, 3), gradient[2, 0], 1e-8);
    }

    [Fact]
    public void A_Jacobian_counts_elements_column_by_column()
    {
        Bindings values = b.Values();
        Matrix jacobian = FiniteDifferences.Jacobian(Expr.MatMul(b.X, b.B), b.X, values);
        Assert.Equal((15, 12), (jacobian.Rows, jacobian.Columns));

        // ∂(XB)₂₁/∂X₂₃ = B₃₁: row 1 + 0·3, column 1 + 2·3, counted from 0.
        Assert.Equal(values.ValueOf(b.B)![2, 0], jacobian[1, 7], 1e-10);
        Assert.Equal(0, jacobian[0, 7], 1e-10);
    }

    [Fact]
    public void A_part_of_an_expression_may_be_what_it_is_differentiated_by()
    {
        Named z = Expr.MatMul(b.X, b.B).As(new("Z"));
        Bindings values = b.Values();
        Matrix gradient = Evaluator.Evaluate(Expr.Gradient(Expr.SquaredNorm(z), z), values);
        Matrix twice = Evaluator.Evaluate(2 * z, values);
        Assert.True(gradient.Zip(twice, (x, y) => Math.Abs(x - y)).MaxAbs() < 1e-9);
    }

    [Fact]
    public void A_directional_derivative_is_the_gradient_along_the_direction()
    {
        Expr cost = Expr.Inner(b.G, Expr.Apply(Function.Sigmoid, b.X));
        Bindings values = b.Values();
        Matrix direction = b.Random(b.X, values);
        double along = FiniteDifferences.Directional(cost, b.X, direction, values)[0, 0];
        Assert.Equal(FiniteDifferences.Gradient(cost, b.X, values).Zip(direction, (x, y) => x * y).Sum(), along, 1e-9);
    }

    [Fact]
    public void The_largest_absolute_value_is_not_a_number_where_one_element_is_none()
    {
        Assert.Equal(3, new Matrix(2, 2, [1, -3, 2, 0]).MaxAbs());
        Assert.Equal(double.PositiveInfinity, new Matrix(1, 2, [1, double.NegativeInfinity]).MaxAbs());
        for (int k = 0; k < 3; k++)
        {
            Matrix matrix = new(3, 1, [5, double.PositiveInfinity, -7]);
            matrix.Elements[k] = double.NaN;
            Assert.Equal(double.NaN, matrix.MaxAbs());
        }
    }

    [Fact]
    public void A_symbol_without_a_value_is_named()
    {
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => Evaluator.Evaluate(b.X, new Bindings()));
        Assert.Equal("the symbol X has no value", e.Message);
    }

    [Fact]
    public void A_value_of_another_shape_is_refused() =>
        Assert.Throws<ShapeException>(() => b.Values().Set(b.X, new Matrix(2, 2)));
}
