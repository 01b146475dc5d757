using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>Where a chain finds the value that belongs to the element in row i and column j.</summary>
internal enum Access
{
    /// <summary>In a register of the chain: a piece of memory in the first cache.</summary>
    Register,

    /// <summary>In a matrix of the chain's shape: at i + j · step.</summary>
    Matrix,

    /// <summary>In a column that stands for each of the columns: at i.</summary>
    Column,

    /// <summary>In a row that stands for each of the rows: at j · step.</summary>
    Row,

    /// <summary>In one number for all.</summary>
    Scalar,
}

/// <summary>A place that a step of a chain reads or writes.</summary>
/// <typeparam name="T">float or double.</typeparam>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct ChainOperand<T>
    where T : unmanaged
{
    public Access Access;

    /// <summary>From one column to the next, or the place of a register.</summary>
    public nint Step;

    /// <summary>The first element; null for a register.</summary>
    public T* Start;

    /// <summary>Whether it has one value for a whole column.</summary>
    public readonly bool IsUniform => Access is Access.Row or Access.Scalar;
}

/// <summary>What a step of a chain does.</summary>
internal enum ChainCode
{
    /// <summary>z = x.</summary>
    Copy,

    /// <summary>z = f(x).</summary>
    Apply,

    /// <summary>z = x ∘ y for vectors, a vector and a number, or a number and a vector.</summary>
    Combine,

    /// <summary>z = x · y + w for a vector x, a number y and a vector w.</summary>
    ScaleAndAdd,
}

/// <summary>One elementwise operation of a chain.</summary>
/// <typeparam name="T">float or double.</typeparam>
[StructLayout(LayoutKind.Auto)]
internal struct ChainStep<T>
    where T : unmanaged
{
    public ChainCode Code;
    public BinaryOperation Operation;
    public UnaryKernel<T>? Function;
    public ChainOperand<T> X;
    public ChainOperand<T> Y;
    public ChainOperand<T> W;
    public ChainOperand<T> Target;
}

/// <summary>
/// Elementwise operations over matrices of one shape, made piece by piece: all steps for some hundred elements, then all steps for the next
/// ones, so that what one step leaves for another never leaves the first cache.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Chain<T>
    where T : unmanaged
{
    /// <summary>The elements of a piece. What is in a register is this long.</summary>
    public const int Piece = 256;

    /// <summary>The steps in the order of running.</summary>
    public required ChainStep<T>[] Steps { get; init; }

    /// <summary>The rows of all matrices.</summary>
    public required int Rows { get; init; }

    /// <summary>Elements from one column to the next in all matrices.</summary>
    public required nint LeadingDimension { get; init; }

    /// <summary>Whether no operand depends on the row or the column alone: whole columns can then be run through without a break.</summary>
    public required bool IsFlat { get; init; }
}
