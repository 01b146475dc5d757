namespace Nabla.Benchmarking;

/// <summary>What a benchmark measured.</summary>
/// <param name="Path">The instruction set that ran: portable, neon, avx2 or avx512.</param>
/// <param name="Threads">How many threads might share the work.</param>
/// <param name="Seconds">The median time of one run.</param>
/// <param name="FloatingPointOperations">2 for each multiply-add of the products that one run needs.</param>
/// <param name="PeakGigaflops">What the threads can do at most, in 10⁹ floating-point operations a second: measured, with multiply-adds that need no memory.</param>
/// <param name="Runs">How often the work was run, warm-up included.</param>
public sealed record Measurement(string Path, int Threads, double Seconds, double FloatingPointOperations, double PeakGigaflops, long Runs)
{
    /// <summary>10⁹ floating-point operations a second.</summary>
    public double Gigaflops => FloatingPointOperations / Seconds * 1e-9;
}

/// <summary>Whether what was measured computes what it should.</summary>
/// <param name="Agrees">Whether every number agrees with the reference.</param>
/// <param name="Text">What was compared and how far the numbers are apart, or which one disagrees: the end of a sentence.</param>
public sealed record Verification(bool Agrees, string Text);
