using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>lrelu(x) = max(x, 0.01·x); its derivative is 0.01 + 0.99·[y &gt; 0].</summary>
public readonly struct LeakyRelu : IElementwise
{
    private const double Slope = 0.01;

    /// <inheritdoc/>
    public static string Name => "leaky-relu";

    /// <inheritdoc/>
    public static string Symbol => "lrelu";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{lrelu}";

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static bool IsRectifier => true;

    /// <summary>At 0: slope 0.01 | 1.</summary>
    public static ImmutableArray<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Max(x, T.Of(Slope) * x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Of(Slope) + T.Of(1 - Slope) * T.Step(y);
}

public abstract partial class Function
{
    /// <summary>lrelu(x) = max(x, 0.01·x); its derivative is 0.01 + 0.99·[y &gt; 0].</summary>
    public static Function LeakyRelu { get; } = Of<LeakyRelu>();
}
