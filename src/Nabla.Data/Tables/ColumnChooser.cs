using System.Collections.Immutable;

namespace Nabla.Data.Tables;

/// <summary>What is used of a file, and as what.</summary>
/// <param name="Plan">The plan to read the rows by.</param>
/// <param name="Counts">The rows of each class that have a target; one number where it is a number.</param>
/// <param name="Notes">Sentences that a user should read.</param>
internal sealed record TableChoice(TablePlan Plan, ImmutableArray<long> Counts, ImmutableArray<string> Notes);

/// <summary>Looks through a file and decides which of its columns are used, and as what.</summary>
internal sealed class ColumnChooser(TableFile file, TableOptions options, CancellationToken cancellationToken)
{
    private const int MostLevels = 1000;
    private const int MostLevelsTogether = 200_000;

    private static readonly string[] usualTargets = ["target", "label", "class", "y"];

    private readonly List<string> notes = [.. file.Notes];

    /// <summary>So many different texts, none of them twice, are no categories: nothing could be learned of any.</summary>
    private const int LeastIdentified = 20;

    /// <summary>Decides.</summary>
    /// <exception cref="InvalidDataException">A column that is asked for is missing or cannot be used.</exception>
    public TableChoice Choose()
    {
        int target = FindTarget();
        int[] features = options.Features.IsEmpty
            ? [.. Enumerable.Range(0, file.Names.Length).Where(place => place != target)]
            : [.. options.Features.Select(file.Find)];
        RequireDistinct(features, target);
        HashSet<int> told = [.. options.Categories.Select(file.Find), .. file.Texts];
        Dictionary<int, ColumnSurvey> surveys = Survey(features, target);
        TableTask task = TaskOf(surveys[target], file.Names[target]);
        List<int> used = [.. features.Where(place => IsUsed(surveys[place], place, told.Contains(place)))];
        Dictionary<int, LevelSurvey> levels = SurveyLevels(
            [.. used.Where(place => told.Contains(place) || surveys[place].Kind != ColumnKind.Numbers)], task == TableTask.Classification ? target : -1);
        used.RemoveAll(place => levels.TryGetValue(place, out LevelSurvey? survey) && survey.TooMany && LeaveOut(
            place, $"it holds texts, more than {MostLevels:N0} different ones or long ones"));
        used.RemoveAll(place => options.Features.IsEmpty && !told.Contains(place) && levels.TryGetValue(place, out LevelSurvey? survey)
            && survey.Levels.Count >= LeastIdentified && survey.Levels.All(level => level.Value == 1) && LeaveOut(
            place, "it has another text in every row, as names and identifiers have"));
        NoteIdentifiers(used, surveys, told);
        if (used.Count == 0)
        {
            throw new InvalidDataException($"{file.FileName}: no column is left to predict '{TableFile.Shown(file.Names[target])}' from");
        }

        ImmutableArray<KeyValuePair<string, long>> classes = task == TableTask.Classification ? ClassesOf(levels[target], target) : [];
        TablePlan plan = TablePlan.Of(
            file,
            used.Select(place => (file.Names[place], levels.TryGetValue(place, out LevelSurvey? survey)
                ? survey.Levels.Select(level => level.Key).ToImmutableArray()
                : (ImmutableArray<string>?)null)),
            file.Names[target],
            [.. classes.Select(level => level.Key)]);
        if (surveys[target].Missing is > 0 and long missing)
        {
            notes.Add($"{missing:N0} of the rows have no '{TableFile.Shown(file.Names[target])}' and are left out");
        }

        return new(plan, classes.IsEmpty ? [surveys[target].Numbers] : [.. classes.Select(level => level.Value)], [.. notes]);
    }

    private int FindTarget()
    {
        if (options.Target is string named)
        {
            return file.Find(named);
        }

        string? usual = usualTargets
            .SelectMany(word => file.Names.Where(name => name.Equals(word, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(name => !options.Features.Contains(name));
        string target = usual ?? file.Names[^1];
        notes.Add($"the target is the {(usual is null ? "last column, " : "column ")}'{TableFile.Shown(target)}'");
        return file.Find(target);
    }

    private void RequireDistinct(int[] features, int target)
    {
        if (features.Contains(target))
        {
            throw new ArgumentException($"'{TableFile.Shown(file.Names[target])}' is the target and cannot be one of the features too");
        }

        if (features.GroupBy(place => place).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"the feature '{TableFile.Shown(file.Names[twice.Key])}' is given twice");
        }
    }

    private Dictionary<int, ColumnSurvey> Survey(int[] features, int target)
    {
        Dictionary<int, ColumnSurvey> surveys = features.Append(target).ToDictionary(place => place, place => new ColumnSurvey(place == target, place == target ? "" : file.Names[place]));
        (int Place, ColumnSurvey Survey)[] all = [.. surveys.Select(pair => (pair.Key, pair.Value))];
        long rows = 0;
        foreach (TableRow row in file.Rows(cancellationToken))
        {
            rows++;
            foreach ((int place, ColumnSurvey survey) in all)
            {
                survey.Add(row[place], row.Line);
            }
        }

        foreach ((int place, ColumnSurvey survey) in all)
        {
            if (survey is { HasDecimalCommas: true, FirstOther: var (text, line) } && !options.Categories.Contains(file.Names[place]))
            {
                notes.Add($"column '{TableFile.Shown(file.Names[place])}' holds numbers with a decimal comma, such as {text} in {file.RowWord} {line}, which are taken for texts; with a point, as in {text.Replace(',', '.')}, they are numbers");
            }
        }

        return rows == 0 ? throw new InvalidDataException($"{file.FileName}: there are names of columns, but no row follows them")
            : rows > Array.MaxLength ? throw new InvalidDataException($"{file.FileName}: there are {rows:N0} rows, but at most {Array.MaxLength:N0} are possible")
            : surveys;
    }

    private TableTask TaskOf(ColumnSurvey target, string name)
    {
        // Fewer rows a number than this would be a strange class.
        const int LeastRowsOfAClass = 5;
        string shown = $"the target '{TableFile.Shown(name)}'";
        switch (target.Kind)
        {
            case ColumnKind.Empty:
                throw new InvalidDataException($"{file.FileName}: {shown} has no value in any row");
            case ColumnKind.Dates when options.Task != TableTask.Classification:
                throw new InvalidDataException($"{file.FileName}: {shown} holds dates, but a target is a class or a number; --target names another column");
            case ColumnKind.NumbersWithASlip when options.Task != TableTask.Classification:
            case not ColumnKind.Numbers when options.Task == TableTask.Regression:
                throw Slip(name, target, $"the target of a regression is a number");
        }

        bool few = target.WholeNumbers is int different && different * LeastRowsOfAClass <= target.Numbers;
        if (options.Task is TableTask told)
        {
            RequireFinite(target, name, told);
            return told;
        }

        if (target.Kind != ColumnKind.Numbers)
        {
            return TableTask.Classification;
        }

        notes.Add(few
            ? $"{shown} has {target.WholeNumbers} different whole numbers, which are taken for classes; --task regression takes them for numbers"
            : $"{shown} holds numbers, which are predicted as such; --task classification takes them for classes");
        TableTask found = few ? TableTask.Classification : TableTask.Regression;
        RequireFinite(target, name, found);
        return found;
    }

    private void RequireFinite(ColumnSurvey survey, string name, TableTask task)
    {
        if (task == TableTask.Regression && survey.FirstInfinity is long line)
        {
            throw new InvalidDataException($"{file.FileName}, {file.RowWord} {line}: column '{TableFile.Shown(name)}' is infinite there; a number is finite, or missing");
        }
    }

    private bool IsUsed(ColumnSurvey survey, int place, bool told)
    {
        switch (survey.Kind)
        {
            case ColumnKind.Empty:
                return !LeaveOut(place, "it has no value in any row");
            case ColumnKind.Dates when !told:
                return !LeaveOut(place, "it holds dates");
            case ColumnKind.NumbersWithASlip when !told:
                throw Slip(file.Names[place], survey, "as nearly all others are");
            default:
                if (survey.Kind == ColumnKind.Numbers && !told)
                {
                    RequireFinite(survey, file.Names[place], TableTask.Regression);
                }

                return true;
        }
    }

    private InvalidDataException Slip(string name, ColumnSurvey survey, string why)
    {
        (string text, long line) = survey.FirstOther!.Value;
        return new($"{file.FileName}, {file.RowWord} {line}: column '{TableFile.Shown(name)}': '{text}' is no number, {why}; write one, or nothing where it is missing, "
            + "or say that the column holds categories");
    }

    /// <summary>Notes that a column is left out; one that was asked for must not be.</summary>
    private bool LeaveOut(int place, string why)
    {
        if (!options.Features.IsEmpty)
        {
            throw new InvalidDataException($"{file.FileName}: column '{TableFile.Shown(file.Names[place])}' cannot be a feature: {why}");
        }

        notes.Add($"column '{TableFile.Shown(file.Names[place])}' is left out: {why}");
        return true;
    }

    /// <summary>A number that is another one in every row teaches nothing, but only the user knows whether it is one that means something.</summary>
    private void NoteIdentifiers(List<int> used, Dictionary<int, ColumnSurvey> surveys, HashSet<int> told)
    {
        const int LongestList = 100;
        int[] identifiers =
            options.Features.IsEmpty ? [.. used.Where(place => !told.Contains(place) && surveys[place] is { HoldsIdentifiers: true, Numbers: >= LeastIdentified })] : [];
        string others = string.Join(',', used.Except(identifiers).Select(place => file.Names[place]));
        string list = others.Length is 0 or > LongestList || used.Except(identifiers).Any(place => !file.Names[place].All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.')) ? "with the names of others" : others;
        notes.AddRange(identifiers.Select(place =>
            $"column '{TableFile.Shown(file.Names[place])}' has another whole number in every row, as identifiers have, and is used as a number all the same; --features {list} leaves it out"));
    }

    private Dictionary<int, LevelSurvey> SurveyLevels(int[] categories, int target)
    {
        Dictionary<int, LevelSurvey> surveys = categories.ToDictionary(place => place, _ => new LevelSurvey(MostLevels));
        if (target >= 0)
        {
            surveys.Add(target, new(MostLevels));
        }

        if (surveys.Count == 0)
        {
            return surveys;
        }

        (int Place, LevelSurvey Survey)[] all = [.. surveys.Select(pair => (pair.Key, pair.Value))];
        long together = 0;
        foreach (TableRow row in file.Rows(cancellationToken))
        {
            foreach ((int place, LevelSurvey survey) in all)
            {
                ReadOnlySpan<char> field = row[place];
                if (!Cell.IsMissing(field) && survey.Add(field))
                {
                    together++;
                }
            }

            if (together > MostLevelsTogether)
            {
                throw new InvalidDataException(
                    $"{file.FileName}: the columns of texts have more than {MostLevelsTogether:N0} different ones together; --features chooses columns");
            }
        }

        return surveys;
    }

    private ImmutableArray<KeyValuePair<string, long>> ClassesOf(LevelSurvey survey, int target)
    {
        string shown = $"{file.FileName}: the target '{TableFile.Shown(file.Names[target])}'";
        KeyValuePair<string, long>[] classes =
        [
            .. survey.Levels.GroupBy(level => TablePlan.LevelOf(level.Key), StringComparer.Ordinal)
                .Select(spellings => KeyValuePair.Create(spellings.Key, spellings.Sum(level => level.Value))),
        ];
        return survey.TooMany ? throw new InvalidDataException($"{shown} has more than {MostLevels:N0} different values, which are too many for classes; --target names another column")
            : classes.Length < 2 ? throw new InvalidDataException($"{shown} is '{TableFile.Shown(classes[0].Key)}' in every row, so there is nothing to tell apart")
            : [.. classes];
    }
}
