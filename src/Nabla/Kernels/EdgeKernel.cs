using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The tile of <see cref="MicroKernel{TLane, T}"/> whose last vector is not full: the rows beyond C are computed with the others and not
/// stored. It has at most six columns, because the compiler inlines only so much into one method.
/// </summary>
[SkipLocalsInit]
internal static unsafe class EdgeKernel<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    /// <summary>C (rows × TColumns) = C·[accumulate] + alpha · A B + bias.</summary>
    /// <param name="strip">What all tiles of these columns share.</param>
    /// <param name="a">The tile's rows of A: full vectors at each of the k steps.</param>
    /// <param name="b">The columns' part of B.</param>
    /// <param name="c">The tile of C.</param>
    /// <param name="bias">The tile's rows of the bias, or null.</param>
    /// <param name="rows">More than TVectors − 1 vectors have, less than TVectors have.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TVectors, TColumns>(ref Strip<T> strip, T* a, T* b, T* c, T* bias, int rows)
        where TVectors : struct, IConstant
        where TColumns : struct, IConstant
    {
        TLane x0 = default, y0 = default;
        TLane x1 = default, y1 = default;
        TLane x2 = default, y2 = default;
        TLane x3 = default, y3 = default;
        TLane x4 = default, y4 = default;
        TLane x5 = default, y5 = default;
        nint step = strip.AStep;
        nint columnStep = strip.BColumn;
        nint rowStep = strip.BRow;
        T* b0 = b;
        T* b3 = b0 + 3 * columnStep;
        for (nint p = strip.K; p > 0; p--)
        {
            TLane u = TLane.Load(a);
            TLane v = TVectors.Value > 1 ? TLane.Load(a + TLane.Count) : default;
            a += step;
            MicroKernel<TLane, T>.Add<TVectors>(u, v, b0[0], ref x0, ref y0);

            if (TColumns.Value > 1)
            {
                MicroKernel<TLane, T>.Add<TVectors>(u, v, b0[columnStep], ref x1, ref y1);
            }

            if (TColumns.Value > 2)
            {
                MicroKernel<TLane, T>.Add<TVectors>(u, v, b0[2 * columnStep], ref x2, ref y2);
            }

            if (TColumns.Value > 3)
            {
                MicroKernel<TLane, T>.Add<TVectors>(u, v, b3[0], ref x3, ref y3);
            }

            if (TColumns.Value > 4)
            {
                MicroKernel<TLane, T>.Add<TVectors>(u, v, b3[columnStep], ref x4, ref y4);
            }

            if (TColumns.Value > 5)
            {
                MicroKernel<TLane, T>.Add<TVectors>(u, v, b3[2 * columnStep], ref x5, ref y5);
            }

            b0 += rowStep;
            b3 += rowStep;
        }

        TLane alpha = TLane.Broadcast(strip.Alpha);
        bool accumulate = strip.Accumulate;
        nint ldc = strip.Ldc;
        int rest = rows - (TVectors.Value - 1) * TLane.Count;
        TLane mask = TLane.FirstElements(rest);
        Finish<TVectors>(x0, y0, alpha, accumulate, bias, c, rest, mask);

        if (TColumns.Value > 1)
        {
            Finish<TVectors>(x1, y1, alpha, accumulate, bias, c + ldc, rest, mask);
        }

        if (TColumns.Value > 2)
        {
            Finish<TVectors>(x2, y2, alpha, accumulate, bias, c + 2 * ldc, rest, mask);
        }

        if (TColumns.Value > 3)
        {
            Finish<TVectors>(x3, y3, alpha, accumulate, bias, c + 3 * ldc, rest, mask);
        }

        if (TColumns.Value > 4)
        {
            Finish<TVectors>(x4, y4, alpha, accumulate, bias, c + 4 * ldc, rest, mask);
        }

        if (TColumns.Value > 5)
        {
            Finish<TVectors>(x5, y5, alpha, accumulate, bias, c + 5 * ldc, rest, mask);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TVectors>(TLane x, TLane y, TLane alpha, bool accumulate, T* bias, T* c, int rest, TLane mask)
        where TVectors : struct, IConstant
    {
        if (TVectors.Value > 1)
        {
            MicroKernel<TLane, T>.Finish<One>(x, default, alpha, accumulate, bias, c);
            x = y;
            c += TLane.Count;
            bias = bias == null ? null : bias + TLane.Count;
        }

        x *= alpha;
        if (accumulate)
        {
            x += TLane.LoadPartial(c, rest, mask);
        }

        if (bias != null)
        {
            x += TLane.LoadPartial(bias, rest, mask);
        }

        x.StorePartial(c, rest, mask);
    }
}
