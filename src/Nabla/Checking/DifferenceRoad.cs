using Nabla.Calculus.Verification;

namespace Nabla.Checking;

/// <summary>
/// The road of finite differences for one tensor: every element where they are few; else random directions, in which every element has its
/// part, and single elements where something is most likely to be found. Computed derivatives are kept.
/// </summary>
/// <param name="quotients">Derivatives by the variable.</param>
/// <param name="settings">How many directions and elements.</param>
/// <param name="isLarge">Whether the tensor is judged by directions and a sample.</param>
internal sealed class DifferenceRoad(DifferenceQuotients quotients, GradientCheckSettings settings, bool isLarge)
{
    private readonly Dictionary<(int Row, int Column), Quotient> elements = [];
    private List<(Matrix Direction, Quotient Quotient)>? directions;

    /// <summary>Compares a given gradient.</summary>
    /// <param name="given">The gradient.</param>
    /// <param name="tolerance">The tolerance of each element, and of each direction of length 1.</param>
    /// <param name="others">The other roads, whose worst elements are looked at in any case.</param>
    public RoadResult Compare(GivenTensor given, double tolerance, params IEnumerable<RoadResult> others)
    {
        Matrix values = given.Values;
        Comparison comparison = new(CheckRoad.FiniteDifferences);
        int compared = 0;
        int atKinks = 0;
        int unsettled = 0;
        bool Judges(Quotient quotient)
        {
            atKinks += quotient.Judgement == Judgement.AtKink ? 1 : 0;
            unsettled += quotient.Judgement == Judgement.Unsettled ? 1 : 0;
            return quotient.Judgement == Judgement.Settled;
        }

        foreach ((int row, int column) in isLarge ? Sample(values, others) : All(values))
        {
            Quotient quotient = Element(row, column);
            if (Judges(quotient))
            {
                comparison.Add(given, (row, column), quotient.Value, tolerance);
            }
        }

        if (isLarge)
        {
            directions ??= [.. Directions(values.Rows, values.Columns).Select(d => (d, quotients.Along(d)))];
            for (int k = 0; k < directions.Count; k++)
            {
                (Matrix direction, Quotient quotient) = directions[k];
                if (Judges(quotient))
                {
                    compared++;
                    comparison.Add(new ComparedNumber($"direction {k + 1}", Inner(values, direction), quotient.Value, tolerance));
                }
            }
        }

        return comparison.Result() with { Directions = compared, AtKinks = atKinks, Unsettled = unsettled };
    }

    /// <summary>The derivative by one element.</summary>
    public Quotient Element(int row, int column)
    {
        if (!elements.TryGetValue((row, column), out Quotient? known))
        {
            elements[(row, column)] = known = quotients.Element(row, column);
        }

        return known;
    }

    private static IEnumerable<(int Row, int Column)> All(Matrix values) =>
        from j in Enumerable.Range(0, values.Columns)
        from i in Enumerable.Range(0, values.Rows)
        select (i, j);

    private static double Inner(Matrix x, Matrix y)
    {
        double sum = 0;
        for (int k = 0; k < x.Elements.Length; k++)
        {
            sum += x.Elements[k] * y.Elements[k];
        }

        return sum;
    }

    /// <summary>The worst elements of the other roads, the largest ones, and random ones.</summary>
    private HashSet<(int Row, int Column)> Sample(Matrix values, IEnumerable<RoadResult> others)
    {
        HashSet<(int Row, int Column)> sample =
            [.. others.Select(road => road.Worst).OfType<ComparedNumber>().Select(worst => (worst.Row, worst.Column))];
        int largest = settings.SampledElements / 2;
        foreach ((int row, int column) in All(values).OrderByDescending(at => Math.Abs(values[at.Row, at.Column])).Take(largest))
        {
            sample.Add((row, column));
        }

        SeededRandom random = new(settings.Seed, stream: 1);
        while (sample.Count < Math.Min(settings.SampledElements, values.Elements.Length))
        {
            sample.Add((random.NextInt(values.Rows), random.NextInt(values.Columns)));
        }

        return sample;
    }

    /// <summary>Random signs, of length 1 together: no element is left out, and none prevails.</summary>
    private IEnumerable<Matrix> Directions(int rows, int columns)
    {
        SeededRandom random = new(settings.Seed, stream: 2);
        double part = 1 / Math.Sqrt((double)rows * columns);
        for (int k = 0; k < settings.Directions; k++)
        {
            yield return Matrix.From(rows, columns, (_, _) => random.NextInt(2) == 0 ? part : -part);
        }
    }
}
