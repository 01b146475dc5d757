using Nabla.Calculus.Verification;

namespace Nabla.Checking.Mistakes;

/// <summary>Whether computed numbers are the given ones.</summary>
/// <param name="Relative">The tolerance, relative to the largest element.</param>
internal sealed record Likeness(double Relative)
{
    /// <summary>The most that one unknown number leaves to coincidence: so many elements must say the same.</summary>
    public const int LeastElements = 3;

    private const double Absolute = 1e-15;

    /// <summary>Whether c·computed is the given tensor. One that is not given has nothing to say against it.</summary>
    public bool Agree(Matrix? given, Matrix computed, double c = 1)
    {
        if (given is null)
        {
            return true;
        }

        if (given.Rows != computed.Rows || given.Columns != computed.Columns)
        {
            return false;
        }

        ReadOnlySpan<double> x = given.Elements;
        ReadOnlySpan<double> y = computed.Elements;
        double largest = 0;
        for (int k = 0; k < x.Length; k++)
        {
            largest = Math.Max(largest, Math.Max(Math.Abs(x[k]), Math.Abs(c * y[k])));
        }

        double tolerance = Relative * largest + Absolute;
        for (int k = 0; k < x.Length; k++)
        {
            if (!(Math.Abs(x[k] - c * y[k]) <= tolerance))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The t for which value + t·slope is nearest to the given tensors; null where too few elements speak for one.</summary>
    public static double? Fit(params IEnumerable<(Matrix? Given, Matrix? Value, Matrix? Slope)> parts)
    {
        double above = 0;
        double below = 0;
        int speaking = 0;
        foreach ((Matrix? given, Matrix? value, Matrix? slope) in parts)
        {
            if (given is null || slope is null || given.Rows != slope.Rows || given.Columns != slope.Columns)
            {
                continue;
            }

            double largest = slope.MaxAbs();
            for (int k = 0; k < slope.Elements.Length; k++)
            {
                double s = slope.Elements[k];
                above += s * (given.Elements[k] - (value?.Elements[k] ?? 0));
                below += s * s;
                speaking += Math.Abs(s) > 1e-6 * largest ? 1 : 0;
            }
        }

        return speaking >= LeastElements && below > 0 && double.IsFinite(above / below) && above != 0 ? above / below : null;
    }
}
