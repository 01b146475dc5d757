using System.Collections.Immutable;
using System.Globalization;
using Nabla.Data.Tables;
using Parquet.Schema;
using Library = Parquet;

namespace Nabla.Data.Parquet;

/// <summary>The rows of a Parquet file, one after the other. Of a group of rows a column is read when one of its fields is asked for, so that what is not used takes neither time nor memory.</summary>
internal sealed class ParquetRows : TableRow, IDisposable
{
    private const long MostCells = 1L << 27;

    private readonly string name;
    private readonly FileStream file;
    private readonly LimitedStream limited;
    private readonly ParquetPages pages;
    private readonly Library.ParquetReader reader;
    private readonly Dictionary<string, DataField> fields;
    private ColumnTexts?[] read = [];
    private int group = -1;
    private long row;
    private long rows;
    private long cells;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public ParquetRows(string path, string name)
    {
        this.name = name;
        if (Directory.Exists(path))
        {
            throw new InvalidDataException($"{path} is a folder, but a table is a file");
        }

        file = File.Exists(path) ? File.OpenRead(path) : throw new FileNotFoundException($"there is no file {path}");
        limited = new(file);
        try
        {
            Footer = new(file, name);
            pages = new(file, name, Footer.End);
            reader = Guard(() => Library.ParquetReader.CreateAsync(limited).GetAwaiter().GetResult(), "the footer");
            fields = Guard(
                () => reader.Schema.Fields.OfType<DataField>().GroupBy(field => field.Name, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal),
                "the footer");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What the file says of itself.</summary>
    public ParquetFooter Footer { get; }

    /// <summary>The columns in the order of the fields.</summary>
    public ImmutableArray<FlatColumn> Columns { get; init; } = [];

    /// <summary>What the columns are read into.</summary>
    public ColumnBuffers Buffers { get; init; } = new();

    /// <inheritdoc/>
    public override ReadOnlySpan<char> this[int field] => (read[field] ??= ReadColumn(Columns[field]))[(int)row];

    /// <summary>Whether values of a type are read.</summary>
    public static bool IsKnown(Type type) => ColumnTexts.IsKnown(type);

    /// <summary>The type of a column's values; null where the library takes it for none of a value a row.</summary>
    public Type? TypeOf(FlatColumn column) => fields.GetValueOrDefault(column.Name)?.ClrType;

    /// <summary>Goes to the next row.</summary>
    public bool Read()
    {
        Line++;
        if (++row < rows)
        {
            return true;
        }

        do
        {
            if (++group >= Footer.Groups.Length)
            {
                return false;
            }

            rows = Footer.Groups[group][3];
        }
        while (rows == 0);

        Free();
        (row, cells, read) = (0, 0, new ColumnTexts?[Columns.Length]);
        return true;
    }

    /// <inheritdoc/>
    public override InvalidDataException Wrong(string sentence, Exception? cause = null) => new($"{name}, row {Line}: {sentence}", cause);

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        limited.Dispose();
    }

    private void Free()
    {
        foreach (ColumnTexts? texts in read)
        {
            texts?.Dispose();
        }

        read = [];
    }

    private ColumnTexts ReadColumn(FlatColumn column)
    {
        if ((cells += rows) > MostCells)
        {
            throw new InvalidDataException($"{name}: a group of {rows:N0} rows has more than {MostCells:N0} values that are used; smaller groups take less memory");
        }

        string what = $"column '{TableFile.Shown(column.Name)}'";
        ThriftStruct chunk = ParquetFooter.ChunkOf(Footer.Groups[group], column, name);
        (limited.Limit, long bytes) = pages.Check(chunk, TableFile.Shown(column.Name), rows);
        RequireWorth(column, bytes);

        // The library fails on pages of nothing but missing values that have an empty dictionary.
        if (column.IsOptional && chunk.Struct(12) is { } statistics && statistics.Has(3) && statistics[3] == rows)
        {
            return ColumnTexts.Missing;
        }

        return Guard(() => ColumnTexts.Read(reader.OpenRowGroupReader(group), fields[column.Name], (int)rows, Buffers), what);
    }

    /// <summary>The library reads a column of a group at once. What repeats takes next to nothing in a file, and in memory as much as anything else until it was read.</summary>
    private void RequireWorth(FlatColumn column, long bytes)
    {
        const long Free = 60 << 20;
        long needed = rows * ColumnTexts.BytesOfAValue(fields[column.Name].ClrType);
        if (needed > Free + 2 * bytes)
        {
            throw new InvalidDataException(
                $"{name}: column '{TableFile.Shown(column.Name)}' has {rows:N0} rows in one group, which take {needed >> 20:N0} MB while they are read, but hold {bytes:N0} bytes; smaller groups take less memory");
        }
    }

    /// <summary>The library throws whatever comes to it where a file is damaged; it has no state of ours to leave behind.</summary>
    private T Guard<T>(Func<T> read, string what)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidDataException($"{name}: {what} is damaged, or written in a way that is not read", e);
        }
    }
}
