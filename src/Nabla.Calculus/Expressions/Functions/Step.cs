using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>step(x) = [x &gt; 0]; step′ = 0 (where it exists).</summary>
public readonly struct Step : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "step";

    /// <inheritdoc/>
    public static string Symbol => "step";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{step}";

    /// <summary>At 0: 0 | 1.</summary>
    public static ImmutableArray<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Step(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Of(0);
}

public abstract partial class Function
{
    /// <summary>step(x) = [x &gt; 0]; step′ = 0 (where it exists).</summary>
    public static Function Step { get; } = Of<Step>();
}
