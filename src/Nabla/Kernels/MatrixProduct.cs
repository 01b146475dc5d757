using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The matrix product around the micro-kernel: C is cut into tiles, k into blocks, and what would be read badly is copied first.
/// </summary>
/// <remarks>
/// How k is cut depends on k alone, so an element of C comes out the same to the last bit whatever the other sizes are: the same for
/// one sample as for a batch, the same for any division of C among threads.
/// </remarks>
internal static unsafe class MatrixProduct<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    /// <summary>The steps of k that are summed before C is touched: a tile's part of B then stays in the first cache.</summary>
    private const int LargestK = 512;

    /// <summary>The columns of B that are copied at a time.</summary>
    private const int PackedColumns = 96;

    /// <summary>From this many multiplications on, the copies cost less than the reading in place.</summary>
    private const long PackingPays = 28L * 512 * 512;

    /// <summary>The most that an epilogue gets at once, so that it finds C and what it reads beside it in a first cache of 32 KB or more.</summary>
    private const int BlockBytes = 24 * 1024;

    private static int TileRows => 2 * TLane.Count;

    /// <summary>The rows of A that are copied at a time, about half of the second cache.</summary>
    private static int PackedRows => 384;

    /// <summary>The elements of scratch that a product needs.</summary>
    public static long ScratchLength(int m, int n, int k)
    {
        int depth = Depth(k);
        long rows = (long)RoundUp(Math.Min(m, PackedRows), TileRows) * depth;
        return Packs(m, n, k) ? rows + (long)PackedColumns * depth : rows;
    }

    /// <summary>Computes the product.</summary>
    public static void Multiply(in Product<T> p, T* scratch) => Multiply(p, scratch, 0, p.M, 0, p.N, null);

    /// <summary>Computes some rows and some columns of C, and runs the epilogue on its blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in Product<T> p, T* scratch, int row, int rows, int column, int columns, BlockEpilogue? epilogue)
    {
        if (rows <= 0 || columns <= 0)
        {
            return;
        }

        bool packs = Packs(rows, columns, p.K);
        bool packsA = packs || p.TransposeA || row + RoundUp(rows, TLane.Count) > p.Lda;
        int depth = Depth(p.K);
        int height = packsA ? PackedRows : epilogue != null ? BlockRows(columns) : rows;
        Strip<T> strip = default;
        strip.Alpha = p.Alpha;
        strip.Ldc = p.Ldc;
        int start = 0;
        do
        {
            int k = Math.Min(depth, p.K - start);
            strip.K = k;
            strip.Accumulate = p.Accumulate || start > 0;
            for (int i = row; i < row + rows; i += height)
            {
                int count = Math.Min(height, row + rows - i);
                strip.Rows = count;
                strip.Bias = p.Bias != null && start + k == p.K ? p.Bias + i : null;
                T* free = scratch;
                if (packsA)
                {
                    Packing<TLane, T>.Rows(p, i, count, start, k, scratch);
                    strip.A = scratch;
                    strip.AStep = TileRows;
                    strip.ATile = (nint)TileRows * k;
                    free += (nint)RoundUp(count, TileRows) * k;
                }
                else
                {
                    strip.A = p.A + i + start * p.Lda;
                    strip.AStep = p.Lda;
                    strip.ATile = TileRows;
                }

                strip.C = p.C + i;
                Columns(p, ref strip, start, column, columns, packs ? free : null, i, start + k == p.K ? epilogue : null);
            }

            start += k;
        }
        while (start < p.K);
    }

    /// <summary>Some columns of C over the rows, from <paramref name="row"/> on, and the steps of k that the strip names.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns(in Product<T> p, ref Strip<T> strip, int start, int column, int columns, T* copy, int row, BlockEpilogue? epilogue)
    {
        int tiles = (columns + TLane.TileColumns - 1) / TLane.TileColumns;
        int narrow = columns / tiles;
        int wide = columns % tiles;
        int end = column + columns;
        int copied = 0;
        int block = column;
        int wanted = Math.Max(1, BlockBytes / sizeof(T) / strip.Rows - narrow);
        strip.BColumn = p.TransposeB ? 1 : p.Ldb;
        strip.BRow = p.TransposeB ? p.Ldb : 1;
        T* b = p.B + start * strip.BRow;
        T* c = strip.C;
        for (int tile = 0; tile < tiles; tile++)
        {
            int width = tile < wide ? narrow + 1 : narrow;
            if (copy != null && column + width > copied)
            {
                int count = Math.Min(PackedColumns, end - column);
                strip.BColumn = p.TransposeB ? 1 : strip.K;
                strip.BRow = p.TransposeB ? PackedColumns : 1;
                Packing<TLane, T>.Columns(p, column, count, start, strip.K, p.TransposeB ? PackedColumns : strip.K, copy);
                copied = column + count;
                b = copy - column * strip.BColumn;
            }

            strip.B = b + column * strip.BColumn;
            strip.C = c + column * p.Ldc;
            Dispatch(ref strip, width);
            column += width;
            if (epilogue != null && (column - block >= wanted || column == end))
            {
                epilogue.Run(row, strip.Rows, block, column - block);
                block = column;
            }
        }
    }

    private static void Dispatch(ref Strip<T> strip, int columns)
    {
        switch (columns)
        {
            case 1: Run<One>(ref strip); break;
            case 2: Run<Two>(ref strip); break;
            case 3: Run<Three>(ref strip); break;
            case 4: Run<Four>(ref strip); break;
            case 5: Run<Five>(ref strip); break;
            case 6: Run<Six>(ref strip); break;
            default: DispatchWide(ref strip, columns); break;
        }
    }

    private static void DispatchWide(ref Strip<T> strip, int columns)
    {
        if (TLane.TileColumns < 12)
        {
            return;
        }

        switch (columns)
        {
            case 7: Run<Seven>(ref strip); break;
            case 8: Run<Eight>(ref strip); break;
            case 9: Run<Nine>(ref strip); break;
            case 10: Run<Ten>(ref strip); break;
            case 11: Run<Eleven>(ref strip); break;
            default: Run<Twelve>(ref strip); break;
        }
    }

    /// <summary>The tiles of a strip, from the first row to the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TColumns>(ref Strip<T> strip)
        where TColumns : struct, IConstant
    {
        T* a = strip.A;
        T* c = strip.C;
        T* bias = strip.Bias;
        int rows = strip.Rows;
        if (TColumns.Value == 1)
        {
            for (; rows >= 4 * TileRows; rows -= 4 * TileRows)
            {
                MicroKernel<TLane, T>.RunTall(ref strip, a, c, bias);
                a += 4 * strip.ATile;
                c += 4 * TileRows;
                bias = bias == null ? null : bias + 4 * TileRows;
            }
        }

        for (; rows > 0; rows -= TileRows)
        {
            if (rows > TLane.Count)
            {
                MicroKernel<TLane, T>.Run<Two, TColumns>(ref strip, a, c, bias, Math.Min(rows, TileRows));
            }
            else
            {
                MicroKernel<TLane, T>.Run<One, TColumns>(ref strip, a, c, bias, rows);
            }

            a += strip.ATile;
            c += TileRows;
            bias = bias == null ? null : bias + TileRows;
        }
    }

    /// <summary>One member's part of the product: a share of the rows or of the columns of C, whichever are more.</summary>
    public static void MultiplyPart(in Product<T> p, T* scratch, int member, int members)
    {
        if (p.M >= p.N)
        {
            (int row, int rows) = Share(p.M, TileRows, member, members);
            Multiply(p, scratch, row, rows, 0, p.N, null);
        }
        else
        {
            (int column, int columns) = Share(p.N, TLane.TileColumns, member, members);
            Multiply(p, scratch, 0, p.M, column, columns, null);
        }
    }

    /// <summary>A member's share of n in whole tiles.</summary>
    private static (int Start, int Count) Share(int n, int tile, int member, int members)
    {
        long tiles = (n + tile - 1) / tile;
        int start = (int)Math.Min(n, tiles * member / members * tile);
        int end = (int)Math.Min(n, tiles * (member + 1) / members * tile);
        return (start, end - start);
    }

    private static bool Packs(int m, int n, int k) => (long)m * n * k >= PackingPays;

    /// <summary>k in equal blocks of at most <see cref="LargestK"/>.</summary>
    private static int Depth(int k)
    {
        int blocks = Math.Max(1, (k + LargestK - 1) / LargestK);
        return (k + blocks - 1) / blocks;
    }

    /// <summary>How many rows a block of a tile's columns may have.</summary>
    private static int BlockRows(int columns) =>
        Math.Max(1, BlockBytes / sizeof(T) / Math.Min(columns, TLane.TileColumns) / (4 * TileRows)) * 4 * TileRows;

    private static int RoundUp(int x, int multiple) => (x + multiple - 1) / multiple * multiple;
}
