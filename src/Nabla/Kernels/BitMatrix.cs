using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>64 × 64 bits, a word a row; bit j of word i is element (i, j).</summary>
internal static unsafe class BitMatrix
{
    /// <summary>Transposes in place: squares of half the size change places, then those within them (Warren, Hacker's Delight, 2nd ed., 7-3).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(ulong* rows)
    {
        ulong mask = 0xFFFFFFFF;
        for (int half = 32; half > 0; half /= 2, mask ^= mask << half)
        {
            for (int i = 0; i < 64; i = (i + half + 1) & ~half)
            {
                ulong swapped = ((rows[i] >> half) ^ rows[i + half]) & mask;
                rows[i] ^= swapped << half;
                rows[i + half] ^= swapped;
            }
        }
    }
}
