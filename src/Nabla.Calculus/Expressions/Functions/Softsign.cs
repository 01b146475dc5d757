using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>softsign(x) = x / (1 + |x|); softsign′ = (1 − |y|)².</summary>
public readonly struct Softsign : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "softsign";

    /// <inheritdoc/>
    public static string Symbol => "softsign";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{softsign}";

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <summary>At 0: f″ is 2 | −2.</summary>
    public static ImmutableArray<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => x / (T.Of(1) + T.Abs(x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => (T.Of(1) - T.Abs(y)) * (T.Of(1) - T.Abs(y));
}

public abstract partial class Function
{
    /// <summary>softsign(x) = x / (1 + |x|); softsign′ = (1 − |y|)².</summary>
    public static Function Softsign { get; } = Of<Softsign>();
}
