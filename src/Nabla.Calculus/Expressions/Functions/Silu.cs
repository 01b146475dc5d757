using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>silu(x) = x·σ(x); silu′ = σ(x) + y(1 − σ(x)).</summary>
public readonly struct Silu : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "silu";

    /// <inheritdoc/>
    public static string Symbol => "silu";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{silu}";

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static bool IsRectifier => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => x * T.Call<Sigmoid>(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Call<Sigmoid>(x) + y * (T.Of(1) - T.Call<Sigmoid>(x));
}

public abstract partial class Function
{
    /// <summary>silu(x) = x·σ(x); silu′ = σ(x) + y(1 − σ(x)).</summary>
    public static Function Silu { get; } = Of<Silu>();
}
