using System.Collections.Immutable;

namespace Nabla.Data.Arrays;

/// <summary>Rows of an array as inputs; the array stays as the file has it.</summary>
/// <param name="array">Numbers that are finite, or NaN where they are missing.</param>
/// <param name="rows">Which of its rows are the samples.</param>
/// <param name="columns">What is done to each of its columns.</param>
internal sealed class ArrayFeatures(NumberArray array, int[] rows, ImmutableArray<NumberEncoding> columns) : StandardizedFeatures(rows.Length, columns)
{
    /// <inheritdoc/>
    protected override double NumberAt(int sample, int place) => array[rows[sample], place];

    /// <inheritdoc/>
    internal override ArrayFeatures Part(IReadOnlyList<int> which) => new(array, [.. which.Select(sample => rows[sample])], Columns);
}
