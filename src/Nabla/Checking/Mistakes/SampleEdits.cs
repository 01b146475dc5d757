using Nabla.Calculus.Verification;

namespace Nabla.Checking.Mistakes;

/// <summary>One sample left of a batch: what a loop leaves that overwrites where it should add.</summary>
internal static class SampleEdits
{
    private const int MostSamples = 64;

    /// <summary>The columns of δ with all but one set to zero; the last and the first sample first.</summary>
    public static IEnumerable<(string Which, Matrix Values, double Cost)> Of(Matrix delta)
    {
        int m = delta.Columns;
        if (m == 1)
        {
            yield break;
        }

        yield return ("last", Only(delta, m - 1), 1.2);
        yield return ("first", Only(delta, 0), 1.3);
        for (int j = 1; j < m - 1 && m <= MostSamples; j++)
        {
            yield return ($"{j + 1}{((j + 1) % 10, (j + 1) / 10) switch { (1, not 1) => "st", (2, not 1) => "nd", (3, not 1) => "rd", _ => "th" }}", Only(delta, j), 1.9);
        }
    }

    private static Matrix Only(Matrix delta, int sample) => Matrix.From(delta.Rows, delta.Columns, (i, j) => j == sample ? delta[i, j] : 0);
}
