using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>sqrt(x) = √x; sqrt′ = ½ / y.</summary>
public readonly struct Sqrt : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "sqrt";

    /// <inheritdoc/>
    public static string Symbol => "sqrt";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{sqrt}";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => T.Sqrt(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Of(0.5) / y;
}

public abstract partial class Function
{
    /// <summary>sqrt(x) = √x; sqrt′ = ½ / y.</summary>
    public static Function Sqrt { get; } = Of<Sqrt>();
}
