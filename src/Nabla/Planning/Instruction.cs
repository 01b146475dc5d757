using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>One step of a plan: a kernel over fixed slots.</summary>
/// <param name="target">The slot that is written.</param>
/// <param name="sources">The slots that are read.</param>
internal abstract class Instruction<T>(Slot<T> target, params Slot<T>[] sources)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The slot that is written.</summary>
    public Slot<T> Target { get; } = target;

    /// <summary>The slots that are read.</summary>
    public IReadOnlyList<Slot<T>> Sources { get; } = sources;

    /// <summary>Runs the kernel. Allocates nothing.</summary>
    public abstract void Run(KernelSet<T> kernels);

    /// <summary>What it does, for people.</summary>
    public override string ToString() => $"{GetType().Name.Split('`')[0]} {Target.Rows}×{Target.Columns}";
}

/// <summary>C = alpha·op(A)·op(B) + bias 1ᵀ, or C += −η·alpha·op(A)·op(B) where a learning rate is given.</summary>
internal sealed unsafe class Multiply<T> : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Slot<T> a;
    private readonly Slot<T> b;
    private readonly Slot<T>? bias;
    private readonly Slot<T>? learningRate;
    private readonly T alpha;
    private readonly Workspace<T> workspace;
    private Product<T> product;

    public Multiply(
        Slot<T> target, Slot<T> a, bool transposeA, Slot<T> b, bool transposeB, T alpha, Workspace<T> workspace, Slot<T>? bias = null, Slot<T>? learningRate = null)
        : base(target, [a, b, .. new[] { bias, learningRate }.OfType<Slot<T>>()])
    {
        (this.a, this.b, this.bias, this.learningRate, this.alpha, this.workspace) = (a, b, bias, learningRate, alpha, workspace);
        product = new()
        {
            M = target.Rows,
            N = target.Columns,
            K = transposeA ? a.Rows : a.Columns,
            Lda = a.LeadingDimension,
            TransposeA = transposeA,
            Ldb = b.LeadingDimension,
            TransposeB = transposeB,
            Ldc = target.LeadingDimension,
            Alpha = alpha,
            Accumulate = learningRate is not null,
        };
    }

    /// <summary>The inner size of the product.</summary>
    public int Inner => product.K;

    /// <summary>The scratch that the product needs.</summary>
    public long ScratchLength(KernelSet<T> kernels) =>
        kernels.ScratchLength(product.M, product.N, product.K, product.TransposeA, product.TransposeB);

    public override void Run(KernelSet<T> kernels)
    {
        product.A = a.Pointer;
        product.B = b.Pointer;
        product.C = Target.Pointer;
        product.Bias = bias is null ? null : bias.Pointer;
        if (learningRate is not null)
        {
            product.Alpha = -*learningRate.Pointer * alpha;
        }

        kernels.Multiply(product, workspace.Scratch);
    }
}

/// <summary>Scratch memory that the instructions of a plan share.</summary>
internal sealed unsafe class Workspace<T>
    where T : unmanaged
{
    /// <summary>The memory; set when the buffer is laid out.</summary>
    public T* Scratch { get; set; }
}

/// <summary>Y = f(X), element by element.</summary>
internal sealed unsafe class Map<T>(Slot<T> target, Slot<T> x, UnaryKernel<T> kernel) : Instruction<T>(target, x)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(KernelSet<T> kernels) => kernel.Run(x.Pointer, Target.Pointer, Target.Length);
}

/// <summary>Z = X ∘ Y, element by element.</summary>
internal sealed unsafe class Combine<T>(Slot<T> target, Slot<T> x, Slot<T> y, BinaryOperation operation) : Instruction<T>(target, x, y)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(KernelSet<T> kernels) => kernels.Binary(operation, x.Pointer, y.Pointer, Target.Pointer, Target.Length);

    public override string ToString() => $"{operation} {Target.Rows}×{Target.Columns}";
}

/// <summary>Y = c·X, or Y = c·s·X where a scalar slot is given.</summary>
internal sealed unsafe class Multiple<T>(Slot<T> target, Slot<T> x, T factor, Slot<T>? scalar = null)
    : Instruction<T>(target, scalar is null ? [x] : [x, scalar])
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(KernelSet<T> kernels) =>
        kernels.Scale(scalar is null ? factor : factor * *scalar.Pointer, x.Pointer, Target.Pointer, Target.Length);
}

/// <summary>P = P − η·c·G.</summary>
internal sealed unsafe class Descend<T>(Slot<T> parameter, Slot<T> gradient, Slot<T> learningRate, T factor)
    : Instruction<T>(parameter, gradient, learningRate)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(KernelSet<T> kernels) =>
        kernels.Axpy(-*learningRate.Pointer * factor, gradient.Pointer, Target.Pointer, Target.Length);
}

/// <summary>Y = X.</summary>
internal sealed unsafe class Duplicate<T>(Slot<T> target, Slot<T> x) : Instruction<T>(target, x)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(KernelSet<T> kernels) => kernels.Copy(x.Pointer, Target.Pointer, Target.Length);
}

/// <summary>Y = X + b 1ᵀ.</summary>
internal sealed unsafe class AddColumn<T>(Slot<T> target, Slot<T> x, Slot<T> column) : Instruction<T>(target, x, column)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(KernelSet<T> kernels) => kernels.AddColumn(
        x.Pointer, column.Pointer, Target.Pointer, Target.Rows, Target.Columns, x.LeadingDimension, Target.LeadingDimension);
}

/// <summary>Y = X ⊙ (1 r): the column j of X times rⱼ.</summary>
internal sealed unsafe class ScaleColumns<T>(Slot<T> target, Slot<T> x, Slot<T> row) : Instruction<T>(target, x, row)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(KernelSet<T> kernels) => kernels.ScaleColumns(
        x.Pointer, row.Pointer, Target.Pointer, Target.Rows, Target.Columns, x.LeadingDimension, row.LeadingDimension, Target.LeadingDimension);
}

/// <summary>What a reduction adds up.</summary>
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

    /// <summary>softmax of each column.</summary>
    Softmax,

    /// <summary>log softmax of each column.</summary>
    LogSoftmax,

    /// <summary>log Σ exp of each column.</summary>
    LogSumExp,

    /// <summary>Xᵀ.</summary>
    Transpose,
}

/// <summary>Operations that look at the rows and columns of one matrix.</summary>
internal sealed unsafe class Reduce<T>(Slot<T> target, Slot<T> x, ReductionKind kind) : Instruction<T>(target, x)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(KernelSet<T> kernels)
    {
        (int rows, int columns, int ld, int ldy) = (x.Rows, x.Columns, x.LeadingDimension, Target.LeadingDimension);
        switch (kind)
        {
            case ReductionKind.RowSums:
                kernels.RowSums(T.One, x.Pointer, Target.Pointer, rows, columns, ld);
                break;
            case ReductionKind.ColumnSums:
                kernels.ColumnSums(T.One, x.Pointer, Target.Pointer, rows, columns, ld, ldy);
                break;
            case ReductionKind.Total:
                *Target.Pointer = kernels.Sum(x.Pointer, rows, columns, ld);
                break;
            case ReductionKind.SquaredNorm:
                *Target.Pointer = kernels.SumOfSquares(x.Pointer, rows, columns, ld);
                break;
            case ReductionKind.Softmax:
                kernels.Softmax(x.Pointer, Target.Pointer, rows, columns, ld, ldy);
                break;
            case ReductionKind.LogSoftmax:
                kernels.LogSoftmax(x.Pointer, Target.Pointer, rows, columns, ld, ldy);
                break;
            case ReductionKind.LogSumExp:
                kernels.LogSumExp(x.Pointer, Target.Pointer, rows, columns, ld, ldy);
                break;
            default:
                kernels.Transpose(x.Pointer, Target.Pointer, rows, columns, ld, ldy);
                break;
        }
    }

    public override string ToString() => $"{kind} {Target.Rows}×{Target.Columns}";
}

/// <summary>⟨X, Y⟩.</summary>
internal sealed unsafe class InnerProduct<T>(Slot<T> target, Slot<T> x, Slot<T> y) : Instruction<T>(target, x, y)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(KernelSet<T> kernels) => *Target.Pointer =
        kernels.Dot(x.Pointer, y.Pointer, x.Rows, x.Columns, x.LeadingDimension, y.LeadingDimension);
}
