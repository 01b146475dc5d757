using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Large products: k is cut into blocks; a block of B is copied once and read by all rows of C, a block of A is copied into the second
/// cache and multiplied by one tile's columns of B after the other, which stay in the first (the order of GotoBLAS and BLIS).
/// </summary>
internal static unsafe class PackedProduct<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    /// <summary>The columns of B that are copied at a time, some megabytes: they are read from the third cache, once for each block of A.</summary>
    private const int LargestColumns = 2048;

    /// <summary>
    /// The rows of A that are copied at a time, with all of a block of k half of a second cache: 1 MB where there is AVX-512, else 512 KB.
    /// </summary>
    private static int LargestRows => (TLane.Count * sizeof(T) > 32 ? 512 : 256) * 1024 / (MatrixProduct<TLane, T>.LargestK * sizeof(T));

    /// <summary>The elements of the copy of A, one for each member of a crew.</summary>
    public static long RowsLength(int m, int k) =>
        (long)Math.Min(Blocks.RoundUp(m, 2 * TLane.Count), LargestRows) * MatrixProduct<TLane, T>.Depth(k);

    /// <summary>The elements of the copy of B, one for all members.</summary>
    public static long ColumnsLength(int n, int k) => (long)Math.Min(n, LargestColumns) * MatrixProduct<TLane, T>.Depth(k);

    /// <summary>Computes a rectangle of C; the members of a crew have the same columns.</summary>
    /// <remarks>
    /// The blocks of B go into two places in turn, so that a crew meets once for each: who copies into a place again has met those who read
    /// from it before. A thread on its own may use one place twice.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in Product<T> p, T* rowsCopy, T* columnsCopy, T* nextColumnsCopy, Crew crew, in Area area, BlockEpilogue? epilogue)
    {
        int depth = MatrixProduct<TLane, T>.Depth(p.K);
        Blocks wide = new(area.Columns, LargestColumns);
        Blocks high = new(Blocks.Ceiling(area.Rows, 2 * TLane.Count), LargestRows / (2 * TLane.Count));
        Strip<T> strip = default;
        strip.Alpha = p.Alpha;
        strip.Ldc = p.Ldc;
        strip.AStep = 2 * TLane.Count;
        for (int block = 0; block < wide.Count; block++)
        {
            int column = area.Column + wide.Start(block);
            Blocks tiles = new(wide.Length(block), TLane.TileColumns);
            for (int start = 0; start < p.K; start += depth)
            {
                int k = Math.Min(depth, p.K - start);
                Packing<TLane, T>.Columns(p, column, tiles, crew.Share(tiles.Count), start, k, columnsCopy);
                crew.Meet();
                strip.K = k;
                strip.ATile = (nint)(2 * TLane.Count) * k;
                strip.A = rowsCopy;
                strip.BColumn = p.TransposeB ? 1 : k;
                strip.BRow = 1;
                strip.BTile = k;
                strip.BPanels = p.TransposeB;
                strip.Accumulate = p.Accumulate || start > 0;
                strip.Prefetches = true;
                bool last = start + k == p.K;
                for (int i = 0; i < high.Count; i++)
                {
                    int row = area.Row + high.Start(i) * 2 * TLane.Count;
                    int rows = Math.Min(high.Length(i) * 2 * TLane.Count, area.Row + area.Rows - row);
                    Packing<TLane, T>.Rows(p, row, rows, start, k, rowsCopy);
                    strip.Rows = rows;
                    strip.B = columnsCopy;
                    strip.Bias = p.Bias != null && last ? p.Bias + row : null;
                    strip.C = p.C + row + column * p.Ldc;
                    Tiles<TLane, T>.Run(ref strip, tiles, last ? epilogue : null, row, column);
                }

                T* copied = columnsCopy;
                columnsCopy = nextColumnsCopy;
                nextColumnsCopy = copied;
            }
        }
    }
}
