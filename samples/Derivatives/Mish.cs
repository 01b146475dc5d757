using System.Runtime.CompilerServices;
using Nabla.Calculus.Expressions.Functions;

namespace Derivatives;

/// <summary>A function of one's own: mish(x) = x tanh(softplus(x)). What is written here is shown, differentiated again, checked and run on vectors.</summary>
internal readonly struct Mish : IElementwise
{
    /// <summary>The function as a value, for expressions and, by Activation.Of, for layers.</summary>
    public static Function Function { get; } = Function.Of<Mish>();

    /// <inheritdoc/>
    public static string Name => "mish";

    /// <inheritdoc/>
    public static string Symbol => "mish";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{mish}";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => x * T.Tanh(T.Call<Softplus>(x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T>
    {
        T t = T.Tanh(T.Call<Softplus>(x));
        return t + x * T.Call<Sigmoid>(x) * (T.Of(1) - t * t);
    }
}
