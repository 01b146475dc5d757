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

        (row, cells, read) = (0, 0, new ColumnTexts?[Columns.Length]);
        return true;
    }

    /// <inheritdoc/>
    public override InvalidDataException Wrong(string sentence, Exception? cause = null) => new($"{name}, row {Line}: {sentence}", cause);

    /// <inheritdoc/>
    public void Dispose() => limited.Dispose();

    private ColumnTexts ReadColumn(FlatColumn column)
    {
        if ((cells += rows) > MostCells)
        {
            throw new InvalidDataException($"{name}: a group of {rows:N0} rows has more than {MostCells:N0} values that are used; smaller groups take less memory");
        }

        string what = $"column '{TableFile.Shown(column.Name)}'";
        ThriftStruct chunk = ParquetFooter.ChunkOf(Footer.Groups[group], column, name);
        limited.Limit = pages.Check(chunk, TableFile.Shown(column.Name), rows);

        // The library fails on pages of nothing but missing values that have an empty dictionary.
        if (column.IsOptional && chunk.Struct(12) is { } statistics && statistics.Has(3) && statistics[3] == rows)
        {
            return ColumnTexts.Missing;
        }

        return Guard(() => ColumnTexts.Read(reader.OpenRowGroupReader(group), fields[column.Name], (int)rows), what);
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

/// <summary>The values of a column in a group of rows, as the texts that a table of delimited fields would have.</summary>
internal abstract class ColumnTexts
{
    private static readonly Dictionary<Type, Func<Library.ParquetRowGroupReader, DataField, int, ColumnTexts>> readers = new()
    {
        [typeof(bool)] = Reader<bool>((value, text) => Put(value ? "true" : "false", text)),
        [typeof(sbyte)] = Reader<sbyte>(Number),
        [typeof(byte)] = Reader<byte>(Number),
        [typeof(short)] = Reader<short>(Number),
        [typeof(ushort)] = Reader<ushort>(Number),
        [typeof(int)] = Reader<int>(Number),
        [typeof(uint)] = Reader<uint>(Number),
        [typeof(long)] = Reader<long>(Number),
        [typeof(ulong)] = Reader<ulong>(Number),
        [typeof(float)] = Reader<float>((value, text) => Number((double)value, text)),
        [typeof(double)] = Reader<double>(Number),
        [typeof(decimal)] = Reader<decimal>(Number),
        [typeof(DateTime)] = Reader<DateTime>((value, text) => value.TryFormat(text, out int length, "yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) ? length : 0),
        [typeof(ReadOnlyMemory<char>)] = (group, field, rows) => new Strings(Values<ReadOnlyMemory<char>>(group, field, rows)),
    };

    /// <summary>A column without values.</summary>
    public static ColumnTexts Missing { get; } = new Nothing();

    /// <summary>The text of a row; an empty one where it is missing. It is there until the next is asked for.</summary>
    public abstract ReadOnlySpan<char> this[int row] { get; }

    public static bool IsKnown(Type type) => readers.ContainsKey(type);

    public static ColumnTexts Read(Library.ParquetRowGroupReader group, DataField field, int rows) => readers[field.ClrType](group, field, rows);

    private static Func<Library.ParquetRowGroupReader, DataField, int, ColumnTexts> Reader<T>(Formatting<T> format)
        where T : struct => (group, field, rows) => new Formatted<T>(Values<T>(group, field, rows), format);

    /// <summary>The values, and for each row the place of its own; −1 where it is missing.</summary>
    private static (T[] Values, int[]? Places) Values<T>(Library.ParquetRowGroupReader group, DataField field, int rows)
        where T : struct
    {
        T[] values = new T[rows];
        int[]? levels = field.MaxDefinitionLevel > 0 ? new int[rows] : null;
        // A null array would become an empty buffer and not none.
        group.ReadRawAsync<T>(field, values, levels is null ? default(Memory<int>?) : levels, null).AsTask().GetAwaiter().GetResult();
        for (int i = 0, place = 0; levels is not null && i < rows; i++)
        {
            levels[i] = levels[i] == field.MaxDefinitionLevel ? place++ : -1;
        }

        return (values, levels);
    }

    private static int Number<T>(T value, Span<char> text)
        where T : ISpanFormattable => value.TryFormat(text, out int length, default, CultureInfo.InvariantCulture) ? length : 0;

    private static int Put(string value, Span<char> text)
    {
        value.CopyTo(text);
        return value.Length;
    }

    private delegate int Formatting<T>(T value, Span<char> text);

    private sealed class Formatted<T>((T[] Values, int[]? Places) column, Formatting<T> format) : ColumnTexts
    {
        private readonly char[] text = new char[64];

        public override ReadOnlySpan<char> this[int row] => (column.Places is null ? row : column.Places[row]) is >= 0 and int place
            ? text.AsSpan(0, format(column.Values[place], text))
            : [];
    }

    private sealed class Nothing : ColumnTexts
    {
        public override ReadOnlySpan<char> this[int row] => [];
    }

    private sealed class Strings((ReadOnlyMemory<char>[] Values, int[]? Places) column) : ColumnTexts
    {
        public override ReadOnlySpan<char> this[int row] => (column.Places is null ? row : column.Places[row]) is >= 0 and int place
            ? column.Values[place].Span.Trim()
            : [];
    }
}
