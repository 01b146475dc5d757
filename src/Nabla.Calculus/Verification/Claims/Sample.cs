namespace Nabla.Calculus.Verification.Claims;

/// <summary>A usable point with the derivative there.</summary>
/// <param name="Point">The point.</param>
/// <param name="Value">The derivative.</param>
/// <param name="Noise">What rounding may leave over of the derivative's terms where they cancel.</param>
internal sealed record Sample(SamplePoint Point, Matrix Value, double Noise)
{
    /// <summary>How often the derivative is as large as what rounding leaves over before it is more than that.</summary>
    private const double Margin = 100;

    /// <summary>Whether the derivative is next to nothing beside the terms that it is the sum of: two formulas that are both so there need have nothing in common.</summary>
    public bool IsZero => Value.MaxAbs() <= Margin * Noise;

    /// <summary>The point and the derivative.</summary>
    public void Deconstruct(out SamplePoint point, out Matrix value) => (point, value) = (Point, Value);

    /// <summary>How far another value is off, relative to the derivative.</summary>
    /// <param name="own">The value.</param>
    /// <param name="ownNoise">What rounding may leave over of its own terms; asked for only where the derivative is zero.</param>
    public double Error(Matrix own, Func<double> ownNoise)
    {
        if (!IsZero)
        {
            return Agreement.Error(own, Value, Noise);
        }

        // Nothing is small beside zero: what is more than rounding is wrong altogether.
        double difference = own.Zip(Value, (x, y) => x - y).MaxAbs();
        return difference <= Margin * Noise || difference <= Margin * Math.Max(Noise, ownNoise()) ? Math.Min(difference, Agreement.Tolerance / 10) : Math.Max(1, difference);
    }
}
