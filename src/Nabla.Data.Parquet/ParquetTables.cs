using System.Collections.Immutable;
using Nabla.Data.Tables;

namespace Nabla.Data.Parquet;

/// <summary>
/// Reads tables from Parquet files as data sets, as <see cref="TableReader"/> does from delimited text: numbers, texts, true and false; dates are left out, a null is a missing value, and a column of texts holds
/// categories. What is wrong in a file is said in one sentence. A group of rows is in memory at a time, with those of its columns that are used.
/// </summary>
public static class ParquetTables
{
    /// <summary>Whether a file is called as Parquet files are.</summary>
    public static bool IsParquetFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads a table to train with: finds out what its columns hold, parts its rows, and learns the preprocessing from the rows to train with.</summary>
    /// <param name="path">The file; one that is not called as Parquet files are is read as delimited text, and so is the file of test rows.</param>
    /// <param name="options">What the file does not say.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The file is damaged, is no table, or cannot be learned from.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static Dataset Load(string path, TableOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        RequireNames(path, options.HasHeader);
        return TableReader.Load(path, options, name => Open(name, options.HasHeader), cancellationToken);
    }

    /// <summary>Looks through a table to train with, whose rows are read again in each epoch, through a window: <see cref="TableReader.Open(string, int, TableOptions?, CancellationToken)"/>.</summary>
    /// <param name="path">The file, which must not change meanwhile; one that is not called as Parquet files are is read as delimited text, and so is the file of test rows.</param>
    /// <param name="window">How many rows are in memory, of which the next one is drawn; beside them there is the group of rows that is read.</param>
    /// <param name="options">What the file does not say.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The file is damaged, is no table, or cannot be learned from.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static StreamedDataset Open(string path, int window, TableOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        RequireNames(path, options.HasHeader);
        return TableReader.Open(path, window, options, name => Open(name, options.HasHeader), cancellationToken);
    }

    /// <summary>Reads a table with a preprocessing that was learned before, as samples of which none are held out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="preprocessing">What was learned.</param>
    /// <param name="classes">The classes; none where the target is a number.</param>
    /// <param name="hasHeader">Whether the first row of delimited text names the columns; null finds it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or lacks a column that is needed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Dataset Load(string path, Preprocessing preprocessing, ImmutableArray<string> classes, bool? hasHeader = null, CancellationToken cancellationToken = default)
    {
        TableReader.RequireTable(path, preprocessing);
        RequireNames(path, hasHeader);
        return TableReader.Load(Open(path, hasHeader), preprocessing, classes, cancellationToken);
    }

    /// <summary>
    /// Looks through a table with a preprocessing that was learned before, as samples of which none are held out and none are kept:
    /// <see cref="TableReader.Open(string, int, Preprocessing, ImmutableArray{string}, bool?, CancellationToken)"/>.
    /// </summary>
    /// <param name="path">The file, which must not change meanwhile.</param>
    /// <param name="window">How many rows are in memory when they are trained with.</param>
    /// <param name="preprocessing">What was learned.</param>
    /// <param name="classes">The classes; none where the target is a number.</param>
    /// <param name="hasHeader">Whether the first row of delimited text names the columns; null finds it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or lacks a column that is needed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static StreamedDataset Open(
        string path, int window, Preprocessing preprocessing, ImmutableArray<string> classes, bool? hasHeader = null, CancellationToken cancellationToken = default)
    {
        TableReader.RequireTable(path, preprocessing);
        RequireNames(path, hasHeader);
        return TableReader.Open(Open(path, hasHeader), window, preprocessing, classes, cancellationToken);
    }

    /// <summary>Reads a table with a preprocessing that was learned before, some rows at a time.</summary>
    /// <param name="path">The file; it need not have the target.</param>
    /// <param name="preprocessing">What was learned.</param>
    /// <param name="hasHeader">Whether the first row of delimited text names the columns; null finds it.</param>
    /// <param name="count">How many rows, from the first; all where there are fewer.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or lacks a column that is needed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IEnumerable<TableBatch> Stream(
        string path, Preprocessing preprocessing, bool? hasHeader = null, long count = long.MaxValue, CancellationToken cancellationToken = default)
    {
        TableReader.RequireTable(path, preprocessing);
        RequireNames(path, hasHeader);
        return TableReader.Stream(Open(path, hasHeader), preprocessing, count, cancellationToken);
    }

    private static TableFile Open(string path, bool? hasHeader) => IsParquetFile(path) ? new ParquetFile(path) : new CsvFile(path, hasHeader);

    private static void RequireNames(string path, bool? hasHeader)
    {
        if (hasHeader is not null && IsParquetFile(path))
        {
            throw new ArgumentException($"{Path.GetFileName(path)} names its columns itself; whether its first row does is asked of delimited text only");
        }
    }
}
