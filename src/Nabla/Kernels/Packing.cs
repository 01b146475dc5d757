using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Copies of parts of A and B in the order in which the micro-kernel reads them.</summary>
internal static unsafe class Packing<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    /// <summary>
    /// Some rows of op(A) in panels of two vectors: for each of the k steps, the panel's rows. Rows beyond the last are undefined.
    /// </summary>
    public static void Rows(in Product<T> p, int row, int rows, int start, int k, T* panels)
    {
        int height = 2 * TLane.Count;
        int full = 0;
        if (!p.TransposeA)
        {
            full = rows / height;
            FullPanels(p.A + row + start * p.Lda, panels, full, k, p.Lda);
        }

        for (int i = full * height; i < rows; i += height)
        {
            int count = Math.Min(height, rows - i);
            T* panel = panels + (nint)i * k;
            if (p.TransposeA)
            {
                Transposition<T>.Run(p.A + start + (row + i) * p.Lda, panel, k, count, p.Lda, height);
            }
            else
            {
                Copy(p.A + row + i + start * p.Lda, panel, count, k, p.Lda, height);
            }
        }
    }

    /// <summary>
    /// Some tiles' columns of op(B), the tiles k elements apart for each of their columns: a column's elements in a row if B is not transposed, else for each of
    /// the k steps the tile's elements in a row.
    /// </summary>
    public static void Columns(in Product<T> p, int column, Blocks tiles, (int First, int End) share, int start, int k, T* copy)
    {
        int first = tiles.Start(share.First);
        if (p.TransposeB)
        {
            for (int tile = share.First; tile < share.End; tile += 8)
            {
                ColumnPanels(p.B + column + start * p.Ldb, p.Ldb, tiles, tile, Math.Min(share.End, tile + 8), k, copy);
            }
        }
        else
        {
            Copy(p.B + start + (column + first) * p.Ldb, copy + (nint)first * k, k, tiles.Start(share.End) - first, p.Ldb, k);
        }
    }

    /// <summary>Some tiles of B's rows together: what lies in a row is read in a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ColumnPanels(T* source, nint ld, Blocks tiles, int first, int end, int k, T* copy)
    {
        for (int i = 0; i < k; i++)
        {
            for (int tile = first; tile < end; tile++)
            {
                int start = tiles.Start(tile);
                int width = tiles.Length(tile);
                T* from = source + start;
                T* to = copy + (nint)start * k + i * width;
                int j = 0;
                for (; j <= width - 4; j += 4)
                {
                    Unsafe.CopyBlockUnaligned(to + j, from + j, (uint)(4 * sizeof(T)));
                }

                for (; j < width; j++)
                {
                    to[j] = from[j];
                }
            }

            source += ld;
        }
    }

    /// <summary>
    /// Full panels, four at a time: a column's part is then some cache lines in a row, which are read faster than lines far apart.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FullPanels(T* source, T* target, int panels, int columns, nint ld)
    {
        int height = 2 * TLane.Count;
        nint size = (nint)height * columns;
        for (int panel = 0; panel < panels; panel += 4)
        {
            int group = Math.Min(4, panels - panel);
            for (int j = 0; j < columns; j++)
            {
                T* from = source + j * ld;
                T* to = target + j * height;
                Prefetch.Line(from + 8 * ld);
                Prefetch.Line(from + 8 * ld + 2 * height);
                for (int i = 0; i < group; i++)
                {
                    TLane x = TLane.Load(from);
                    TLane y = TLane.Load(from + TLane.Count);
                    x.Store(to);
                    y.Store(to + TLane.Count);
                    from += height;
                    to += size;
                }
            }

            source += 4 * height;
            target += 4 * size;
        }
    }

    private static void Copy(T* source, T* target, int rows, int columns, nint lds, nint ldt)
    {
        for (int j = 0; j < columns; j++)
        {
            Buffer.MemoryCopy(source, target, (long)rows * sizeof(T), (long)rows * sizeof(T));
            source += lds;
            target += ldt;
        }
    }
}
