using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>σ(x) = 1 / (1 + e⁻ˣ); σ′ = y(1 − y) with y = σ(x). The seed's activation.</summary>
public readonly struct Sigmoid : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "sigmoid";

    /// <inheritdoc/>
    public static string Symbol => "σ";

    /// <inheritdoc/>
    public static string Latex => @"\sigma";

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => y * (T.Of(1) - y);
}

public abstract partial class Function
{
    /// <summary>σ(x) = 1 / (1 + e⁻ˣ); σ′ = y(1 − y) with y = σ(x). The seed's activation.</summary>
    public static Function Sigmoid { get; } = Of<Sigmoid>();
}
