using Nabla.Calculus.Verification;
using Xunit.Sdk;

namespace Nabla.Tests;

public sealed class MatricesTests
{
    private static readonly Matrix right = new(2, 1, [1, -4]);

    [Fact]
    public void The_error_is_relative_to_the_largest_expected_element() => Assert.Equal(0.25, Matrices.Error(right, new(2, 1, [2, -4])), 1e-15);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_not_finite_is_close_to_nothing(double value)
    {
        Matrix wrong = new(2, 1, [value, -4]);
        foreach ((Matrix expected, Matrix actual) in new[] { (right, wrong), (wrong, right), (wrong, wrong) })
        {
            Assert.Equal(double.PositiveInfinity, Matrices.Error(expected, actual));
            Assert.Throws<TrueException>(() => Matrices.AssertClose(expected, actual, 1e9, "wrong"));
        }
    }
}
