namespace Nabla.Calculus.Verification.Claims;

/// <summary>When two matrices of numbers are the same, and when one is a multiple of the other.</summary>
internal static class Agreement
{
    /// <summary>How far a claim may be off, relative to the largest element of the derivative.</summary>
    public const double Tolerance = 1e-6;

    private const double Rounding = 1e-11;

    /// <summary>The largest difference relative to the largest element of the truth; of a truth that is zero, the difference itself.</summary>
    /// <param name="claim">What is claimed.</param>
    /// <param name="truth">What is right.</param>
    /// <param name="noise">What rounding may have left over, so that a smaller difference is none.</param>
    public static double Error(Matrix claim, Matrix truth, double noise = Rounding)
    {
        double difference = 0;
        for (int i = 0; i < truth.Elements.Length; i++)
        {
            difference = Math.Max(difference, Math.Abs(claim.Elements[i] - truth.Elements[i]));
        }

        double scale = truth.MaxAbs();
        return difference <= noise ? Math.Min(difference, Tolerance / 10) : scale > 0 ? difference / scale : difference;
    }

    /// <summary>Whether two matrices have one shape and the same elements.</summary>
    public static bool Same(Matrix claim, Matrix truth) =>
        claim.Rows == truth.Rows && claim.Columns == truth.Columns && Error(claim, truth) <= Tolerance;

    /// <summary>Whether both are zero, so that nothing is learned about a factor.</summary>
    public static bool AreZero(Matrix claim, Matrix truth, double noise = Rounding) =>
        claim.Rows == truth.Rows && claim.Columns == truth.Columns && truth.MaxAbs() <= noise && claim.MaxAbs() <= noise;

    /// <summary>c with claim = c·truth, or null.</summary>
    public static double? Ratio(Matrix claim, Matrix truth)
    {
        int largest = 0;
        for (int i = 0; i < truth.Elements.Length; i++)
        {
            largest = Math.Abs(truth.Elements[i]) > Math.Abs(truth.Elements[largest]) ? i : largest;
        }

        if (truth.MaxAbs() < Rounding || claim.MaxAbs() < Rounding)
        {
            return null;
        }

        double ratio = claim.Elements[largest] / truth.Elements[largest];
        return Same(claim, truth.Map(x => ratio * x)) ? ratio : null;
    }
}
