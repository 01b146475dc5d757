using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The matrix product around the micro-kernel: C is cut into tiles, k into blocks, and what would be read badly is copied first.
/// </summary>
/// <remarks>
/// How k is cut depends on k alone, so an element of C comes out the same to the last bit whatever the other sizes are: the same for
/// one sample as for a batch, the same for any division of C among threads. Where zeros are skipped, that holds for finite numbers: see <see cref="ZeroSkippingProduct{TLane, T}"/>.
/// </remarks>
internal static unsafe class MatrixProduct<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    /// <summary>The steps of k that are summed before C is touched: a tile's part of B then stays in the first cache.</summary>
    public const int LargestK = 512;

    /// <summary>From this many multiplications on (300³), the copies cost less than the reading in place.</summary>
    private const long PackingPays = 300L * 300 * 300;

    /// <summary>The rows of A that are copied at a time where only A has to be.</summary>
    private const int CopiedRows = 128;

    private static int TileRows => 2 * TLane.Count;

    /// <summary>The elements of scratch that a product needs.</summary>
    public static long ScratchLength(int m, int n, int k) => Packs(m, n, k)
        ? Math.Max(PackedProduct<TLane, T>.RowsLength(m, k) + PackedProduct<TLane, T>.ColumnsLength(n, k), CopyLength(m, k))
        : CopyLength(m, k);

    /// <summary>Computes the product.</summary>
    public static void Multiply(in Product<T> p, T* scratch) => Multiply(p, scratch, new(0, p.M, 0, p.N), null);

    /// <summary>Computes a rectangle of C, and runs the epilogue on its blocks.</summary>
    public static void Multiply(in Product<T> p, T* scratch, in Area area, BlockEpilogue? epilogue)
    {
        if (area.Rows <= 0 || area.Columns <= 0)
        {
            return;
        }

        if (p.SkipsZeros && ZeroSkippingProduct<TLane, T>.Pays(p, area))
        {
            ZeroSkippingProduct<TLane, T>.Multiply(p, area, epilogue);
        }
        else if (area.Rows <= TileRows && area.Columns <= TLane.TileColumns && p.K <= LargestK)
        {
            MultiplyTile(p, scratch, area);
            epilogue?.Run(area.Row, area.Rows, area.Column, area.Columns);
        }
        else if (Packs(area.Rows, area.Columns, p.K))
        {
            T* columnsCopy = scratch + PackedProduct<TLane, T>.RowsLength(p.M, p.K);
            PackedProduct<TLane, T>.Multiply(p, scratch, columnsCopy, columnsCopy, Crew.Alone, area, epilogue);
        }
        else
        {
            MultiplyInPlace(p, scratch, area, epilogue);
        }
    }

    /// <summary>A product of a single tile, on the shortest way: it takes some ten nanoseconds.</summary>
    [SkipLocalsInit]
    private static void MultiplyTile(in Product<T> p, T* scratch, in Area area)
    {
        Unsafe.SkipInit(out Strip<T> strip);
        strip.Rows = area.Rows;
        strip.K = p.K;
        strip.Alpha = p.Alpha;
        strip.Accumulate = p.Accumulate;
        strip.Prefetches = false;
        strip.Bias = p.Bias == null ? null : p.Bias + area.Row;
        strip.Ldc = p.Ldc;
        strip.C = p.C + area.Row + area.Column * p.Ldc;
        strip.BColumn = p.TransposeB ? 1 : p.Ldb;
        strip.BRow = p.TransposeB ? p.Ldb : 1;
        strip.B = p.B + area.Column * strip.BColumn;
        if (CopiesA(p, area))
        {
            Packing<TLane, T>.Rows(p, area.Row, area.Rows, 0, p.K, scratch);
            strip.A = scratch;
            strip.AStep = TileRows;
        }
        else
        {
            strip.A = p.A + area.Row;
            strip.AStep = p.Lda;
        }

        Tiles<TLane, T>.Column(ref strip, area.Columns);
    }

    /// <summary>B is read where it is, and so is A if its rows are next to each other and full vectors of them may be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyInPlace(in Product<T> p, T* scratch, in Area area, BlockEpilogue? epilogue)
    {
        bool copies = CopiesA(p, area);
        int depth = Depth(p.K);
        int height = copies ? CopiedRows : epilogue != null ? BlockRows(area.Columns) : area.Rows;
        Strip<T> strip = default;
        strip.Alpha = p.Alpha;
        strip.Ldc = p.Ldc;
        strip.BColumn = p.TransposeB ? 1 : p.Ldb;
        strip.BRow = p.TransposeB ? p.Ldb : 1;
        strip.BTile = strip.BColumn;
        Blocks tiles = new(area.Columns, TLane.TileColumns);
        int start = 0;
        do
        {
            int k = Math.Min(depth, p.K - start);
            strip.K = k;
            strip.Accumulate = p.Accumulate || start > 0;
            for (int i = area.Row; i < area.Row + area.Rows; i += height)
            {
                int count = Math.Min(height, area.Row + area.Rows - i);
                strip.Rows = count;
                strip.Bias = p.Bias != null && start + k == p.K ? p.Bias + i : null;
                if (copies)
                {
                    Packing<TLane, T>.Rows(p, i, count, start, k, scratch);
                    strip.A = scratch;
                    strip.AStep = TileRows;
                    strip.ATile = (nint)TileRows * k;
                }
                else
                {
                    strip.A = p.A + i + start * p.Lda;
                    strip.AStep = p.Lda;
                    strip.ATile = TileRows;
                }

                strip.B = p.B + start * strip.BRow + area.Column * strip.BColumn;
                strip.C = p.C + i + area.Column * p.Ldc;
                Tiles<TLane, T>.Run(ref strip, tiles, start + k == p.K ? epilogue : null, i, area.Column);
            }

            start += k;
        }
        while (start < p.K);
    }

    /// <summary>
    /// One member's part of the product: some rows of C, or some columns where that divides the work better. Rows are preferred, because then
    /// all members read one copy of B, of which each makes a part.
    /// </summary>
    /// <param name="p">The product.</param>
    /// <param name="scratch">The scratch of all members, <see cref="ScratchLength"/> for each.</param>
    /// <param name="member">The member.</param>
    /// <param name="members">How many there are; all of them call this.</param>
    /// <param name="meeting">Where they wait for each other.</param>
    /// <param name="epilogue">What is done with blocks of C, or null.</param>
    public static void MultiplyShare(in Product<T> p, T* scratch, int member, int members, Rendezvous* meeting, BlockEpilogue? epilogue)
    {
        nint stride = (nint)ScratchLength(p.M, p.N, p.K);
        if (LargestShare(p.M, TileRows, members) > LargestShare(p.N, TLane.TileColumns, members))
        {
            (int column, int columns) = Share(p.N, TLane.TileColumns, member, members);
            Multiply(p, scratch + member * stride, new(0, p.M, column, columns), epilogue);
            return;
        }

        (int row, int rows) = Share(p.M, TileRows, member, members);
        if (Packs(p.M, p.N, p.K))
        {
            T* columnsCopy = scratch + PackedProduct<TLane, T>.RowsLength(p.M, p.K);
            T* nextColumnsCopy = members > 1 ? columnsCopy + stride : columnsCopy;
            PackedProduct<TLane, T>.Multiply(
                p, scratch + member * stride, columnsCopy, nextColumnsCopy, new(member, members, meeting), new(row, rows, 0, p.N), epilogue);
        }
        else
        {
            Multiply(p, scratch + member * stride, new(row, rows, 0, p.N), epilogue);
        }
    }

    /// <summary>The largest part of n that one member gets.</summary>
    private static double LargestShare(int n, int tile, int members)
    {
        int tiles = Blocks.Ceiling(n, tile);
        return Math.Min(n, Blocks.Ceiling(tiles, members) * tile) / (double)n;
    }

    /// <summary>A member's share of n in whole tiles.</summary>
    private static (int Start, int Count) Share(int n, int tile, int member, int members)
    {
        long tiles = (n + tile - 1) / tile;
        int start = (int)Math.Min(n, tiles * member / members * tile);
        int end = (int)Math.Min(n, tiles * (member + 1) / members * tile);
        return (start, end - start);
    }

    /// <summary>Whether A cannot be read in full vectors where it is.</summary>
    private static bool CopiesA(in Product<T> p, in Area area) =>
        p.TransposeA || area.Row + Blocks.RoundUp(area.Rows, TLane.Count) > p.Lda;

    private static bool Packs(int m, int n, int k) => (long)m * n * k >= PackingPays;

    private static long CopyLength(int m, int k) => (long)Blocks.RoundUp(Math.Min(m, CopiedRows), TileRows) * Depth(k);

    /// <summary>k in equal blocks of at most <see cref="LargestK"/>.</summary>
    public static int Depth(int k)
    {
        int blocks = Math.Max(1, (k + LargestK - 1) / LargestK);
        return (k + blocks - 1) / blocks;
    }

    /// <summary>How many rows a block of a tile's columns may have.</summary>
    private static int BlockRows(int columns) =>
        Math.Max(1, Tiles<TLane, T>.BlockBytes / sizeof(T) / Math.Min(columns, TLane.TileColumns) / (4 * TileRows)) * 4 * TileRows;
}
