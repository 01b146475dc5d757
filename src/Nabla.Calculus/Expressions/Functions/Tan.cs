using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>tan(x) = sin(x) / cos(x), x in radians; tan′ = 1 + y².</summary>
public readonly struct Tan : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "tan";

    /// <inheritdoc/>
    public static string Symbol => "tan";

    /// <inheritdoc/>
    public static string Latex => @"\tan";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Sin(x) / T.Cos(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Of(1) + y * y;
}

public abstract partial class Function
{
    /// <summary>tan(x) = sin(x) / cos(x), x in radians; tan′ = 1 + y².</summary>
    public static Function Tan { get; } = Of<Tan>();
}
