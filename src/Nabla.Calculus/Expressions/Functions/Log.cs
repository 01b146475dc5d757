using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>log(x), the natural logarithm; log′ = 1/x.</summary>
public readonly struct Log : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "log";

    /// <inheritdoc/>
    public static string Symbol => "log";

    /// <inheritdoc/>
    public static string Latex => @"\log";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Log(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Of(1) / x;
}

public abstract partial class Function
{
    /// <summary>log(x), the natural logarithm; log′ = 1/x.</summary>
    public static Function Log { get; } = Of<Log>();
}
