using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Multiply-adds that need no memory and wait for nothing: what the processor can do at most.</summary>
internal static unsafe class MultiplyAddChains<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    /// <summary>x ← x/2 + 1 in every chain, which stays near 2; the sum of the chains' ends goes to <paramref name="sums"/>.</summary>
    /// <returns>The number of floating-point operations.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Run(int rounds, T* sums)
    {
        TLane half = TLane.Of(0.5);
        TLane one = TLane.Of(1);
        TLane x0 = one, x1 = one, x2 = one, x3 = one, x4 = one, x5 = one;
        TLane x6 = one, x7 = one, x8 = one, x9 = one, x10 = one, x11 = one;
        for (int i = 0; i < rounds; i++)
        {
            x0 = TLane.MultiplyAdd(x0, half, one);
            x1 = TLane.MultiplyAdd(x1, half, one);
            x2 = TLane.MultiplyAdd(x2, half, one);
            x3 = TLane.MultiplyAdd(x3, half, one);
            x4 = TLane.MultiplyAdd(x4, half, one);
            x5 = TLane.MultiplyAdd(x5, half, one);
            x6 = TLane.MultiplyAdd(x6, half, one);
            x7 = TLane.MultiplyAdd(x7, half, one);
            x8 = TLane.MultiplyAdd(x8, half, one);
            x9 = TLane.MultiplyAdd(x9, half, one);
            x10 = TLane.MultiplyAdd(x10, half, one);
            x11 = TLane.MultiplyAdd(x11, half, one);
        }

        (x0 + x1 + x2 + x3 + (x4 + x5 + x6 + x7) + (x8 + x9 + x10 + x11)).Store(sums);
        return 2.0 * 12 * TLane.Count * rounds;
    }
}
