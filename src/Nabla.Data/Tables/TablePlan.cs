using System.Collections.Immutable;
using System.Globalization;

namespace Nabla.Data.Tables;

/// <summary>How the rows of a file are read: which columns, of which kind, and what the target is.</summary>
internal sealed class TablePlan
{
    private readonly ImmutableArray<Source> sources;
    private readonly Dictionary<string, int>? labels;
    private readonly string? targetName;
    private readonly double[] cells;

    private TablePlan(TableFile file, ImmutableArray<Source> sources, string? target, ImmutableArray<string> classes)
    {
        (File, this.sources, targetName, Classes) = (file, sources, target, classes);
        cells = new double[sources.Length];
        TargetPlace = target is null ? -1 : file.PlaceOf(target);
        labels = classes.IsEmpty ? null : PlacesOf(classes);
    }

    /// <summary>The file.</summary>
    public TableFile File { get; }

    /// <summary>The classes of the target; none where it is a number.</summary>
    public ImmutableArray<string> Classes { get; }

    /// <summary>The place of the target; −1 where the file does not have it.</summary>
    public int TargetPlace { get; }

    /// <summary>A plan of columns that were found in the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="columns">The names of the columns with their levels; null for a column of numbers.</param>
    /// <param name="target">The name of the target.</param>
    /// <param name="classes">The classes of the target; none where it is a number.</param>
    public static TablePlan Of(TableFile file, IEnumerable<(string Name, ImmutableArray<string>? Levels)> columns, string? target, ImmutableArray<string> classes) => new(
        file,
        [.. columns.Select(column => new Source(column.Name, file.Find(column.Name), column.Levels ?? [], column.Levels is { } levels ? PlacesOf(levels) : null))],
        target,
        classes);

    /// <summary>A plan of the columns of a preprocessing.</summary>
    /// <exception cref="InvalidDataException">The file lacks one of the columns.</exception>
    public static TablePlan Of(TableFile file, Preprocessing preprocessing, ImmutableArray<string> classes) => Of(
        file,
        preprocessing.Columns.Select(column => (column.Name, column is CategoryEncoding category ? category.Levels : (ImmutableArray<string>?)null)),
        preprocessing.Target?.Name,
        classes);

    /// <summary>The same columns of another file.</summary>
    /// <exception cref="InvalidDataException">The file lacks one of the columns.</exception>
    public TablePlan For(TableFile other)
    {
        other.Find(targetName!);
        return Of(other, sources.Select(source => (source.Name, source.Places is null ? (ImmutableArray<string>?)null : source.Levels)), targetName, Classes);
    }

    /// <summary>An empty table of the columns.</summary>
    public TableColumns CreateTable()
    {
        int shift = ShiftFor(sources.Length);
        return new(sources.Select(source => source.Places is null
            ? (ColumnValues)NumberColumn.Empty(source.Name, shift)
            : new CategoryColumn(source.Name, source.Levels, shift)));
    }

    /// <summary>How many rows of so many columns wait until they are packed, as a power of two: fewer of many columns, so that what waits stays small.</summary>
    public static int ShiftFor(int columns)
    {
        const int MostWaiting = 1 << 19;
        return Math.Clamp((int)Math.Log2(MostWaiting / Math.Max(1, columns)), 6, 12);
    }

    /// <summary>How many columns are used.</summary>
    public int Columns => sources.Length;

    /// <summary>The names of the columns that are used.</summary>
    public string NameOf(int column) => sources[column].Name;

    /// <summary>The levels of a column; null where it holds numbers.</summary>
    public ImmutableArray<string>? LevelsOf(int column) => sources[column].Places is null ? null : sources[column].Levels;

    /// <summary>A cell of a row: the number, or the place of the level, which is their number where it is none of them; NaN is a missing one.</summary>
    /// <exception cref="InvalidDataException">The field is not what its column holds.</exception>
    public double CellOf(TableRow row, int column)
    {
        Source source = sources[column];
        ReadOnlySpan<char> field = row[source.Place];
        return source.Places is null ? Number(row, source.Name, field)
            : Cell.IsMissing(field) ? double.NaN
            : source.Places.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(field, out int place) ? place
            : source.Levels.Length;
    }

    /// <summary>What the rows that were looked through or appended hold of categories that are none of the levels.</summary>
    public UnseenLevels Unseen { get; } = new();

    /// <summary>The same in sentences that name the file, which is another one than the columns were learned of.</summary>
    public IEnumerable<string> UnseenNotes => Unseen.Notes.Select(note => $"{File.FileName}: {note}");

    /// <summary>Appends the columns of a row: all of them, or none where one is damaged.</summary>
    /// <exception cref="InvalidDataException">A field is not what its column holds.</exception>
    public void Append(TableRow row, TableColumns table)
    {
        LookThrough(row);
        for (int i = 0; i < sources.Length; i++)
        {
            if (table.Columns[i] is NumberColumn numbers)
            {
                numbers.Append(cells[i]);
            }
            else
            {
                ((CategoryColumn)table.Columns[i]).Append(double.IsNaN(cells[i]) ? -1 : (int)cells[i]);
            }
        }
    }

    /// <summary>Reads the columns of a row and counts what the levels do not have.</summary>
    /// <exception cref="InvalidDataException">A field is not what its column holds; nothing of the row is counted then.</exception>
    public void LookThrough(TableRow row)
    {
        bool isUnseen = false;
        for (int i = 0; i < sources.Length; i++)
        {
            cells[i] = CellOf(row, i);
            isUnseen |= IsUnseen(i);
        }

        Unseen.Rows++;
        for (int i = 0; isUnseen && i < sources.Length; i++)
        {
            if (IsUnseen(i))
            {
                Unseen.Add(i, sources[i].Name, row[sources[i].Place]);
            }
        }

        bool IsUnseen(int i) => sources[i].Places is not null && cells[i] == sources[i].Levels.Length;
    }

    /// <summary>Looks through all rows that have a target: how many there are of each class; one number where it is a number.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or has more rows than are possible.</exception>
    public ImmutableArray<long> CountRows(CancellationToken cancellationToken)
    {
        long[] counts = new long[Math.Max(1, Classes.Length)];
        foreach (TableRow row in File.Rows(cancellationToken))
        {
            double y = TargetOf(row);
            if (!double.IsNaN(y))
            {
                LookThrough(row);
                counts[Classes.IsEmpty ? 0 : (int)y]++;
            }
        }

        return counts.Sum() <= Array.MaxLength ? [.. counts]
            : throw new InvalidDataException($"{File.FileName}: there are {counts.Sum():N0} rows, but at most {Array.MaxLength:N0} are possible");
    }

    /// <summary>The target of a row: the place of its class, or the number; NaN where it is missing.</summary>
    /// <exception cref="InvalidDataException">It is none of the classes, or no number.</exception>
    public double TargetOf(TableRow row)
    {
        ReadOnlySpan<char> field = row[TargetPlace];
        return labels is null ? Number(row, targetName!, field)
            : Cell.IsMissing(field) ? double.NaN
            : labels.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(field, out int label) || OtherSpelling(field, out label) ? label
            : throw row.Wrong($"column '{TableFile.Shown(targetName)}': '{TableFile.Shown(field)}' is none of the classes {string.Join(", ", Classes.Take(20).Select(name => TableFile.Shown(name)))}");
    }

    /// <summary>A number that is written otherwise than the class is called is looked up once and kept, so that a row takes no memory.</summary>
    private bool OtherSpelling(ReadOnlySpan<char> field, out int label)
    {
        const int MostSpellings = 10_000;
        if (!labels!.TryGetValue(LevelOf(field), out label))
        {
            return false;
        }

        if (labels.Count < MostSpellings)
        {
            labels.Add($"{field}", label);
        }

        return true;
    }

    /// <summary>The name of a class: a number is one class however it is written.</summary>
    public static string LevelOf(ReadOnlySpan<char> field) =>
        Cell.KindOf(field, out double number) == CellKind.Number ? number.ToString("R", CultureInfo.InvariantCulture) : $"{field}";

    private static double Number(TableRow row, string column, ReadOnlySpan<char> field) => Cell.KindOf(field, out double number) switch
    {
        CellKind.Missing => double.NaN,
        CellKind.Number when double.IsFinite(number) => number,
        CellKind.Number => throw row.Wrong($"column '{TableFile.Shown(column)}': {TableFile.Shown(field)} is not finite; a number is finite, or missing"),
        _ => throw row.Wrong($"column '{TableFile.Shown(column)}': '{TableFile.Shown(field)}' is no number; write one, or nothing where it is missing"),
    };

    private static Dictionary<string, int> PlacesOf(ImmutableArray<string> levels)
    {
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        for (int i = 0; i < levels.Length; i++)
        {
            places.TryAdd(levels[i], i);
        }

        return places;
    }

    private sealed record Source(string Name, int Place, ImmutableArray<string> Levels, Dictionary<string, int>? Places);
}
