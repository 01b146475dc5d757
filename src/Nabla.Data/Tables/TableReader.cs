using System.Collections.Immutable;
using System.Runtime.ExceptionServices;

namespace Nabla.Data.Tables;

/// <summary>
/// Reads tables of delimited text (CSV, TSV; RFC 4180) as data sets. A file may be compressed with gzip. What is wrong in a file is said in one sentence with the
/// line and the column. A file is read two or three times in constant memory; what is kept of it takes less than its text.
/// </summary>
public static class TableReader
{
    /// <summary>Reads a table to train with: finds out what its columns hold, parts its rows, and learns the preprocessing from the rows to train with.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What the file does not say.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The file is damaged, is no table, or cannot be learned from.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static Dataset Load(string path, TableOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        return Load(path, options, name => new CsvFile(name, options.HasHeader), cancellationToken);
    }

    /// <summary>Reads a table of any kind to train with.</summary>
    internal static Dataset Load(string path, TableOptions options, Func<string, TableFile> open, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        double test = options.TestFile is null ? options.Test : 0;
        Parts.RequireFractions(options.Validation, test);
        TableFile file = open(path);
        TableChoice choice = new ColumnChooser(file, options, cancellationToken).Choose();
        Parts parts = new(choice.Counts, options.Validation, test, options.Seed);
        TablePart[] filled = [.. Enum.GetValues<Part>().Select(_ => new TablePart(choice.Plan))];
        foreach (TableRow row in file.Rows(cancellationToken))
        {
            double target = choice.Plan.TargetOf(row);
            if (!double.IsNaN(target))
            {
                filled[(int)parts.Next(choice.Plan.Classes.IsEmpty ? 0 : (int)target)].Append(row, target);
            }
        }

        List<string> notes = [.. choice.Notes];
        if (options.TestFile is string held)
        {
            TablePlan plan = choice.Plan.For(open(held));
            filled[(int)Part.Test] = Fill(plan, cancellationToken);
            notes.AddRange(plan.UnseenNotes);
        }

        TablePart train = filled[(int)Part.Train];
        Preprocessing preprocessing = Learn(choice.Plan, train, options, notes);
        return new(
            file.FileName,
            train.ToSamples(preprocessing)!,
            filled[(int)Part.Test].ToSamples(preprocessing),
            choice.Plan.Classes,
            [.. notes],
            filled[(int)Part.Validation].ToSamples(preprocessing),
            preprocessing);
    }

    /// <summary>
    /// Looks through a table to train with as <see cref="Load(string, TableOptions?, CancellationToken)"/> does, with the same parts and the same preprocessing, but keeps none of its rows: they are
    /// read again in each epoch, through a window. A median is that of a sample of the numbers where they are more than may be kept; a note says so.
    /// </summary>
    /// <param name="path">The file, which must not change meanwhile.</param>
    /// <param name="window">How many rows are in memory, of which the next one is drawn.</param>
    /// <param name="options">What the file does not say.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The file is damaged, is no table, or cannot be learned from.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static StreamedDataset Open(string path, int window, TableOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        return Open(path, window, options, name => new CsvFile(name, options.HasHeader), cancellationToken);
    }

    /// <summary>Looks through a table of any kind to train with.</summary>
    internal static StreamedDataset Open(string path, int window, TableOptions options, Func<string, TableFile> open, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new TableSurvey(path, options, open, cancellationToken).ToStreams(window);
    }

    /// <summary>Reads a table with a preprocessing that was learned before, as samples of which none are held out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="preprocessing">What was learned.</param>
    /// <param name="classes">The classes; none where the target is a number.</param>
    /// <param name="hasHeader">Whether the first row names the columns; null finds it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or lacks a column that is needed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Dataset Load(
        string path, Preprocessing preprocessing, ImmutableArray<string> classes, bool? hasHeader = null, CancellationToken cancellationToken = default)
    {
        RequireTable(path, preprocessing);
        return Load(new CsvFile(path, hasHeader), preprocessing, classes, cancellationToken);
    }

    /// <summary>Reads a table of any kind with a preprocessing that was learned before.</summary>
    internal static Dataset Load(TableFile file, Preprocessing preprocessing, ImmutableArray<string> classes, CancellationToken cancellationToken)
    {
        TablePlan plan = PlanWithTarget(file, preprocessing, classes);
        Samples samples = Fill(plan, cancellationToken).ToSamples(preprocessing) ?? throw NoTarget(plan);
        return new(file.FileName, samples, classes: classes, notes: NotesOf(plan), preprocessing: preprocessing);
    }

    /// <summary>
    /// Looks through a table with a preprocessing that was learned before, as samples of which none are held out and none are kept: they are read again where they are needed. Their numbers are those of
    /// <see cref="Load(string, Preprocessing, ImmutableArray{string}, bool?, CancellationToken)"/>.
    /// </summary>
    /// <param name="path">The file, which must not change meanwhile.</param>
    /// <param name="window">How many rows are in memory when they are trained with.</param>
    /// <param name="preprocessing">What was learned.</param>
    /// <param name="classes">The classes; none where the target is a number.</param>
    /// <param name="hasHeader">Whether the first row names the columns; null finds it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or lacks a column that is needed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static StreamedDataset Open(
        string path, int window, Preprocessing preprocessing, ImmutableArray<string> classes, bool? hasHeader = null, CancellationToken cancellationToken = default)
    {
        RequireTable(path, preprocessing);
        return Open(new CsvFile(path, hasHeader), window, preprocessing, classes, cancellationToken);
    }

    /// <summary>Looks through a table of any kind with a preprocessing that was learned before.</summary>
    internal static StreamedDataset Open(TableFile file, int window, Preprocessing preprocessing, ImmutableArray<string> classes, CancellationToken cancellationToken)
    {
        TablePlan plan = PlanWithTarget(file, preprocessing, classes);
        ImmutableArray<long> counts = plan.CountRows(cancellationToken);
        return counts.Sum() == 0 ? throw NoTarget(plan)
            : new(file.FileName, new TableStream(plan, preprocessing, counts), window, classes: classes, notes: NotesOf(plan), preprocessing: preprocessing);
    }

    /// <summary>Reads a table with a preprocessing that was learned before, some rows at a time; a file of any length takes constant memory.</summary>
    /// <param name="path">The file; it need not have the target.</param>
    /// <param name="preprocessing">What was learned.</param>
    /// <param name="hasHeader">Whether the first row names the columns; null finds it.</param>
    /// <param name="count">How many rows, from the first; all where there are fewer.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or lacks a column that is needed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IEnumerable<TableBatch> Stream(
        string path, Preprocessing preprocessing, bool? hasHeader = null, long count = long.MaxValue, CancellationToken cancellationToken = default)
    {
        RequireTable(path, preprocessing);
        return Stream(new CsvFile(path, hasHeader), preprocessing, count, cancellationToken);
    }

    /// <summary>Reads a table of any kind with a preprocessing that was learned before, some rows at a time.</summary>
    internal static IEnumerable<TableBatch> Stream(TableFile file, Preprocessing preprocessing, long count, CancellationToken cancellationToken)
    {
        const int RowsOfABatch = 256;
        return Batches();

        IEnumerable<TableBatch> Batches()
        {
            TablePlan plan = TablePlan.Of(file, preprocessing, []);
            Batch batch = new(plan, 0);
            using IEnumerator<TableRow> rows = file.Rows(cancellationToken).GetEnumerator();
            for (bool more = true; more;)
            {
                InvalidDataException? damage = null;
                try
                {
                    more = batch.First + batch.Rows < count && rows.MoveNext();
                    if (more)
                    {
                        batch.Append(rows.Current);
                    }
                }
                catch (InvalidDataException e)
                {
                    damage = e;
                }

                if (damage is not null)
                {
                    if (batch.Rows > 0)
                    {
                        yield return batch.Of(preprocessing);
                    }

                    ExceptionDispatchInfo.Throw(damage);
                }

                // A table of names alone makes one batch of no rows, which tells what the columns are.
                if (batch.Rows == RowsOfABatch || (!more && (batch.Rows > 0 || batch.First == 0)))
                {
                    yield return batch.Of(preprocessing);
                    batch = new(plan, batch.First + batch.Rows);
                }
            }
        }
    }

    /// <summary>Asserts that a model knows columns.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    internal static void RequireTable(string path, Preprocessing preprocessing)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(preprocessing);
        if (preprocessing is not { IsTable: true, Target: not null })
        {
            throw new ArgumentException("the model was not trained on a table, so it does not know what to make of the columns of one");
        }
    }

    /// <summary>Rows that are predicted together.</summary>
    private sealed class Batch(TablePlan plan, long first)
    {
        private readonly TableColumns table = plan.CreateTable();
        private readonly List<string> targets = [];

        /// <summary>The number of the first row.</summary>
        public long First => first;

        /// <summary>How many rows there are; a damaged one is none of them.</summary>
        public int Rows => table.Count;

        public void Append(TableRow row)
        {
            string? target = plan.TargetPlace < 0 ? null : $"{row[plan.TargetPlace]}";
            plan.Append(row, table);
            if (target is not null)
            {
                targets.Add(target);
            }
        }

        public TableBatch Of(Preprocessing preprocessing) =>
            new(first, EncodedFeatures.Of(table, preprocessing), plan.TargetPlace < 0 ? null : [.. targets]) { Notes = NotesOf(plan) };
    }

    /// <summary>How a file is read that must have the target.</summary>
    private static TablePlan PlanWithTarget(TableFile file, Preprocessing preprocessing, ImmutableArray<string> classes)
    {
        file.Find(preprocessing.Target!.Name);
        return TablePlan.Of(file, preprocessing, classes);
    }

    private static InvalidDataException NoTarget(TablePlan plan) => new($"{plan.File.FileName}: no row has a '{TableFile.Shown(plan.File.Names[plan.TargetPlace])}' to compare with");

    /// <summary>What a user should read of a file, and of its rows as far as they were read.</summary>
    private static ImmutableArray<string> NotesOf(TablePlan plan) => [.. plan.File.Notes, .. plan.Unseen.Notes];

    private static TablePart Fill(TablePlan plan, CancellationToken cancellationToken)
    {
        TablePart part = new(plan);
        foreach (TableRow row in plan.File.Rows(cancellationToken))
        {
            double target = plan.TargetOf(row);
            if (!double.IsNaN(target))
            {
                part.Append(row, target);
            }
        }

        return part;
    }

    private static bool HasValue(ColumnValues column) =>
        Enumerable.Range(0, column.Count).Any(row => column is NumberColumn numbers ? !double.IsNaN(numbers[row]) : ((CategoryColumn)column)[row] >= 0);

    private static Preprocessing Learn(TablePlan plan, TablePart train, TableOptions options, List<string> notes)
    {
        string target = plan.File.Names[plan.TargetPlace];
        if (train.Targets.Count == 0)
        {
            throw new InvalidDataException($"{plan.File.FileName}: no row is left to train with");
        }

        try
        {
            (double mean, double scale) = plan.Classes.IsEmpty ? Standardization.Measure(train.Targets) : (0, 1);

            // Which rows train is a matter of the seed: a column of which these have nothing is no reason to give up, unless it was asked for.
            ColumnValues[] empty = [.. train.Table.Columns.Where(column => !options.Features.Contains(column.Name) && !HasValue(column))];
            if (empty.Length == train.Table.Columns.Length)
            {
                throw new InvalidDataException($"{plan.File.FileName}: no column has a value among the rows to train with");
            }

            notes.AddRange(empty.Select(column => $"column '{TableFile.Shown(column.Name)}' is left out: it has no value among the rows to train with"));
            return new()
            {
                Columns = Standardization.Learn(new TableColumns(train.Table.Columns.Except(empty)), options.MissingNumbers, options.MissingCategories),
                Target = new(target, mean, scale),
            };
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{plan.File.FileName}: {e.Message}", e);
        }
    }
}

/// <summary>Some rows of a table, ready for a network; none where the table has none.</summary>
/// <param name="FirstRow">The number of the first row, counted from 0.</param>
/// <param name="Features">The inputs.</param>
/// <param name="Targets">What the file says of the target in each row, as it is written; null where it has no such column.</param>
public sealed record TableBatch(long FirstRow, Features Features, ImmutableArray<string>? Targets)
{
    /// <summary>Sentences that a user should read about the file as far as to the end of these rows, such as how many have a category that the model never saw.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}
