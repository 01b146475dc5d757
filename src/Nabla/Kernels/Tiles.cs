using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Some rows and columns of C, tile by tile: the columns of a tile from the first row to the last, then the next ones.</summary>
internal static unsafe class Tiles<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    /// <summary>The most that an epilogue gets at once, so that it finds C and what it reads beside it in a first cache of 32 KB or more.</summary>
    public const int BlockBytes = 24 * 1024;

    private static int Height => 2 * TLane.Count;

    /// <summary>All tiles; the epilogue runs on the columns that are done whenever they are many enough.</summary>
    /// <param name="strip">The first tile's part of A, B and C.</param>
    /// <param name="tiles">How the columns are cut.</param>
    /// <param name="epilogue">What is done with the final elements, or null.</param>
    /// <param name="row">The first row.</param>
    /// <param name="column">The first column.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ref Strip<T> strip, Blocks tiles, BlockEpilogue? epilogue, int row, int column)
    {
        int most = BlockBytes / sizeof(T);
        int done = 0;
        int block = 0;
        for (int tile = 0; tile < tiles.Count; tile++)
        {
            int width = tiles.Length(tile);
            strip.BRow = strip.BPanels ? width : strip.BRow;
            Column(ref strip, width);
            strip.B += width * strip.BTile;
            strip.C += width * strip.Ldc;
            done += width;
            if (epilogue != null && ((done + width - block) * (long)strip.Rows > most || tile == tiles.Count - 1))
            {
                epilogue.Run(row, strip.Rows, column + block, done - block);
                block = done;
            }
        }
    }

    /// <summary>The tiles of some columns, at most as many as a tile may have.</summary>
    public static void Column(ref Strip<T> strip, int columns)
    {
        switch (columns)
        {
            case 1: Column<One>(ref strip); break;
            case 2: Column<Two>(ref strip); break;
            case 3: Column<Three>(ref strip); break;
            case 4: Column<Four>(ref strip); break;
            case 5: Column<Five>(ref strip); break;
            case 6: Column<Six>(ref strip); break;
            default: WideColumn(ref strip, columns); break;
        }
    }

    private static void WideColumn(ref Strip<T> strip, int columns)
    {
        if (TLane.TileColumns < 12)
        {
            return;
        }

        switch (columns)
        {
            case 7: Column<Seven>(ref strip); break;
            case 8: Column<Eight>(ref strip); break;
            case 9: Column<Nine>(ref strip); break;
            case 10: Column<Ten>(ref strip); break;
            case 11: Column<Eleven>(ref strip); break;
            default: Column<Twelve>(ref strip); break;
        }
    }

    /// <summary>From the first row to the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Column<TColumns>(ref Strip<T> strip)
        where TColumns : struct, IConstant
    {
        T* a = strip.A;
        T* c = strip.C;
        T* bias = strip.Bias;
        int rows = strip.Rows;
        if (TColumns.Value == 1)
        {
            for (; rows >= 4 * Height; rows -= 4 * Height)
            {
                MicroKernel<TLane, T>.RunTall(ref strip, a, c, bias);
                a += 4 * strip.ATile;
                c += 4 * Height;
                bias = bias == null ? null : bias + 4 * Height;
            }
        }

        byte* next = null;
        nint share = 0;
        if (strip.Prefetches)
        {
            next = (byte*)(strip.B + TColumns.Value * strip.BTile);
            share = (nint)TColumns.Value * strip.K * sizeof(T) / ((rows + Height - 1) / Height);
        }

        for (; rows > 0; rows -= Height)
        {
            for (byte* end = next + share; next < end; next += 64)
            {
                Prefetch.LineLater(next);
            }

            if (rows >= Height)
            {
                MicroKernel<TLane, T>.Run<Two, TColumns>(ref strip, a, c, bias);
            }
            else if (rows == TLane.Count)
            {
                MicroKernel<TLane, T>.Run<One, TColumns>(ref strip, a, c, bias);
            }
            else if (rows > TLane.Count)
            {
                Edge<Two, TColumns>(ref strip, a, c, bias, rows);
            }
            else
            {
                Edge<One, TColumns>(ref strip, a, c, bias, rows);
            }

            a += strip.ATile;
            c += Height;
            bias = bias == null ? null : bias + Height;
        }
    }

    /// <summary>A tile whose last vector is not full, in two parts if it is wide.</summary>
    private static void Edge<TVectors, TColumns>(ref Strip<T> strip, T* a, T* c, T* bias, int rows)
        where TVectors : struct, IConstant
        where TColumns : struct, IConstant
    {
        if (TColumns.Value <= 6)
        {
            EdgeKernel<TLane, T>.Run<TVectors, TColumns>(ref strip, a, strip.B, c, bias, rows);
            return;
        }

        EdgeKernel<TLane, T>.Run<TVectors, Six>(ref strip, a, strip.B, c, bias, rows);
        T* b = strip.B + 6 * strip.BColumn;
        c += 6 * strip.Ldc;
        switch (TColumns.Value - 6)
        {
            case 1: EdgeKernel<TLane, T>.Run<TVectors, One>(ref strip, a, b, c, bias, rows); break;
            case 2: EdgeKernel<TLane, T>.Run<TVectors, Two>(ref strip, a, b, c, bias, rows); break;
            case 3: EdgeKernel<TLane, T>.Run<TVectors, Three>(ref strip, a, b, c, bias, rows); break;
            case 4: EdgeKernel<TLane, T>.Run<TVectors, Four>(ref strip, a, b, c, bias, rows); break;
            case 5: EdgeKernel<TLane, T>.Run<TVectors, Five>(ref strip, a, b, c, bias, rows); break;
            default: EdgeKernel<TLane, T>.Run<TVectors, Six>(ref strip, a, b, c, bias, rows); break;
        }
    }
}
