namespace Nabla.Calculus.Expressions.Functions;

/// <summary>
/// A lane: something that elementwise arithmetic can be done on. The text of an elementwise function is written once over this
/// interface and interpreted with symbols (to print and differentiate it), with <see cref="double"/> (to check it) and with
/// hardware vectors (to run it).
/// </summary>
/// <remarks>
/// Only the primitives below are a lane's own; all else is composed of them. Every primitive follows IEEE 754 at its limits
/// (exp(−∞) = 0, log(0) = −∞) and passes NaN on.
/// </remarks>
/// <typeparam name="T">The lane itself.</typeparam>
public interface ILane<T>
    where T : struct, ILane<T>
{
    /// <summary>The constant <paramref name="value"/> in every element.</summary>
    static abstract T Of(double value);

    /// <summary>x + y.</summary>
    static abstract T operator +(T x, T y);

    /// <summary>x − y.</summary>
    static abstract T operator -(T x, T y);

    /// <summary>x · y.</summary>
    static abstract T operator *(T x, T y);

    /// <summary>x / y.</summary>
    static abstract T operator /(T x, T y);

    /// <summary>−x.</summary>
    static abstract T operator -(T x);

    /// <summary>The larger of x and y; NaN where either is.</summary>
    static abstract T Max(T x, T y);

    /// <summary>The smaller of x and y; NaN where either is.</summary>
    static abstract T Min(T x, T y);

    /// <summary>|x|.</summary>
    static abstract T Abs(T x);

    /// <summary>[x &gt; 0]: 1 where x is positive, else 0.</summary>
    static abstract T Step(T x);

    /// <summary>√x.</summary>
    static abstract T Sqrt(T x);

    /// <summary>eˣ.</summary>
    static abstract T Exp(T x);

    /// <summary>The natural logarithm.</summary>
    static abstract T Log(T x);

    /// <summary>log(1 + x), accurate for small x.</summary>
    static abstract T LogOnePlus(T x);

    /// <summary>The hyperbolic tangent.</summary>
    static abstract T Tanh(T x);

    /// <summary>The logistic function, 1 / (1 + e⁻ˣ); vectors compute eˣ instead where that is the same but for numbers that would overflow.</summary>
    static virtual T Sigmoid(T x) => T.Of(1) / (T.Of(1) + T.Exp(-x));

    /// <summary>The sine of an angle in radians.</summary>
    static abstract T Sin(T x);

    /// <summary>The cosine of an angle in radians.</summary>
    static abstract T Cos(T x);

    /// <summary>The error function, 2/√π ∫₀ˣ exp(−t²) dt.</summary>
    static abstract T Erf(T x);

    /// <summary>f(x) for another elementwise function: a symbol keeps the call by its name, a number computes it.</summary>
    static abstract T Call<TFunction>(T x)
        where TFunction : struct, IElementwise;
}
