using System.Collections.Immutable;

namespace Nabla.Data.Tables;

/// <summary>What is learned from a table.</summary>
public enum TableTask
{
    /// <summary>One of a few classes.</summary>
    Classification,

    /// <summary>A number.</summary>
    Regression,
}

/// <summary>How a table becomes a data set.</summary>
public sealed record TableOptions
{
    /// <summary>The column to predict; null takes the one named target, label, class or y, else the last.</summary>
    public string? Target { get; init; }

    /// <summary>The columns to predict from, in this order; none takes all others.</summary>
    public ImmutableArray<string> Features { get; init; } = [];

    /// <summary>Columns that hold categories although they look like numbers, such as postal codes.</summary>
    public ImmutableArray<string> Categories { get; init; } = [];

    /// <summary>What is learned; null finds it from the target.</summary>
    public TableTask? Task { get; init; }

    /// <summary>Whether the first row names the columns; null finds it: a row of numbers names none.</summary>
    public bool? HasHeader { get; init; }

    /// <summary>What stands for a missing number.</summary>
    public NumberFill MissingNumbers { get; init; }

    /// <summary>What stands for a missing category.</summary>
    public CategoryFill MissingCategories { get; init; }

    /// <summary>The fraction of the rows that choose when to stop and which weights are kept.</summary>
    public double Validation { get; init; }

    /// <summary>The fraction of the rows that judge the finished model; none where there is a file of such rows.</summary>
    public double Test { get; init; } = 0.2;

    /// <summary>A file with the rows that judge the finished model, with the same columns; null takes them from the table.</summary>
    public string? TestFile { get; init; }

    /// <summary>Fixes which rows are in which part.</summary>
    public ulong Seed { get; init; } = 1;
}
