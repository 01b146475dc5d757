using Nabla.Calculus.Verification;

namespace Nabla.Checking;

/// <summary>Collects numbers compared on one road: how many, how many disagree, which is worst.</summary>
internal sealed class Comparison(CheckRoad road)
{
    private int compared;
    private int disagreeing;
    private ComparedNumber? worst;

    /// <summary>Every element of a given tensor beside the computed one.</summary>
    public static RoadResult OfElements(CheckRoad road, GivenTensor given, Matrix computed, double tolerance)
    {
        Comparison comparison = new(road);
        for (int j = 0; j < computed.Columns; j++)
        {
            for (int i = 0; i < computed.Rows; i++)
            {
                comparison.Add(given, (i, j), computed[i, j], tolerance);
            }
        }

        return comparison.Result();
    }

    /// <summary>Adds one element.</summary>
    public void Add(GivenTensor given, (int Row, int Column) at, double computed, double tolerance)
    {
        // The text of the index is made only for an element that will be kept: large tensors have many.
        double value = given.Values[at.Row, at.Column];
        ComparedNumber number = new("", value, computed, tolerance);
        Add(number, () => number with { Place = given.IndexOf(at.Row, at.Column), Row = at.Row, Column = at.Column });
    }

    /// <summary>Adds one direction.</summary>
    public void Add(ComparedNumber number) => Add(number, () => number);

    /// <summary>The result so far.</summary>
    public RoadResult Result() => new(road, compared, disagreeing, worst);

    private void Add(ComparedNumber number, Func<ComparedNumber> keep)
    {
        compared++;
        disagreeing += number.Agrees ? 0 : 1;
        if (worst is null || !(number.Error / number.Tolerance <= worst.Error / worst.Tolerance))
        {
            worst = keep();
        }
    }
}
