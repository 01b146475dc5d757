using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

public sealed unsafe class FmaPeakTests
{
    public static TheoryData<KernelPath> SupportedPaths => Paths.Supported;

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void The_peak_is_a_plausible_speed_for_one_and_two_threads(KernelPath path)
    {
        foreach (int threads in new[] { 1, 2 })
        {
            double peak = FmaPeak.Measure(path, threads, TimeSpan.FromMilliseconds(20));
            TestContext.Current.TestOutputHelper?.WriteLine($"{path}, {threads}: {peak:F1} GFLOP/s");
            Assert.InRange(peak, 1e-3, 1e5);
        }
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Every_chain_computes_what_is_counted(KernelPath path)
    {
        float* sums = stackalloc float[16];
        new Span<float>(sums, 16).Fill(float.NaN);
        double operations = KernelSets.Float(path).RunChains(2, sums);
        int lanes = new Span<float>(sums, 16).IndexOf(float.NaN) is var end && end < 0 ? 16 : end;
        Assert.All(new Span<float>(sums, lanes).ToArray(), sum => Assert.Equal(12 * 1.75f, sum));
        Assert.Equal(2 * 2 * 12 * lanes, operations);
    }
}
