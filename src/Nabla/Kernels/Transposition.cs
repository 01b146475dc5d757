using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>Y = Xᵀ in blocks of one vector of 128 bits: 4×4 floats, 2×2 doubles.</summary>
internal static unsafe class Transposition<T>
    where T : unmanaged
{
    /// <summary>X is rows × columns, Y columns × rows and elsewhere in memory.</summary>
    /// <remarks>In stripes as high as a cache line: all of a line of X is used at once, and what is written stays in the first cache.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(T* x, T* y, int rows, int columns, nint ldx, nint ldy)
    {
        int size = Vector128<T>.Count;
        int height = 64 / sizeof(T);
        for (int i = 0; i < rows; i += height)
        {
            int count = Math.Min(height, rows - i);
            int j = 0;
            for (; j <= columns - size; j += size)
            {
                T* source = x + i + j * ldx;
                T* target = y + i * ldy + j;
                int rest = count;
                for (; rest >= size; rest -= size)
                {
                    Block(source, target, ldx, ldy);
                    source += size;
                    target += size * ldy;
                }

                Elements(source, target, rest, size, ldx, ldy);
            }

            Elements(x + i + j * ldx, y + i * ldy + j, count, columns - j, ldx, ldy);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Elements(T* x, T* y, int rows, int columns, nint ldx, nint ldy)
    {
        for (int j = 0; j < columns; j++)
        {
            for (int i = 0; i < rows; i++)
            {
                y[j + i * ldy] = x[i + j * ldx];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(T* x, T* y, nint ldx, nint ldy)
    {
        if (sizeof(T) == 8)
        {
            Vector128<long> a = Vector128.Load((long*)x);
            Vector128<long> b = Vector128.Load((long*)(x + ldx));
            Vector128.Create(a.GetLower(), b.GetLower()).Store((long*)y);
            Vector128.Create(a.GetUpper(), b.GetUpper()).Store((long*)(y + ldy));
            return;
        }

        Vector128<float> x0 = Vector128.Load((float*)x);
        Vector128<float> x1 = Vector128.Load((float*)(x + ldx));
        Vector128<float> x2 = Vector128.Load((float*)(x + 2 * ldx));
        Vector128<float> x3 = Vector128.Load((float*)(x + 3 * ldx));
        Vector128<float> low02 = Interleave.Low(x0, x2);
        Vector128<float> high02 = Interleave.High(x0, x2);
        Vector128<float> low13 = Interleave.Low(x1, x3);
        Vector128<float> high13 = Interleave.High(x1, x3);
        Interleave.Low(low02, low13).Store((float*)y);
        Interleave.High(low02, low13).Store((float*)(y + ldy));
        Interleave.Low(high02, high13).Store((float*)(y + 2 * ldy));
        Interleave.High(high02, high13).Store((float*)(y + 3 * ldy));
    }
}
