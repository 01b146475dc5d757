using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The innermost part of the matrix product: one tile of C, one or two vectors high and up to twelve columns wide, whose accumulators
/// stay in registers while k runs. A vector of A is multiplied by one element of B for each column.
/// </summary>
/// <remarks>
/// Every element of C is summed in the order of k in one accumulator, whatever the shape of its tile: results depend neither on
/// where in C an element lies nor on how the work is divided.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class MicroKernel<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    /// <summary>C (rows × TColumns) = C·[accumulate] + alpha · A B + bias.</summary>
    /// <param name="strip">What all tiles of these columns share.</param>
    /// <param name="a">The tile's rows of A: full vectors at each of the k steps.</param>
    /// <param name="c">The tile of C.</param>
    /// <param name="bias">The tile's rows of the bias, or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TVectors, TColumns>(ref Strip<T> strip, T* a, T* c, T* bias)
        where TVectors : struct, IConstant
        where TColumns : struct, IConstant
    {
        TLane x0 = default, y0 = default;
        TLane x1 = default, y1 = default;
        TLane x2 = default, y2 = default;
        TLane x3 = default, y3 = default;
        TLane x4 = default, y4 = default;
        TLane x5 = default, y5 = default;
        TLane x6 = default, y6 = default;
        TLane x7 = default, y7 = default;
        TLane x8 = default, y8 = default;
        TLane x9 = default, y9 = default;
        TLane x10 = default, y10 = default;
        TLane x11 = default, y11 = default;
        nint step = strip.AStep;
        nint columnStep = strip.BColumn;
        nint rowStep = strip.BRow;
        T* b0 = strip.B;
        T* b3 = b0 + 3 * columnStep;
        T* b6 = b0 + 6 * columnStep;
        T* b9 = b0 + 9 * columnStep;
        if (strip.Prefetches)
        {
            for (int j = 0; j < TColumns.Value; j++)
            {
                Prefetch.Line(c + j * strip.Ldc);
                Prefetch.Line(c + j * strip.Ldc + TLane.Count);
            }
        }

        for (nint p = strip.K; p > 0; p--)
        {
            TLane u = TLane.Load(a);
            TLane v = TVectors.Value > 1 ? TLane.Load(a + TLane.Count) : default;
            a += step;
            Add<TVectors>(u, v, b0[0], ref x0, ref y0);

            if (TColumns.Value > 1)
            {
                Add<TVectors>(u, v, b0[columnStep], ref x1, ref y1);
            }

            if (TColumns.Value > 2)
            {
                Add<TVectors>(u, v, b0[2 * columnStep], ref x2, ref y2);
            }

            if (TColumns.Value > 3)
            {
                Add<TVectors>(u, v, b3[0], ref x3, ref y3);
            }

            if (TColumns.Value > 4)
            {
                Add<TVectors>(u, v, b3[columnStep], ref x4, ref y4);
            }

            if (TColumns.Value > 5)
            {
                Add<TVectors>(u, v, b3[2 * columnStep], ref x5, ref y5);
            }

            if (TColumns.Value > 6)
            {
                Add<TVectors>(u, v, b6[0], ref x6, ref y6);
            }

            if (TColumns.Value > 7)
            {
                Add<TVectors>(u, v, b6[columnStep], ref x7, ref y7);
            }

            if (TColumns.Value > 8)
            {
                Add<TVectors>(u, v, b6[2 * columnStep], ref x8, ref y8);
            }

            if (TColumns.Value > 9)
            {
                Add<TVectors>(u, v, b9[0], ref x9, ref y9);
            }

            if (TColumns.Value > 10)
            {
                Add<TVectors>(u, v, b9[columnStep], ref x10, ref y10);
            }

            if (TColumns.Value > 11)
            {
                Add<TVectors>(u, v, b9[2 * columnStep], ref x11, ref y11);
            }

            b0 += rowStep;
            b3 += rowStep;
            b6 += rowStep;
            b9 += rowStep;
        }

        TLane alpha = TLane.Broadcast(strip.Alpha);
        bool accumulate = strip.Accumulate;
        nint ldc = strip.Ldc;
        Finish<TVectors>(x0, y0, alpha, accumulate, bias, c);

        if (TColumns.Value > 1)
        {
            Finish<TVectors>(x1, y1, alpha, accumulate, bias, c + ldc);
        }

        if (TColumns.Value > 2)
        {
            Finish<TVectors>(x2, y2, alpha, accumulate, bias, c + 2 * ldc);
        }

        if (TColumns.Value > 3)
        {
            Finish<TVectors>(x3, y3, alpha, accumulate, bias, c + 3 * ldc);
        }

        if (TColumns.Value > 4)
        {
            Finish<TVectors>(x4, y4, alpha, accumulate, bias, c + 4 * ldc);
        }

        if (TColumns.Value > 5)
        {
            Finish<TVectors>(x5, y5, alpha, accumulate, bias, c + 5 * ldc);
        }

        if (TColumns.Value > 6)
        {
            Finish<TVectors>(x6, y6, alpha, accumulate, bias, c + 6 * ldc);
        }

        if (TColumns.Value > 7)
        {
            Finish<TVectors>(x7, y7, alpha, accumulate, bias, c + 7 * ldc);
        }

        if (TColumns.Value > 8)
        {
            Finish<TVectors>(x8, y8, alpha, accumulate, bias, c + 8 * ldc);
        }

        if (TColumns.Value > 9)
        {
            Finish<TVectors>(x9, y9, alpha, accumulate, bias, c + 9 * ldc);
        }

        if (TColumns.Value > 10)
        {
            Finish<TVectors>(x10, y10, alpha, accumulate, bias, c + 10 * ldc);
        }

        if (TColumns.Value > 11)
        {
            Finish<TVectors>(x11, y11, alpha, accumulate, bias, c + 11 * ldc);
        }
    }

    /// <summary>
    /// Four full tiles of one column below each other: with a single column, two accumulators would wait for each other's latency.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunTall(ref Strip<T> strip, T* a, T* c, T* bias)
    {
        TLane x0 = default, x1 = default, x2 = default, x3 = default;
        TLane y0 = default, y1 = default, y2 = default, y3 = default;
        nint step = strip.AStep;
        nint tile = strip.ATile;
        nint rowStep = strip.BRow;
        T* b = strip.B;
        T* a2 = a + 2 * tile;
        for (nint p = strip.K; p > 0; p--)
        {
            Add<Two>(TLane.Load(a), TLane.Load(a + TLane.Count), *b, ref x0, ref y0);
            Add<Two>(TLane.Load(a + tile), TLane.Load(a + tile + TLane.Count), *b, ref x1, ref y1);
            Add<Two>(TLane.Load(a2), TLane.Load(a2 + TLane.Count), *b, ref x2, ref y2);
            Add<Two>(TLane.Load(a2 + tile), TLane.Load(a2 + tile + TLane.Count), *b, ref x3, ref y3);
            a += step;
            a2 += step;
            b += rowStep;
        }

        TLane alpha = TLane.Broadcast(strip.Alpha);
        bool accumulate = strip.Accumulate;
        int rows = 2 * TLane.Count;
        Finish<Two>(x0, y0, alpha, accumulate, bias, c);
        Finish<Two>(x1, y1, alpha, accumulate, bias == null ? null : bias + rows, c + rows);
        Finish<Two>(x2, y2, alpha, accumulate, bias == null ? null : bias + 2 * rows, c + 2 * rows);
        Finish<Two>(x3, y3, alpha, accumulate, bias == null ? null : bias + 3 * rows, c + 3 * rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<TVectors>(TLane u, TLane v, T b, ref TLane x, ref TLane y)
        where TVectors : struct, IConstant
    {
        TLane s = TLane.Broadcast(b);
        x = TLane.MultiplyAdd(u, s, x);
        if (TVectors.Value > 1)
        {
            y = TLane.MultiplyAdd(v, s, y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish<TVectors>(TLane x, TLane y, TLane alpha, bool accumulate, T* bias, T* c)
        where TVectors : struct, IConstant
    {
        x *= alpha;
        y *= alpha;
        if (accumulate)
        {
            x += TLane.Load(c);
            y = TVectors.Value > 1 ? y + TLane.Load(c + TLane.Count) : y;
        }

        if (bias != null)
        {
            x += TLane.Load(bias);
            y = TVectors.Value > 1 ? y + TLane.Load(bias + TLane.Count) : y;
        }

        x.Store(c);
        if (TVectors.Value > 1)
        {
            y.Store(c + TLane.Count);
        }
    }
}
