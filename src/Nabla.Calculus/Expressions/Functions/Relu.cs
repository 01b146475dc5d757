using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>relu(x) = max(x, 0); relu′ = [y &gt; 0], so relu′(0) = 0.</summary>
public readonly struct Relu : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "relu";

    /// <inheritdoc/>
    public static string Symbol => "relu";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{relu}";

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static bool IsRectifier => true;

    /// <summary>At 0: slope 0 | 1.</summary>
    public static ImmutableArray<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Max(x, T.Of(0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Step(y);
}

public abstract partial class Function
{
    /// <summary>relu(x) = max(x, 0); relu′ = [y &gt; 0], so relu′(0) = 0.</summary>
    public static Function Relu { get; } = Of<Relu>();
}
