using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>elu(x) = max(x, 0) + exp(min(x, 0)) − 1 (alpha 1); elu′ = min(y, 0) + 1.</summary>
public readonly struct Elu : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "elu";

    /// <inheritdoc/>
    public static string Symbol => "elu";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{elu}";

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static bool IsRectifier => true;

    /// <summary>At 0: f″ is 1 | 0.</summary>
    public static ImmutableArray<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Max(x, T.Of(0)) + (T.Exp(T.Min(x, T.Of(0))) - T.Of(1));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Min(y, T.Of(0)) + T.Of(1);
}

public abstract partial class Function
{
    /// <summary>elu(x) = max(x, 0) + exp(min(x, 0)) − 1 (alpha 1); elu′ = min(y, 0) + 1.</summary>
    public static Function Elu { get; } = Of<Elu>();
}
