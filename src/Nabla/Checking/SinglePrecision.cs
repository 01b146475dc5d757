using System.Collections.Immutable;

namespace Nabla.Checking;

/// <summary>Recognizes right numbers that were computed or stored in single precision: nearly all of them differ, and all by next to nothing.</summary>
internal static class SinglePrecision
{
    /// <summary>How far such numbers may be off, relative to the largest of their tensor.</summary>
    private const double Tolerance = 1e-5;

    /// <summary>Whether the numbers of a case differ as those of single precision do.</summary>
    public static bool IsOf(ImmutableArray<ComparedTensor> results)
    {
        RoadResult[] evaluators = [.. results.Select(result => result.Roads[0])];
        return results.All(result => result.Roads[0].Worst is ComparedNumber worst && worst.Error <= Tolerance * Math.Max(result.Largest, double.Epsilon)
            && result[CheckRoad.FloatPlan] is { Agrees: true })
            && 2 * evaluators.Sum(road => road.Disagreeing) > evaluators.Sum(road => road.Compared);
    }

    /// <summary>What is said of one of the tensors.</summary>
    public static Diagnosis Diagnosis(ComparedTensor result)
    {
        ComparedNumber worst = result.Roads[0].Worst!;
        return new("unknown", $"the numbers agree to single precision only: the largest difference{(worst.Place.Length > 0 ? $", at {worst.Place}," : "")} is {worst.Error / result.Largest:0.0e-00} of the largest element; "
            + "no mistake is seen in them, but to be compared at 1e-10 they must be computed, and written with 17 digits, in double precision");
    }
}
