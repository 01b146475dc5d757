using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>Chains of one step, as the plans run them, over memory of a test.</summary>
internal static unsafe class OneStep
{
    /// <summary>A matrix operand.</summary>
    public static ChainOperand<T> Matrix<T>(T* start, nint ld)
        where T : unmanaged => new() { Access = Access.Matrix, Start = start, Step = ld };

    /// <summary>One number, a column or a row.</summary>
    public static ChainOperand<T> Of<T>(Access access, T* start, nint step = 1)
        where T : unmanaged => new() { Access = access, Start = start, Step = step };

    /// <summary>Runs one step over a whole matrix, column by column, so that only its elements are touched.</summary>
    public static void Run<T>(KernelSet<T> kernels, ChainStep<T> step, int rows, int columns, nint ld)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        kernels.Run(new() { Steps = [step], Rows = rows, Columns = columns, LeadingDimension = ld, IsFlat = false }, null, 0, rows, 0, columns);

    /// <summary>z = x ∘ y, where y or x may be one number.</summary>
    public static void Combine<T>(KernelSet<T> kernels, BinaryOperation operation, ChainOperand<T> x, ChainOperand<T> y, T* z, nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(kernels, new() { Code = ChainCode.Combine, Operation = operation, X = x, Y = y, Target = Matrix(z, n) }, (int)n, 1, n);
}
