using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Kernels;

/// <summary>
/// The numeric kernels for one type of element and one instruction set. Matrices are column-major; a leading dimension counts the
/// elements from one column to the next and is at least the number of rows. Nothing here allocates memory.
/// </summary>
/// <remarks>
/// What a kernel writes is exactly what it is said to write: neither the elements between the last row and the leading dimension nor
/// anything around the matrix. Where y may be x, both are the same memory or do not overlap. An element's result does not depend on
/// where in its buffer it lies, except in sums, whose order is fixed by the size.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal abstract unsafe class KernelSet<T>
    where T : unmanaged
{
    /// <summary>The instruction set.</summary>
    public abstract KernelPath Path { get; }

    /// <summary>The instruction set's name on the command line: portable, neon, avx2 or avx512.</summary>
    public abstract string Name { get; }

    /// <summary>The multiple to which a leading dimension is best rounded up: 64 bytes. Other ones are right but slower.</summary>
    public abstract int RowAlignment { get; }

    /// <summary>How many elements of scratch a product of these sizes needs; over a team, that for each member.</summary>
    public abstract long ScratchLength(int m, int n, int k, bool transposeA, bool transposeB);

    /// <summary>C = C·[Accumulate] + alpha · op(A) op(B) + bias·1ᵀ.</summary>
    /// <remarks>An element comes out the same to the last bit whatever m, n and the leading dimensions are.</remarks>
    public abstract void Multiply(in Product<T> product, T* scratch);

    /// <summary>
    /// Some rows and columns of C, with the same bits as in the whole product. As soon as the elements of a block are final (all of k,
    /// alpha, the sum with C and the bias are done) and while they are in the first cache, the epilogue runs on it, once for each element.
    /// </summary>
    /// <remarks>
    /// A block is a part of the rectangle of at most 24 KB: all rows, as far as they are few, and some columns. Rows from
    /// multiples of <see cref="RowAlignment"/> on are read fastest.
    /// </remarks>
    public abstract void Multiply(in Product<T> product, T* scratch, int row, int rows, int column, int columns, BlockEpilogue? epilogue);

    /// <summary>The same product, with the same bits, by all members of a team.</summary>
    public abstract void Multiply(in Product<T> product, T* scratch, ThreadTeam team);

    /// <summary>
    /// The same product, with the same bits, by threads that run already: each member calls this once, and they may wait for each other.
    /// The epilogue runs on the blocks of the member's own part, which is all rows of some columns or all columns of some rows. Before the
    /// scratch is used again, all members must have returned.
    /// </summary>
    /// <param name="product">The product.</param>
    /// <param name="scratch">Scratch for all members, one after the other.</param>
    /// <param name="member">The caller's number, from 0.</param>
    /// <param name="members">How many call this.</param>
    /// <param name="meeting">Zeros at first, then only used by these members; it does not move.</param>
    /// <param name="epilogue">The member's own epilogue, or null. It must not throw: the others would wait for ever.</param>
    public abstract void MultiplyShare(
        in Product<T> product, T* scratch, int member, int members, Rendezvous* meeting, BlockEpilogue? epilogue);

    /// <summary>The loop of an elementwise function. It is made once, when a plan is made.</summary>
    public abstract UnaryKernel<T> Unary(Function function);

    /// <summary>
    /// All steps of a chain for the elements of a block, with registers of <see cref="Chain{T}.Piece"/> elements each. What lies between the last row
    /// and the next column may be written too.
    /// </summary>
    public abstract void Run(Chain<T> chain, T* registers, int row, int rows, int column, int columns);

    /// <summary>y = alpha · X·1, y of as many elements as X has rows.</summary>
    public abstract void RowSums(T alpha, T* x, T* y, int rows, int columns, nint ldx);

    /// <summary>y = alpha · 1ᵀX, y a row: one element every <paramref name="ldy"/>.</summary>
    public abstract void ColumnSums(T alpha, T* x, T* y, int rows, int columns, nint ldx, nint ldy);

    /// <summary>1ᵀX·1.</summary>
    public abstract T Sum(T* x, int rows, int columns, nint ldx);

    /// <summary>‖X‖², the sum of the squares of all elements.</summary>
    public abstract T SumOfSquares(T* x, int rows, int columns, nint ldx);

    /// <summary>⟨X, Y⟩, the sum of the products of all elements.</summary>
    public abstract T Dot(T* x, T* y, int rows, int columns, nint ldx, nint ldy);

    /// <summary>Y = Xᵀ, X rows × columns; Y must not overlap X.</summary>
    public abstract void Transpose(T* x, T* y, int rows, int columns, nint ldx, nint ldy);

    /// <summary>softmax of every column; Y may be X. There is at least one row.</summary>
    public abstract void Softmax(T* x, T* y, int rows, int columns, nint ldx, nint ldy);

    /// <summary>log softmax of every column; Y may be X. There is at least one row.</summary>
    public abstract void LogSoftmax(T* x, T* y, int rows, int columns, nint ldx, nint ldy);

    /// <summary>log Σ exp of every column, y a row: one element every <paramref name="ldy"/>. There is at least one row.</summary>
    public abstract void LogSumExp(T* x, T* y, int rows, int columns, nint ldx, nint ldy);

    /// <summary>Multiplies and adds in registers only, in as many independent chains as hide the latency, and puts the results into one vector.</summary>
    /// <returns>The number of floating-point operations, two for each element of a multiply-add.</returns>
    public abstract double RunChains(int rounds, T* sums);
}
