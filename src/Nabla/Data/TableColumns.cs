using System.Collections.Immutable;

namespace Nabla.Data;

/// <summary>Columns of one length, in memory.</summary>
public sealed class TableColumns
{
    private readonly Dictionary<string, ColumnValues> byName;

    /// <summary>A table of columns.</summary>
    /// <exception cref="ArgumentException">There are none, two have one name, or their lengths differ.</exception>
    public TableColumns(params IEnumerable<ColumnValues> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Columns = [.. columns];
        byName = new(StringComparer.Ordinal);
        foreach (ColumnValues column in Columns)
        {
            if (!byName.TryAdd(column.Name, column))
            {
                throw new ArgumentException($"two columns are named '{column.Name}'; each column needs a name of its own");
            }

            if (column.Count != Columns[0].Count)
            {
                throw new ArgumentException($"column '{column.Name}' has {column.Count} rows, but column '{Columns[0].Name}' has {Columns[0].Count}");
            }
        }
    }

    /// <summary>The columns.</summary>
    public ImmutableArray<ColumnValues> Columns { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => Columns.IsEmpty ? 0 : Columns[0].Count;

    /// <summary>Frees what waits for more rows: nothing is appended after it.</summary>
    internal void Trim()
    {
        foreach (ColumnValues column in Columns)
        {
            column.Trim();
        }
    }

    /// <summary>Some of the rows, in the order that is given.</summary>
    internal TableColumns Part(IReadOnlyList<int> rows)
    {
        TableColumns part = new(Columns.Select(column => column.Part(rows)));
        part.Trim();
        return part;
    }

    /// <summary>The column of a name; null where there is none.</summary>
    public ColumnValues? Find(string name) => byName.GetValueOrDefault(name);
}

/// <summary>A column of a table. One thread may append to it; any number may read it when it is complete.</summary>
public abstract class ColumnValues
{
    private protected ColumnValues(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>How many rows there are.</summary>
    public abstract int Count { get; }

    /// <summary>Frees what waits for more rows: nothing is appended after it.</summary>
    internal abstract void Trim();

    /// <summary>The same column of some rows, in the order that is given.</summary>
    internal abstract ColumnValues Part(IReadOnlyList<int> rows);
}

/// <summary>A column of numbers; NaN stands for a missing one.</summary>
public sealed class NumberColumn : ColumnValues
{
    private readonly int shift;
    private readonly List<PackedNumbers> packed = [];
    private double[] pending = [];
    private int waiting;

    /// <summary>A column of numbers.</summary>
    /// <exception cref="ArgumentException">A number is infinite.</exception>
    public NumberColumn(string name, params IEnumerable<double> values)
        : this(12, name)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (double value in values)
        {
            Append(value);
        }
    }

    private NumberColumn(int shift, string name)
        : base(name) => this.shift = shift;

    /// <inheritdoc/>
    public override int Count => (packed.Count << shift) + waiting;

    /// <summary>The number of a row; NaN where it is missing.</summary>
    public double this[int row]
    {
        get
        {
            int block = row >> shift;
            return (uint)row >= (uint)Count ? throw new ArgumentOutOfRangeException(nameof(row), $"there is no row {row} in the {Count} of column '{Name}'")
                : block < packed.Count ? packed[block][row & ((1 << shift) - 1)]
                : pending[row & ((1 << shift) - 1)];
        }
    }

    /// <summary>An empty column that packs 2ˢ numbers at a time.</summary>
    internal static NumberColumn Empty(string name, int shift) => new(shift, name);

    /// <summary>Adds a row; NaN for a missing number.</summary>
    /// <exception cref="ArgumentException">The number is infinite.</exception>
    internal void Append(double value)
    {
        if (double.IsInfinity(value))
        {
            throw new ArgumentException($"row {Count} of column '{Name}' is {value}, but must be a finite number, or NaN where it is missing");
        }

        if (waiting == pending.Length)
        {
            Array.Resize(ref pending, Math.Clamp(2 * waiting, 16, 1 << shift));
        }

        pending[waiting++] = value;
        if (waiting == 1 << shift)
        {
            packed.Add(new(pending));
            waiting = 0;
        }
    }

    /// <inheritdoc/>
    internal override void Trim() => Array.Resize(ref pending, waiting);

    /// <inheritdoc/>
    internal override NumberColumn Part(IReadOnlyList<int> rows)
    {
        NumberColumn part = new(shift, Name);
        foreach (int row in rows)
        {
            part.Append(this[row]);
        }

        return part;
    }
}

/// <summary>A column of categories: for each row one of a few levels, or none where it is missing.</summary>
public sealed class CategoryColumn : ColumnValues
{
    private readonly NumberColumn codes;

    /// <summary>A column of texts; its levels are the different ones, in the order of their characters. A missing one is null.</summary>
    public CategoryColumn(string name, params IEnumerable<string?> values)
        : base(name)
    {
        string?[] texts = [.. values];
        Levels = [.. texts.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Dictionary<string, int> places = Levels.Select((level, i) => (level, i)).ToDictionary(pair => pair.level, pair => pair.i, StringComparer.Ordinal);
        codes = new(name, texts.Select(text => text is null ? double.NaN : places[text]));
    }

    /// <summary>An empty column that packs 2ˢ rows at a time.</summary>
    internal CategoryColumn(string name, ImmutableArray<string> levels, int shift)
        : this(name, levels, NumberColumn.Empty(name, shift))
    {
    }

    private CategoryColumn(string name, ImmutableArray<string> levels, NumberColumn codes)
        : base(name) => (Levels, this.codes) = (levels, codes);

    /// <summary>The levels.</summary>
    public ImmutableArray<string> Levels { get; }

    /// <inheritdoc/>
    public override int Count => codes.Count;

    /// <summary>The place of a row's level among the levels; −1 where it is missing, and the number of levels where it is none of them.</summary>
    public int this[int row] => codes[row] is double code and >= 0 ? (int)code : -1;

    /// <summary>Adds a row: the place of its level, −1 for a missing one.</summary>
    internal void Append(int level) => codes.Append(level < 0 ? double.NaN : level);

    /// <inheritdoc/>
    internal override void Trim() => codes.Trim();

    /// <inheritdoc/>
    internal override CategoryColumn Part(IReadOnlyList<int> rows) => new(Name, Levels, codes.Part(rows));
}
