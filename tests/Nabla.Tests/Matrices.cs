using Nabla.Calculus.Verification;

namespace Nabla.Tests;

/// <summary>Comparisons of matrices.</summary>
internal static class Matrices
{
    /// <summary>The largest difference, relative to the largest element of what is expected; infinite where there is NaN on either side.</summary>
    public static double Error(Matrix expected, Matrix actual)
    {
        Assert.Equal((expected.Rows, expected.Columns), (actual.Rows, actual.Columns));
        double error = actual.Zip(expected, (x, y) => x - y).MaxAbs() / (expected.MaxAbs() + 1e-30);
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    /// <summary>Asserts that no element is further off than a fraction of the largest expected one.</summary>
    public static void AssertClose(Matrix expected, Matrix actual, double tolerance, string what)
    {
        double error = Error(expected, actual);
        Assert.True(error <= tolerance, $"{what}: off by {error:0.0e0} of the largest element, but at most {tolerance:0.0e0} is allowed");
    }

    /// <summary>A matrix from rows.</summary>
    public static Matrix FromRows(double[][] rows) => Matrix.From(rows.Length, rows[0].Length, (i, j) => rows[i][j]);
}
