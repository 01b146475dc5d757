using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Verification;

namespace Nabla.Calculus.Tests;

/// <summary>Every function of the folder, found by the table: a new file is tried without anyone writing its test.</summary>
public sealed class FunctionsAgree
{
    public static TheoryData<string> Names() => [.. Function.All.Select(function => function.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_derivative_agrees_with_finite_differences(string name)
    {
        Function f = Function.All.Single(function => function.Name == name);
        double[] points = f == Function.Log || f == Function.Sqrt || f == Function.LogOnePlus ? [0.1, 0.7, 2.3, 9] : [-7.1, -2.3, -0.7, -0.1, 0.2, 0.9, 3.1, 8.2];
        foreach (double x in points)
        {
            double h = 1e-3;
            double judged = (f.Evaluate(x - 2 * h) - 8 * f.Evaluate(x - h) + 8 * f.Evaluate(x + h) - f.Evaluate(x + 2 * h)) / (12 * h);
            Assert.Equal(judged, f.Prime.Evaluate(x), 1e-8 * Math.Max(1, Math.Abs(judged)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Symbols_and_doubles_interpret_the_same_text(string name)
    {
        Function f = Function.All.Single(function => function.Name == name);
        Workbench bench = new();
        Bindings values = bench.Values().Set(bench.X, Matrix.From(3, 4, (i, j) => 0.2 + i + 0.3 * j));
        Matrix x = values.ValueOf(bench.X)!;
        AssertSame(x.Map(f.Evaluate), Evaluator.Evaluate(f.Expand(bench.X), values));
        AssertSame(x.Map(f.Evaluate), Evaluator.Evaluate(Expr.Apply(f, bench.X), values));
        AssertSame(x.Map(f.Prime.Evaluate), Evaluator.Evaluate(f.ExpandDerivative(bench.X, Expr.Apply(f, bench.X)), values));
        AssertSame(x.Map(f.Prime.Evaluate), Evaluator.Evaluate(f.Prime.Expand(bench.X), values));
    }

    /// <summary>A function added later cannot forget it: the weights before it would begin too small.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_rectifier_is_near_x_far_above_zero_and_near_0_far_below(string name)
    {
        Function f = Function.All.Single(function => function.Name == name);
        Assert.Equal(Math.Abs(f.Evaluate(100) - 100) < 0.1 && Math.Abs(f.Evaluate(-100)) <= 1, f.IsRectifier);
    }

    [Theory]
    [InlineData("sigmoid", -800, 0)]
    [InlineData("sigmoid", 800, 1)]
    [InlineData("softplus", -800, 0)]
    [InlineData("softplus", 800, 800)]
    [InlineData("tanh", 800, 1)]
    [InlineData("elu", -800, -1)]
    [InlineData("elu", 800, 800)]
    [InlineData("gelu", -40, 0)]
    [InlineData("gelu", 40, 40)]
    [InlineData("silu", 800, 800)]
    [InlineData("softsign", -1e300, -1)]
    [InlineData("huber", 1e6, 1e6 - 0.5)]
    [InlineData("relu'", 0, 0)]
    [InlineData("leaky-relu", -100, -1)]
    public void Limits_are_right(string name, double x, double expected)
    {
        Function f = name.EndsWith('\'')
            ? Function.All.Single(function => function.Name == name[..^1]).Prime
            : Function.All.Single(function => function.Name == name);
        Assert.Equal(expected, f.Evaluate(x), 1e-12 * Math.Max(1, Math.Abs(expected)));
    }

    [Theory]
    [InlineData(0.5, 0.5204998778130465)]
    [InlineData(1, 0.8427007929497149)]
    [InlineData(2, 0.9953222650189527)]
    [InlineData(-3, -0.9999779095030014)]
    [InlineData(7, 1)]
    public void The_error_function_has_its_tabulated_values(double x, double expected) =>
        Assert.Equal(expected, Function.Erf.Evaluate(x), 1e-15);

    [Fact]
    public void Log_one_plus_is_accurate_for_small_arguments() => Assert.Equal(1e-20, Function.LogOnePlus.Evaluate(1e-20), 1e-35);

    private static void AssertSame(Matrix expected, Matrix actual) =>
        Assert.True(expected.Zip(actual, (a, b) => Math.Abs(a - b)).MaxAbs() <= 1e-14 * Math.Max(1, expected.MaxAbs()));
}
