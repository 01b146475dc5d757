using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>φ(x) = exp(−x²/2)/√(2π), the standard normal density; φ′ = −x·y.</summary>
public readonly struct NormalPdf : IElementwise
{
    private const double InverseSqrt2Pi = 0.39894228040143267794;

    /// <inheritdoc/>
    public static string Name => "normal-pdf";

    /// <inheritdoc/>
    public static string Symbol => "φ";

    /// <inheritdoc/>
    public static string Latex => @"\varphi";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Of(InverseSqrt2Pi) * T.Exp(T.Of(-0.5) * (x * x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => -(x * y);
}

public abstract partial class Function
{
    /// <summary>φ(x) = exp(−x²/2)/√(2π), the standard normal density; φ′ = −x·y.</summary>
    public static Function NormalPdf { get; } = Of<NormalPdf>();
}
