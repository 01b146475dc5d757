using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>sign(x) = [x &gt; 0] − [−x &gt; 0]; sign′ = 0 (where it exists).</summary>
public readonly struct Sign : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "sign";

    /// <inheritdoc/>
    public static string Symbol => "sign";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{sign}";

    /// <summary>At 0: −1 | 1.</summary>
    public static ImmutableArray<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Step(x) - T.Step(-x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Of(0);
}

public abstract partial class Function
{
    /// <summary>sign(x) = [x &gt; 0] − [−x &gt; 0]; sign′ = 0 (where it exists).</summary>
    public static Function Sign { get; } = Of<Sign>();
}
