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
        for (int i = 0; i < rows; i += height)
        {
            int count = Math.Min(height, rows - i);
            if (p.TransposeA)
            {
                Transposition<T>.Run(p.A + start + (row + i) * p.Lda, panels, k, count, p.Lda, height);
            }
            else
            {
                Panel(p.A + row + i + start * p.Lda, panels, count, k, p.Lda);
            }

            panels += (nint)height * k;
        }
    }

    /// <summary>Some columns of op(B): B's columns if B is not transposed, else its rows, <paramref name="count"/> at most apart.</summary>
    public static void Columns(in Product<T> p, int column, int count, int start, int k, int ld, T* copy)
    {
        if (p.TransposeB)
        {
            Panels(p.B + column + start * p.Ldb, copy, count, k, p.Ldb, ld);
        }
        else
        {
            Panels(p.B + start + column * p.Ldb, copy, k, count, p.Ldb, ld);
        }
    }

    private static void Panel(T* source, T* target, int rows, int columns, nint ld)
    {
        int height = 2 * TLane.Count;
        if (rows == height)
        {
            for (int j = 0; j < columns; j++)
            {
                TLane x = TLane.Load(source);
                TLane y = TLane.Load(source + TLane.Count);
                x.Store(target);
                y.Store(target + TLane.Count);
                source += ld;
                target += height;
            }
        }
        else
        {
            Panels(source, target, rows, columns, ld, height);
        }
    }

    private static void Panels(T* source, T* target, int rows, int columns, nint lds, nint ldt)
    {
        for (int j = 0; j < columns; j++)
        {
            Buffer.MemoryCopy(source, target, (long)rows * sizeof(T), (long)rows * sizeof(T));
            source += lds;
            target += ldt;
        }
    }
}
