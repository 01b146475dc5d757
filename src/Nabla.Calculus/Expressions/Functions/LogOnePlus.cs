using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>log1p(x) = log(1 + x); log1p′ = 1 / (1 + x).</summary>
public readonly struct LogOnePlus : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "log1p";

    /// <inheritdoc/>
    public static string Symbol => "log1p";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{log1p}";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.LogOnePlus(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Of(1) / (T.Of(1) + x);
}

public abstract partial class Function
{
    /// <summary>log1p(x) = log(1 + x); log1p′ = 1 / (1 + x).</summary>
    public static Function LogOnePlus { get; } = Of<LogOnePlus>();
}
