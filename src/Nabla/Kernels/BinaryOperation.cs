using System.Runtime.CompilerServices;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Kernels;

/// <summary>An elementwise operation of two arguments.</summary>
internal enum BinaryOperation
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Maximum,
    Minimum,
}

/// <summary>A <see cref="BinaryOperation"/> as a type.</summary>
internal interface IBinary
{
    static abstract TLane Of<TLane>(TLane x, TLane y)
        where TLane : struct, ILane<TLane>;
}

internal readonly struct Addition : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Of<TLane>(TLane x, TLane y)
        where TLane : struct, ILane<TLane> => x + y;
}

internal readonly struct Subtraction : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Of<TLane>(TLane x, TLane y)
        where TLane : struct, ILane<TLane> => x - y;
}

internal readonly struct Multiplication : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Of<TLane>(TLane x, TLane y)
        where TLane : struct, ILane<TLane> => x * y;
}

internal readonly struct Division : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Of<TLane>(TLane x, TLane y)
        where TLane : struct, ILane<TLane> => x / y;
}

internal readonly struct Larger : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Of<TLane>(TLane x, TLane y)
        where TLane : struct, ILane<TLane> => TLane.Max(x, y);
}

internal readonly struct Smaller : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Of<TLane>(TLane x, TLane y)
        where TLane : struct, ILane<TLane> => TLane.Min(x, y);
}
