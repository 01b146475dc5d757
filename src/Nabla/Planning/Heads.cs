using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>What an instruction begins with where it is more than a chain: a product or a reduction, written to a slot that the chain goes on from.</summary>
/// <param name="target">The slot that is written.</param>
/// <param name="sources">The slots that are read.</param>
internal abstract class Head<T>(Slot<T> target, params Slot<T>[] sources)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The slot that is written.</summary>
    public Slot<T> Target { get; private set; } = target;

    /// <summary>The slots that are read.</summary>
    public IReadOnlyList<Slot<T>> Sources { get; } = sources;

    /// <summary>How a team divides it.</summary>
    public abstract Split SplitFor(int batch);

    /// <summary>The multiplications with an addition each that it makes.</summary>
    public virtual long MultiplyAdds => 0;

    /// <summary>The elements of scratch that each member needs.</summary>
    public virtual long ScratchLength(KernelSet<T> kernels) => 0;

    /// <summary>Whether an element of the target needs of a source only the same column, so that members who divide by columns need not wait for each other.</summary>
    public abstract bool ReadsOwnColumnsOf(Slot<T> source);

    /// <summary>Writes to another slot of the same sizes, where nobody but the chain needs the value.</summary>
    public void Redirect(Slot<T> other) => Target = other;

    /// <summary>Computes a part, and lets the epilogue follow.</summary>
    public abstract void Run(KernelSet<T> kernels, Part part, int member, BlockEpilogue? epilogue);
}

/// <summary>C = alpha·op(A)·op(B) + bias 1ᵀ, or C += alpha·op(A)·op(B) in place of a parameter.</summary>
internal sealed unsafe class ProductHead<T> : Head<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Slot<T> a;
    private readonly Slot<T> b;
    private readonly Slot<T>? bias;
    private readonly Slot<T>? factor;
    private readonly T alpha;
    private readonly Workspace<T> workspace;
    private readonly bool isTurned;
    private Product<T> product;

    /// <summary>The product; <paramref name="factor"/> is a number that is read at each run, and makes the product add itself to the target.</summary>
    public ProductHead(
        Slot<T> target, (Slot<T> Slot, bool Transposed) a, (Slot<T> Slot, bool Transposed) b, T alpha, Workspace<T> workspace,
        Slot<T>? bias = null, Slot<T>? factor = null)
        : base(target, [a.Slot, b.Slot, .. new[] { bias, factor }.OfType<Slot<T>>()])
    {
        (this.a, this.b, this.bias, this.factor, this.alpha, this.workspace) = (a.Slot, b.Slot, bias, factor, alpha, workspace);
        product = new()
        {
            M = target.Rows,
            N = target.Columns,
            K = a.Transposed ? a.Slot.Rows : a.Slot.Columns,
            Lda = a.Slot.LeadingDimension,
            TransposeA = a.Transposed,
            Ldb = b.Slot.LeadingDimension,
            TransposeB = b.Transposed,
            Alpha = alpha,
            Accumulate = factor is not null,
        };
        isTurned = target.Rows == 1 && b.Transposed && bias is null && (a.Transposed || a.Slot.LeadingDimension == 1);
    }

    /// <summary>Whether the right operand is data, which may have many zeros.</summary>
    public bool SkipsZeros
    {
        get => product.SkipsZeros;
        init => product.SkipsZeros = value;
    }

    /// <summary>Whether it adds itself to its target instead of replacing it.</summary>
    public bool Accumulates => product.Accumulate;

    public override long MultiplyAdds => (long)product.M * product.N * product.K;

    /// <summary>
    /// Samples are divided where the columns are samples, so that a layer's members need not wait for each other; what is not is divided along
    /// its longer side.
    /// </summary>
    public override Split SplitFor(int batch) =>
        product.N == batch && batch > 1 && product.M <= 4L * product.N ? Split.Columns : product.N >= product.M ? Split.Columns : Split.Rows;

    public override long ScratchLength(KernelSet<T> kernels) =>
        kernels.ScratchLength(product.M, product.N, product.K, product.TransposeA, product.TransposeB);

    public override bool ReadsOwnColumnsOf(Slot<T> source) => source == b && !product.TransposeB && source != a && source != bias;

    public override void Run(KernelSet<T> kernels, Part part, int member, BlockEpilogue? epilogue)
    {
        if (isTurned && epilogue is null)
        {
            kernels.Multiply(Turned(Placed()), workspace.Of(member), part.Column, part.Columns, part.Row, part.Rows, null);
        }
        else
        {
            kernels.Multiply(Placed(), workspace.Of(member), part.Row, part.Rows, part.Column, part.Columns, epilogue);
        }
    }

    public override string ToString() =>
        $"{(Accumulates ? "multiply and add" : "multiply")}{(SkipsZeros ? " skipping zeros" : "")}{(bias is null ? "" : ", add bias")}";

    /// <summary>
    /// A row c = a Bᵀ as the column cᵀ = B aᵀ: both lie in memory one element after the other, and the kernel's vectors are full instead of one
    /// element long. The products and their order are the same, and so are the bits.
    /// </summary>
    private static Product<T> Turned(Product<T> row) => row with
    {
        M = row.N,
        N = 1,
        A = row.B,
        Lda = row.Ldb,
        TransposeA = false,
        B = row.A,
        Ldb = row.K,
        TransposeB = false,
        SkipsZeros = false,
        Ldc = row.N,
    };

    private Product<T> Placed()
    {
        Product<T> p = product;
        p.A = a.Pointer;
        p.B = b.Pointer;
        p.C = Target.Pointer;
        p.Ldc = Target.LeadingDimension;
        p.Bias = bias is null ? null : bias.Pointer;
        if (factor is not null)
        {
            p.Alpha = *factor.Pointer * alpha;
        }

        return p;
    }
}

/// <summary>Scratch memory that the instructions of a plan share, a piece for each member of the team.</summary>
internal sealed unsafe class Workspace<T>
    where T : unmanaged
{
    private T* start;
    private nint stride;

    /// <summary>Sets the memory when the buffer is laid out.</summary>
    public void Place(T* memory, long perMember)
    {
        start = memory;
        stride = (nint)perMember;
    }

    /// <summary>A member's piece.</summary>
    public T* Of(int member) => start + member * stride;
}

/// <summary>What a reduction makes of a matrix.</summary>
internal enum ReductionKind
{
    /// <summary>X·1.</summary>
    RowSums,

    /// <summary>1ᵀ·X.</summary>
    ColumnSums,

    /// <summary>The sum of all elements.</summary>
    Total,

    /// <summary>‖X‖².</summary>
    SquaredNorm,

    /// <summary>⟨X, Y⟩.</summary>
    InnerProduct,

    /// <summary>softmax of each column.</summary>
    Softmax,

    /// <summary>log softmax of each column.</summary>
    LogSoftmax,

    /// <summary>log Σ exp of each column.</summary>
    LogSumExp,

    /// <summary>Xᵀ.</summary>
    Transpose,
}

/// <summary>Operations that look at the rows and columns of one matrix, or of two.</summary>
internal sealed unsafe class ReductionHead<T>(Slot<T> target, ReductionKind kind, Slot<T> x, Slot<T>? other = null)
    : Head<T>(target, other is null ? [x] : [x, other])
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What it makes.</summary>
    public ReductionKind Kind => kind;

    public override Split SplitFor(int batch) => kind switch
    {
        ReductionKind.RowSums => Split.Rows,
        ReductionKind.Total or ReductionKind.SquaredNorm or ReductionKind.InnerProduct => Split.None,
        _ => Split.Columns,
    };

    public override bool ReadsOwnColumnsOf(Slot<T> source) => kind is not (ReductionKind.RowSums or ReductionKind.Transpose);

    public override void Run(KernelSet<T> kernels, Part part, int member, BlockEpilogue? epilogue)
    {
        int ld = x.LeadingDimension;
        int ldy = Target.LeadingDimension;
        T* own = x.Pointer + (nint)part.Column * ld;
        T* y = Target.Pointer + (nint)part.Column * ldy;
        switch (kind)
        {
            case ReductionKind.RowSums:
                kernels.RowSums(T.One, x.Pointer + part.Row, Target.Pointer + part.Row, part.Rows, x.Columns, ld);
                break;
            case ReductionKind.ColumnSums:
                kernels.ColumnSums(T.One, own, y, x.Rows, part.Columns, ld, ldy);
                break;
            case ReductionKind.Total:
                *Target.Pointer = kernels.Sum(x.Pointer, x.Rows, x.Columns, ld);
                break;
            case ReductionKind.SquaredNorm:
                *Target.Pointer = kernels.SumOfSquares(x.Pointer, x.Rows, x.Columns, ld);
                break;
            case ReductionKind.InnerProduct:
                *Target.Pointer = kernels.Dot(x.Pointer, other!.Pointer, x.Rows, x.Columns, ld, other.LeadingDimension);
                break;
            case ReductionKind.Softmax:
                kernels.Softmax(own, y, x.Rows, part.Columns, ld, ldy);
                break;
            case ReductionKind.LogSoftmax:
                kernels.LogSoftmax(own, y, x.Rows, part.Columns, ld, ldy);
                break;
            case ReductionKind.LogSumExp:
                kernels.LogSumExp(own, y, x.Rows, part.Columns, ld, ldy);
                break;
            default:
                kernels.Transpose(x.Pointer + part.Column, y, part.Columns, x.Columns, ld, ldy);
                break;
        }

        epilogue?.Run(part.Row, part.Rows, part.Column, part.Columns);
    }

    public override string ToString() => kind switch
    {
        ReductionKind.RowSums => "sum rows",
        ReductionKind.ColumnSums => "sum columns",
        ReductionKind.Total => "sum",
        ReductionKind.SquaredNorm => "sum squares",
        ReductionKind.InnerProduct => "inner product",
        ReductionKind.Softmax => "softmax",
        ReductionKind.LogSoftmax => "log softmax",
        ReductionKind.LogSumExp => "log-sum-exp",
        _ => "transpose",
    };
}
