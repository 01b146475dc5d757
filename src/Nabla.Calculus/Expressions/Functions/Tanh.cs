using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>tanh(x); tanh′ = 1 − y².</summary>
public readonly struct Tanh : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "tanh";

    /// <inheritdoc/>
    public static string Symbol => "tanh";

    /// <inheritdoc/>
    public static string Latex => @"\tanh";

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Of(1) - y * y;
}

public abstract partial class Function
{
    /// <summary>tanh(x); tanh′ = 1 − y².</summary>
    public static Function Tanh { get; } = Of<Tanh>();
}
