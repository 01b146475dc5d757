using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>
/// C = C·[Accumulate] + alpha · op(A) op(B) + bias·1ᵀ, where op transposes or not. All matrices are column-major.
/// </summary>
/// <remarks>
/// <para>C is m×n, op(A) m×k, op(B) k×n. A leading dimension counts the elements from one column to the next, and the memory of a matrix
/// with c columns is c times its leading dimension: A, not transposed, may be read (never used) up to there.</para>
/// <para>C must not overlap A or B. Nothing but the m×n elements of C is written. If Accumulate is false, C is not read.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct Product<T>
    where T : unmanaged
{
    /// <summary>Rows of C and of op(A).</summary>
    public int M;

    /// <summary>Columns of C and of op(B).</summary>
    public int N;

    /// <summary>Columns of op(A), rows of op(B).</summary>
    public int K;

    /// <summary>A, stored m×k, or k×m if <see cref="TransposeA"/>.</summary>
    public T* A;

    /// <summary>The leading dimension of A.</summary>
    public nint Lda;

    public bool TransposeA;

    /// <summary>B, stored k×n, or n×k if <see cref="TransposeB"/>.</summary>
    public T* B;

    /// <summary>The leading dimension of B.</summary>
    public nint Ldb;

    public bool TransposeB;

    /// <summary>C, m×n.</summary>
    public T* C;

    /// <summary>The leading dimension of C.</summary>
    public nint Ldc;

    public T Alpha;

    /// <summary>Whether the product is added to C (beta = 1) or replaces it (beta = 0).</summary>
    public bool Accumulate;

    /// <summary>Whether B may have many zeros, which are then skipped where it is faster, by <c>Multiply</c>, not by members of a team that meet. The result is the same where A is finite: <see cref="ZeroSkippingProduct{TLane, T}"/>.</summary>
    public bool SkipsZeros;

    /// <summary>m elements that are added to every column of C after the product, or null.</summary>
    public T* Bias;
}
