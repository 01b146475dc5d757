using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>cos(x), x in radians; cos′ = −sin(x).</summary>
public readonly struct Cos : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "cos";

    /// <inheritdoc/>
    public static string Symbol => "cos";

    /// <inheritdoc/>
    public static string Latex => @"\cos";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Cos(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => -T.Sin(x);
}

public abstract partial class Function
{
    /// <summary>cos(x), x in radians; cos′ = −sin(x).</summary>
    public static Function Cos { get; } = Of<Cos>();
}
