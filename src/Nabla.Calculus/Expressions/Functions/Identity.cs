using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>id(x) = x; id′ = 1.</summary>
public readonly struct Identity : IElementwise
{
    /// <inheritdoc/>
    public static string Name => "identity";

    /// <inheritdoc/>
    public static string Symbol => "id";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{id}";

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => T.Of(1);
}

public abstract partial class Function
{
    /// <summary>id(x) = x; id′ = 1.</summary>
    public static Function Identity { get; } = Of<Identity>();
}
