using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>gelu(x) = x·Φ(x) with the exact Φ(x) = ½(1 + erf(x/√2)); gelu′ = Φ(x) + x·φ(x), φ(x) = exp(−x²/2)/√(2π).</summary>
public readonly struct Gelu : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "gelu";

    /// <inheritdoc/>
    public static string Symbol => "gelu";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{gelu}";

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static bool IsRectifier => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => x * T.Call<NormalCdf>(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Call<NormalCdf>(x) + x * T.Call<NormalPdf>(x);
}

public abstract partial class Function
{
    /// <summary>gelu(x) = x·Φ(x) with the exact Φ(x) = ½(1 + erf(x/√2)); gelu′ = Φ(x) + x·φ(x), φ(x) = exp(−x²/2)/√(2π).</summary>
    public static Function Gelu { get; } = Of<Gelu>();
}
