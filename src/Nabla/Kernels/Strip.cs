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

    public T* C;

    public nint Ldc;

    public T Alpha;

    public bool Accumulate;

    /// <summary>The bias of the strip's first row, or null.</summary>
    public T* Bias;
}
