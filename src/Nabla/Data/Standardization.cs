using System.Collections.Immutable;

namespace Nabla.Data;

/// <summary>What stands for a missing number.</summary>
public enum NumberFill
{
    /// <summary>The mean of the column, which becomes 0.</summary>
    Mean,

    /// <summary>The median of the column.</summary>
    Median,
}

/// <summary>What stands for a missing category.</summary>
public enum CategoryFill
{
    /// <summary>A level of its own, where the samples to train with have missing values; else all zeros.</summary>
    OwnLevel,

    /// <summary>The most frequent level of the column.</summary>
    MostFrequent,
}

/// <summary>Learns a preprocessing from the samples to train with.</summary>
public static class Standardization
{
    /// <summary>Means, deviations, fills and levels of the columns of a table.</summary>
    /// <exception cref="ArgumentException">A column has no values, or numbers too large to be standardized.</exception>
    public static ImmutableArray<ColumnEncoding> Learn(
        TableColumns train, NumberFill numbers = NumberFill.Mean, CategoryFill categories = CategoryFill.OwnLevel)
    {
        ArgumentNullException.ThrowIfNull(train);
        return
        [
            .. train.Columns.Select(column => column is NumberColumn number
                ? (ColumnEncoding)Learn(number, numbers)
                : Learn((CategoryColumn)column, categories)),
        ];
    }

    /// <summary>The mean and the standard deviation of the numbers to train with, in which a target is told to a network.</summary>
    /// <exception cref="ArgumentException">The numbers are too large to be standardized.</exception>
    public static (double Mean, double Scale) Measure(NumberColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        (double mean, double scale, long count) = Measure(Values(column));
        return count == 0 ? throw new ArgumentException($"column '{column.Name}' has no number among the samples to train with")
            : !double.IsFinite(mean) || !double.IsFinite(scale) ? throw new ArgumentException($"column '{column.Name}' has numbers too large to be standardized")
            : (mean, scale);
    }

    /// <summary>The mean and the standard deviation of numbers without the missing ones, by Welford's method; a deviation that is only rounding is 1.</summary>
    /// <returns>The two, and how many numbers there are.</returns>
    private static (double Mean, double Scale, long Count) Measure(IEnumerable<double> numbers)
    {
        (double mean, double squares, long count) = (0, 0, 0);
        foreach (double x in numbers.Where(x => !double.IsNaN(x)))
        {
            double before = x - mean;
            mean += before / ++count;
            squares += before * (x - mean);
        }

        double deviation = count == 0 ? 0 : Math.Sqrt(squares / count);
        return (mean, deviation <= 1e-10 * Math.Abs(mean) || deviation == 0 ? 1 : deviation, count);
    }

    private static NumberEncoding Learn(NumberColumn column, NumberFill fill)
    {
        (double mean, double scale) = Measure(column);
        return new(column.Name, mean, scale, fill == NumberFill.Mean ? mean : Median(column));
    }

    private static CategoryEncoding Learn(CategoryColumn column, CategoryFill fill)
    {
        long[] counts = new long[column.Levels.Length + 1];
        for (int i = 0; i < column.Count; i++)
        {
            counts[column[i] + 1]++;
        }

        ImmutableArray<string> seen = [.. column.Levels.Where((_, i) => counts[i + 1] > 0)];
        return seen.IsEmpty ? throw new ArgumentException($"column '{column.Name}' has no value among the samples to train with")
            : fill == CategoryFill.OwnLevel ? new(column.Name, seen, MissingIsLevel: counts[0] > 0)
            : new(column.Name, seen, MissingIsLevel: false, column.Levels[Array.IndexOf(counts, counts[1..].Max(), 1) - 1]);
    }

    private static double Median(NumberColumn column)
    {
        double[] sorted = [.. Values(column).Where(x => !double.IsNaN(x)).Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : sorted[sorted.Length / 2 - 1] / 2 + sorted[sorted.Length / 2] / 2;
    }

    private static IEnumerable<double> Values(NumberColumn column) => Enumerable.Range(0, column.Count).Select(row => column[row]);
}
