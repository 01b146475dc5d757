using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Nabla.Data;
using Nabla.Data.Tables;

namespace Nabla.Cli.CommandLine;

/// <summary>The options of <c>train</c> that say what to make of a file of the user's own.</summary>
internal sealed class TableArguments
{
    private readonly Option<string?> target = Options.Text(
        "--target", "NAME", "The column to predict (default: the one named target, label, class or y, else the last)");

    private readonly Option<string?> features = Options.Text("--features", "NAMES", "The columns to predict from, as in a,b,c (default: all others)");

    private readonly Option<string?> categories = Options.Text(
        "--categories", "NAMES", "Columns that hold categories although they look like numbers, such as postal codes");

    private readonly Option<string?> task = Options.Choice(
        "--task", "What is learned: classes or numbers (default: found from the target)", "classification", "regression");

    private readonly Option<bool> noHeader = Options.NoHeader();

    private readonly Option<string?> missingNumbers = Options.Choice("--missing-numbers", "What stands for a missing number (default mean)", "mean", "median");

    private readonly Option<string?> missingCategories = Options.Choice(
        "--missing-categories", "What stands for a missing category (default a level of its own)", "level", "frequent");

    private readonly Option<double?> test = Fraction("--test", "The fraction of the rows that judge the finished model and choose nothing (default 0.2)");

    private readonly Option<string?> testFile = Options.Text("--test-file", "FILE", "A file with the rows that judge the finished model, instead of --test");

    private readonly Option<string?> labels = Options.Labels();

    private readonly Option<int?> window = Options.Whole(
        "--window", "Keep only so many rows of the table in memory and read it again in each epoch, for tables larger than memory; the next row is drawn from these");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All =>
        [labels, target, features, categories, task, noHeader, missingNumbers, missingCategories, test, testFile, window];

    /// <summary>The file with the targets of arrays; null where none is given.</summary>
    public string? LabelsIn(ParseResult parsed) => parsed.GetValue(labels);

    /// <summary>How many rows are in memory at a time; null where all are.</summary>
    public int? WindowIn(ParseResult parsed) => parsed.GetValue(window);

    /// <summary>What they say.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="seed">Fixes which row is for what.</param>
    /// <param name="validation">The fraction of the rows that choose.</param>
    public TableOptions Read(ParseResult parsed, ulong seed, double? validation) => new()
    {
        Target = parsed.GetValue(target),
        Features = Names(parsed.GetValue(features)),
        Categories = Names(parsed.GetValue(categories)),
        Task = parsed.GetValue(task) is string word ? word == "regression" ? TableTask.Regression : TableTask.Classification : null,
        HasHeader = parsed.GetValue(noHeader) ? false : null,
        MissingNumbers = parsed.GetValue(missingNumbers) == "median" ? NumberFill.Median : NumberFill.Mean,
        MissingCategories = parsed.GetValue(missingCategories) == "frequent" ? CategoryFill.MostFrequent : CategoryFill.OwnLevel,
        Validation = validation ?? 0,
        Test = parsed.GetValue(test) ?? new TableOptions().Test,
        TestFile = parsed.GetValue(testFile),
        Seed = seed,
    };

    /// <summary>Asserts that none is given, for data that is no file.</summary>
    /// <exception cref="ArgumentException">One is.</exception>
    public void RequireNone(ParseResult parsed, string data)
    {
        if (All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is Option given)
        {
            throw new ArgumentException($"{given.Name} goes with a file, such as table.csv, but '{data}' is a built-in data set");
        }
    }

    private static Option<double?> Fraction(string name, string description) => new(name)
    {
        HelpName = "FRACTION",
        Description = description,
        CustomParser = result =>
        {
            string value = result.Tokens[0].Value;
            if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number is >= 0 and < 1)
            {
                return number;
            }

            result.AddError($"{name} takes a fraction from 0 to less than 1, such as 0.2, but '{value}' is given");
            return null;
        },
    };

    private static System.Collections.Immutable.ImmutableArray<string> Names(string? list) =>
        list is null ? [] : [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
