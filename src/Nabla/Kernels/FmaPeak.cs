using System.Diagnostics;

namespace Nabla.Kernels;

/// <summary>The speed that no matrix product can exceed, measured: independent multiply-adds of floats in registers.</summary>
internal static unsafe class FmaPeak
{
    private const int Rounds = 20_000;

    /// <summary>
    /// GFLOP/s (10⁹ floating-point operations per second) of some threads together. Each thread computes for the whole length in blocks of
    /// some ten microseconds, and its best block counts: what other programs took away is not the machine's limit.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">The machine cannot run the forced path.</exception>
    public static double Measure(KernelPath? path, int threads, TimeSpan length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        KernelSet<float> kernels = KernelSets.Float(path);
        double[] best = new double[threads];
        using Barrier start = new(threads);
        Thread[] others = [.. Enumerable.Range(1, threads - 1).Select(i => new Thread(() => best[i] = MeasureThread()) { IsBackground = true })];
        Array.ForEach(others, thread => thread.Start());
        best[0] = MeasureThread();
        Array.ForEach(others, thread => thread.Join());
        return best.Sum();

        double MeasureThread()
        {
            float* sums = stackalloc float[16];
            kernels.RunChains(1, sums);
            start.SignalAndWait();
            long begin = Stopwatch.GetTimestamp();
            double fastest = 0;
            do
            {
                long before = Stopwatch.GetTimestamp();
                double operations = kernels.RunChains(Rounds, sums);
                fastest = Math.Max(fastest, operations / Stopwatch.GetElapsedTime(before).TotalSeconds);
            }
            while (Stopwatch.GetElapsedTime(begin) < length);
            return fastest * 1e-9;
        }
    }
}
