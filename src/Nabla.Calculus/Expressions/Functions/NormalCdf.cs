using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>Φ(x) = ½(1 + erf(x/√2)), the standard normal distribution; Φ′ = φ.</summary>
public readonly struct NormalCdf : IElementwise
{
    private const double InverseSqrt2 = 0.70710678118654752440;

    /// <inheritdoc/>
    public static string Name => "normal-cdf";

    /// <inheritdoc/>
    public static string Symbol => "Φ";

    /// <inheritdoc/>
    public static string Latex => @"\Phi";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Of(0.5) * (T.Of(1) + T.Erf(T.Of(InverseSqrt2) * x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Call<NormalPdf>(x);
}

public abstract partial class Function
{
    /// <summary>Φ(x) = ½(1 + erf(x/√2)), the standard normal distribution; Φ′ = φ.</summary>
    public static Function NormalCdf { get; } = Of<NormalCdf>();
}
