using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>sin(x), x in radians; sin′ = cos(x).</summary>
public readonly struct Sin : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "sin";

    /// <inheritdoc/>
    public static string Symbol => "sin";

    /// <inheritdoc/>
    public static string Latex => @"\sin";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Cos(x);
}

public abstract partial class Function
{
    /// <summary>sin(x), x in radians; sin′ = cos(x).</summary>
    public static Function Sin { get; } = Of<Sin>();
}
