using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>exp(x) = eˣ; exp′ = y.</summary>
public readonly struct Exp : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "exp";

    /// <inheritdoc/>
    public static string Symbol => "exp";

    /// <inheritdoc/>
    public static string Latex => @"\exp";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Exp(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => y;
}

public abstract partial class Function
{
    /// <summary>exp(x) = eˣ; exp′ = y.</summary>
    public static Function Exp { get; } = Of<Exp>();
}
