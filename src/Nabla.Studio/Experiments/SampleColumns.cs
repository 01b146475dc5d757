using System.Collections.Immutable;
using Nabla.Calculus.Verification;
using Nabla.Data;

namespace Nabla.Studio.Experiments;

/// <summary>Samples as the columns of a matrix, as the expressions of a network have them.</summary>
internal static class SampleColumns
{
    /// <summary>The inputs of samples, a column each.</summary>
    public static Matrix InputColumns(this Samples samples, IReadOnlyList<int> which) => Columns(samples.Inputs, which, samples.InputsOf);

    /// <summary>The targets of samples, a column each.</summary>
    public static Matrix TargetColumns(this Samples samples, IReadOnlyList<int> which) => Columns(samples.Outputs, which, samples.TargetsOf);

    private static Matrix Columns(int rows, IReadOnlyList<int> which, Func<int, ImmutableArray<double>> of)
    {
        Matrix columns = new(rows, which.Count);
        for (int j = 0; j < which.Count; j++)
        {
            of(which[j]).CopyTo(columns.Elements[(j * rows)..]);
        }

        return columns;
    }
}
