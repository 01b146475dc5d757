using Nabla.Benchmarking;
using Nabla.Kernels;

namespace Nabla.Tests.Benchmarking;

public class ProductsAreMeasuredAndCompared
{
    private static readonly TimeSpan aMoment = TimeSpan.FromMilliseconds(20);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(33, 1)]
    [InlineData(64, 2)]
    [InlineData(129, 3)]
    public void A_product_is_right_on_every_path(int n, int threads)
    {
        foreach (KernelPath path in KernelSets.Supported)
        {
            using ProductBenchmark benchmark = new(n, threads, path);
            Measurement measured = benchmark.Measure(aMoment, TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.Equal($"{path}", measured.Path, ignoreCase: true);
            Assert.Equal(threads, measured.Threads);
            Assert.Equal(2.0 * n * n * n, measured.FloatingPointOperations);
            Verification verification = benchmark.Verify();
            Assert.True(verification.Agrees, verification.Text);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(49, 49)]
    [InlineData(0, 27)]
    [InlineData(31, 49)]
    public void A_corrupted_element_in_a_compared_row_or_column_is_caught(int row, int column)
    {
        using ProductBenchmark benchmark = new(50);
        benchmark.Run();
        Assert.True(benchmark.Verify().Agrees);
        benchmark[row, column] += 1e-2f;
        Assert.StartsWith($"the product is wrong: row {row + 1}, column {column + 1}, is ", benchmark.Verify().Text, StringComparison.Ordinal);
        benchmark[row, column] = float.NaN;
        Assert.False(benchmark.Verify().Agrees);
    }

    /// <summary>A kernel that leaves out one product in every sum, or that was not run at all, is off in every row.</summary>
    [Fact]
    public void A_product_that_was_not_computed_is_caught()
    {
        using ProductBenchmark benchmark = new(50);
        Assert.False(benchmark.Verify().Agrees);
    }
}
