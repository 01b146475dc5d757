using System.Collections.Immutable;

namespace Nabla.Data.Tables;

/// <summary>What a pass through the rows to train with learns of a table that is not kept: the preprocessing, in bounded memory.</summary>
internal sealed class TableSurvey
{
    /// <summary>So many numbers of all columns together are kept to find their medians, and of one column at most so many.</summary>
    private const int MostKept = 1 << 22;
    private const int MostKeptOfAColumn = 1 << 16;

    private readonly TableOptions options;
    private readonly TableFile file;
    private readonly TableFile? testFile;
    private readonly TableChoice choice;
    private readonly double test;
    private readonly CancellationToken cancellationToken;

    /// <summary>Looks through a file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, is no table, or cannot be learned from.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public TableSurvey(string path, TableOptions options, Func<string, TableFile> open, CancellationToken cancellationToken)
    {
        (this.options, this.cancellationToken) = (options, cancellationToken);
        test = options.TestFile is null ? options.Test : 0;
        Parts.RequireFractions(options.Validation, test);
        file = open(path);
        choice = new ColumnChooser(file, options, cancellationToken).Choose();
        testFile = options.TestFile is string held ? open(held) : null;
    }

    /// <summary>The rows as streams, one for each part.</summary>
    /// <param name="window">How many of those to train with are in memory.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or cannot be learned from.</exception>
    public StreamedDataset ToStreams(int window)
    {
        if (window < 1)
        {
            throw new ArgumentException($"a window holds at least 1 row, but it is {window}");
        }

        List<string> notes = [.. choice.Notes];
        Preprocessing preprocessing = Learn(notes);
        TableStream rows = new(choice.Plan, preprocessing, choice.Counts);
        SampleStream? testRows = testFile is null ? PartOf(Part.Test) : RowsToTestWith(choice.Plan.For(testFile), preprocessing, notes);
        return new(file.FileName, PartOf(Part.Train)!, window, testRows, choice.Plan.Classes, [.. notes], PartOf(Part.Validation), preprocessing);

        SampleStream? PartOf(Part part) => new PartStream(rows, part, options.Validation, test, options.Seed) is { Count: > 0 } stream ? stream : null;
    }

    private TableStream? RowsToTestWith(TablePlan plan, Preprocessing preprocessing, List<string> notes)
    {
        ImmutableArray<long> counts = plan.CountRows(cancellationToken);
        notes.AddRange(plan.UnseenNotes);
        return counts.Sum() > 0 ? new(plan, preprocessing, counts) : null;
    }

    private Preprocessing Learn(List<string> notes)
    {
        TablePlan plan = choice.Plan;
        int kept = Math.Clamp(MostKept / plan.Columns, 64, MostKeptOfAColumn);
        ColumnLearner[] learners =
        [
            .. Enumerable.Range(0, plan.Columns).Select(i =>
                new ColumnLearner(plan.NameOf(i), plan.LevelsOf(i), options.MissingNumbers, options.MissingCategories, kept, options.Seed + (ulong)i)),
        ];
        RunningMoments target = new();
        Parts parts = new(choice.Counts, options.Validation, test, options.Seed);
        if (parts.CountsOf(Part.Train).Sum() == 0)
        {
            throw new InvalidDataException($"{file.FileName}: no row is left to train with");
        }

        foreach (TableRow row in file.Rows(cancellationToken))
        {
            double y = plan.TargetOf(row);
            if (!double.IsNaN(y) && parts.Next(plan.Classes.IsEmpty ? 0 : (int)y) == Part.Train)
            {
                target.Add(y);
                for (int i = 0; i < learners.Length; i++)
                {
                    learners[i].Add(plan.CellOf(row, i));
                }
            }
        }

        if (learners.Count(learner => learner.IsSampled) is > 0 and int sampled)
        {
            notes.Add($"the medians of {sampled:N0} columns are those of {kept:N0} of their numbers, drawn by the seed");
        }

        string name = file.Names[plan.TargetPlace];
        try
        {
            (double mean, double scale) = plan.Classes.IsEmpty ? target.Require(name) : (0, 1);
            return new() { Columns = [.. learners.Select(learner => learner.Learn())], Target = new(name, mean, scale) };
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{file.FileName}: {e.Message}", e);
        }
    }
}
