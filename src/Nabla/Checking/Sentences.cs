namespace Nabla.Checking;

/// <summary>What one road computes for one element, and how far from the truth that may be.</summary>
internal sealed record RoadValue(CheckRoad Road, double Value, double Tolerance);

/// <summary>What is said of a tensor that disagrees.</summary>
internal static class Sentences
{
    /// <summary>One sentence: which element is worst on the first road that disagrees, and whether the roads are at one about it.</summary>
    /// <param name="given">The given tensor.</param>
    /// <param name="result">The comparison.</param>
    /// <param name="valuesAt">The values of all roads for an element.</param>
    public static string Of(GivenTensor given, ComparedTensor result, Func<int, int, IReadOnlyList<RoadValue>> valuesAt)
    {
        RoadResult first = result.Roads.First(road => !road.Agrees);
        ComparedNumber worst = first.Worst!;
        string what = given.Quantity == ComparedQuantity.Loss ? "the loss"
            : worst.Row < 0 ? $"the derivative in random {worst.Place}"
            : $"element {worst.Place}";
        string computed = first.Road switch
        {
            CheckRoad.Evaluator => given.IsGradient ? "the derived gradient gives" : "the network gives",
            CheckRoad.FiniteDifferences => "finite differences give",
            _ => "the float plan gives",
        };
        string count = first.Disagreeing > 1 ? $", the worst of {first.Disagreeing} that disagree" : "";
        string others = worst.Row < 0 ? "" : $" ({Others(first, valuesAt(worst.Row, worst.Column))})";
        return $"{what} is {worst.Given}, but {computed} {worst.Computed}{count}{others}";
    }

    /// <summary>One sentence: how much finite differences left undecided, where no road disagrees.</summary>
    public static string OfUndecided(RoadResult differences)
    {
        int all = differences.Compared + differences.AtKinks + differences.Unsettled;
        return $"finite differences leave {differences.Unsettled} of {all} undecided, because no two step sizes agree; the other roads agree";
    }

    private static string Others(RoadResult first, IReadOnlyList<RoadValue> values)
    {
        RoadValue own = values.Single(value => value.Road == first.Road);
        RoadValue[] different =
            [.. values.Where(value => !(Math.Abs(value.Value - own.Value) <= Math.Max(value.Tolerance, own.Tolerance)))];
        return different.Length == 0
            ? $"{Listed([.. values.Select(value => NameOf(value.Road))])} agree with each other"
            : string.Join(", ", different.Select(value => $"{NameOf(value.Road)}: {value.Value}"));
    }

    private static string NameOf(CheckRoad road) => road switch
    {
        CheckRoad.Evaluator => "evaluator",
        CheckRoad.FiniteDifferences => "finite differences",
        _ => "float plan",
    };

    private static string Listed(string[] names) => $"{string.Join(", ", names[..^1])} and {names[^1]}";
}
