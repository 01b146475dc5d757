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
        return [.. train.Columns.Select(column => Learn(column, numbers, categories))];
    }

    /// <summary>The mean and the standard deviation of the numbers to train with, in which a target is told to a network.</summary>
    /// <exception cref="ArgumentException">The numbers are too large to be standardized.</exception>
    public static (double Mean, double Scale) Measure(NumberColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        RunningMoments moments = new();
        for (int row = 0; row < column.Count; row++)
        {
            moments.Add(column[row]);
        }

        return moments.Require(column.Name);
    }

    private static ColumnEncoding Learn(ColumnValues column, NumberFill numbers, CategoryFill categories)
    {
        NumberColumn? number = column as NumberColumn;
        CategoryColumn? category = column as CategoryColumn;
        ColumnLearner learner = new(column.Name, category?.Levels, numbers, categories);
        for (int row = 0; row < column.Count; row++)
        {
            learner.Add(number is not null ? number[row] : category![row] is int level and >= 0 ? level : double.NaN);
        }

        return learner.Learn();
    }
}
