namespace Nabla.Calculus.Expressions.Functions;

/// <summary>One <see cref="double"/> as a lane: the slow, obvious road that judges the fast ones.</summary>
/// <param name="Value">The number.</param>
public readonly record struct DoubleLane(double Value) : ILane<DoubleLane>
{
    /// <inheritdoc/>
    public static DoubleLane Of(double value) => new(value);

    /// <inheritdoc/>
    public static DoubleLane operator +(DoubleLane x, DoubleLane y) => new(x.Value + y.Value);

    /// <inheritdoc/>
    public static DoubleLane operator -(DoubleLane x, DoubleLane y) => new(x.Value - y.Value);

    /// <inheritdoc/>
    public static DoubleLane operator *(DoubleLane x, DoubleLane y) => new(x.Value * y.Value);

    /// <inheritdoc/>
    public static DoubleLane operator /(DoubleLane x, DoubleLane y) => new(x.Value / y.Value);

    /// <inheritdoc/>
    public static DoubleLane operator -(DoubleLane x) => new(-x.Value);

    /// <inheritdoc/>
    public static DoubleLane Max(DoubleLane x, DoubleLane y) => new(Math.Max(x.Value, y.Value));

    /// <inheritdoc/>
    public static DoubleLane Min(DoubleLane x, DoubleLane y) => new(Math.Min(x.Value, y.Value));

    /// <inheritdoc/>
    public static DoubleLane Abs(DoubleLane x) => new(Math.Abs(x.Value));

    /// <inheritdoc/>
    public static DoubleLane Step(DoubleLane x) => new(x.Value > 0 ? 1 : double.IsNaN(x.Value) ? double.NaN : 0);

    /// <inheritdoc/>
    public static DoubleLane Sqrt(DoubleLane x) => new(Math.Sqrt(x.Value));

    /// <inheritdoc/>
    public static DoubleLane Exp(DoubleLane x) => new(Math.Exp(x.Value));

    /// <inheritdoc/>
    public static DoubleLane Log(DoubleLane x) => new(Math.Log(x.Value));

    /// <inheritdoc/>
    /// <remarks>Kahan's form: u = 1 + x rounded, then log(u)·x / (u − 1) takes the rounding back.</remarks>
    public static DoubleLane LogOnePlus(DoubleLane x)
    {
        double u = 1 + x.Value;
        return new(u == 1 ? x.Value : double.IsInfinity(u) ? u : Math.Log(u) * (x.Value / (u - 1)));
    }

    /// <inheritdoc/>
    public static DoubleLane Tanh(DoubleLane x) => new(Math.Tanh(x.Value));

    /// <inheritdoc/>
    public static DoubleLane Sin(DoubleLane x) => new(Math.Sin(x.Value));

    /// <inheritdoc/>
    public static DoubleLane Cos(DoubleLane x) => new(Math.Cos(x.Value));

    /// <inheritdoc/>
    /// <remarks>
    /// Kummer's series, erf(x) = 2/√π · exp(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (2n + 1)!! (Abramowitz and Stegun 7.1.6): all its terms have one
    /// sign, so nothing cancels. Beyond |x| = 6 the result is ±1 to the last bit.
    /// </remarks>
    public static DoubleLane Erf(DoubleLane x)
    {
        double v = x.Value;
        if (double.IsNaN(v))
        {
            return x;
        }

        if (Math.Abs(v) > 6)
        {
            return new(Math.Sign(v));
        }

        double term = v;
        double sum = v;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= 2 * v * v / (2 * n + 1);
            sum += term;
        }

        return new(2 / Math.Sqrt(Math.PI) * Math.Exp(-v * v) * sum);
    }

    /// <inheritdoc/>
    public static DoubleLane Call<TFunction>(DoubleLane x)
        where TFunction : struct, IElementwise => TFunction.Value(x);
}
