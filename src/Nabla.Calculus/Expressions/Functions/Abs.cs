using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>abs(x) = |x|; abs′ = sign(x).</summary>
public readonly struct Abs : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "abs";

    /// <inheritdoc/>
    public static string Symbol => "abs";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{abs}";

    /// <summary>At 0: slope −1 | 1.</summary>
    public static ImmutableArray<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Abs(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Call<Sign>(x);
}

public abstract partial class Function
{
    /// <summary>abs(x) = |x|; abs′ = sign(x).</summary>
    public static Function Abs { get; } = Of<Abs>();
}
