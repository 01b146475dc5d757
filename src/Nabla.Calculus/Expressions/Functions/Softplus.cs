using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>softplus(x) = log(1 + eˣ), computed as max(x, 0) + log(1 + exp(−|x|)); softplus′ = σ.</summary>
public readonly struct Softplus : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "softplus";

    /// <inheritdoc/>
    public static string Symbol => "softplus";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{softplus}";

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static bool IsRectifier => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Max(x, T.Of(0)) + T.LogOnePlus(T.Exp(-T.Abs(x)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Call<Sigmoid>(x);
}

public abstract partial class Function
{
    /// <summary>softplus(x) = log(1 + eˣ), computed as max(x, 0) + log(1 + exp(−|x|)); softplus′ = σ.</summary>
    public static Function Softplus { get; } = Of<Softplus>();
}
