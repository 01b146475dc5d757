using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>What the tiles of some columns of C have in common: where their parts of A and B lie, and how the result is stored.</summary>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct Strip<T>
    where T : unmanaged
{
    /// <summary>Rows of C below each other in this strip.</summary>
    public int Rows;

    /// <summary>Steps of the sum.</summary>
    public int K;

    /// <summary>The first tile's rows of A.</summary>
    public T* A;

    /// <summary>From one of the k steps to the next in A.</summary>
    public nint AStep;

    /// <summary>From one tile's rows of A to the next tile's.</summary>
    public nint ATile;

    public T* B;

    /// <summary>From one column of op(B) to the next.</summary>
    public nint BColumn;

    /// <summary>From one row of op(B), one of the k steps, to the next.</summary>
    public nint BRow;

    /// <summary>From one tile's part of B to the next tile's, for each of the tile's columns.</summary>
    public nint BTile;

    /// <summary>Whether B is a copy in which each of the k steps has the elements of one tile's columns: <see cref="BRow"/> is then the tile's width.</summary>
    public bool BPanels;

    /// <summary>Whether C is far from the processor and should be asked for before the sum begins.</summary>
    public bool Prefetches;

    public T* C;

    public nint Ldc;

    public T Alpha;

    public bool Accumulate;

    /// <summary>The bias of the strip's first row, or null.</summary>
    public T* Bias;
}
