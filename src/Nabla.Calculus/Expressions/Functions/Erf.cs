using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>erf(x), the error function; erf′ = 2/√π · exp(−x²).</summary>
public readonly struct Erf : IElementwise
{
    private const double TwoOverSqrtPi = 1.12837916709551257390;

    /// <inheritdoc/>
    public static string Name => "erf";

    /// <inheritdoc/>
    public static string Symbol => "erf";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{erf}";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Erf(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Of(TwoOverSqrtPi) * T.Exp(-(x * x));
}

public abstract partial class Function
{
    /// <summary>erf(x), the error function; erf′ = 2/√π · exp(−x²).</summary>
    public static Function Erf { get; } = Of<Erf>();
}
