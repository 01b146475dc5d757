using Nabla.Kernels;

namespace Nabla.Benchmarking;

/// <summary>What some threads can do at most.</summary>
internal static class Peak
{
    private static readonly TimeSpan length = TimeSpan.FromSeconds(0.1);

    /// <summary>10⁹ floating-point operations a second in single precision.</summary>
    public static double Of(KernelPath? path, int threads) => FmaPeak.Measure(path, threads, length);
}
