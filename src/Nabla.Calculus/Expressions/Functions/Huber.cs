using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>h(x) = ½x² where |x| ≤ 1, else |x| − ½, computed as c(|x| − ½c) with c = min(|x|, 1); h′ = max(−1, min(x, 1)).</summary>
public readonly struct Huber : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "huber";

    /// <inheritdoc/>
    public static string Symbol => "h";

    /// <inheritdoc/>
    public static string Latex => @"h";

    /// <summary>At −1 and 1: f″ is 0 | 1 | 0.</summary>
    public static ImmutableArray<double> Kinks => [-1, 1];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Min(T.Abs(x), T.Of(1)) * (T.Abs(x) - T.Of(0.5) * T.Min(T.Abs(x), T.Of(1)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Max(T.Of(-1), T.Min(x, T.Of(1)));
}

public abstract partial class Function
{
    /// <summary>h(x) = ½x² where |x| ≤ 1, else |x| − ½, computed as c(|x| − ½c) with c = min(|x|, 1); h′ = max(−1, min(x, 1)).</summary>
    public static Function Huber { get; } = Of<Huber>();
}
