using Nabla.Calculus.Expressions.Functions;
using Nabla.Networks;

namespace Nabla.Tests.Networks;

/// <summary>x², a function of one's own that tells a test when it is computed.</summary>
public readonly struct Watched : IElementwise
{
    [ThreadStatic]
    private static Action? heard;

    /// <inheritdoc/>
    public static string Name => "watched";

    /// <inheritdoc/>
    public static string Symbol => "watched";

    /// <inheritdoc/>
    public static string Latex => @"\operatorname{watched}";

    /// <summary>It as an activation.</summary>
    public static Activation Activation => Activation.Of(Function.Of<Watched>());

    /// <inheritdoc/>
    public static T Value<T>(T x)
        where T : struct, ILane<T>
    {
        heard?.Invoke();
        return x * x;
    }

    /// <inheritdoc/>
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T>
    {
        heard?.Invoke();
        return T.Of(2) * x;
    }

    /// <summary>Runs an action, and another one whenever this thread computes the function meanwhile.</summary>
    public static void During(Action action, Action whenever)
    {
        heard = whenever;
        try
        {
            action();
        }
        finally
        {
            heard = null;
        }
    }
}
