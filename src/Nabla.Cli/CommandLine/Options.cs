using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Nabla.Calculus;
using Nabla.Data;

namespace Nabla.Cli.CommandLine;

/// <summary>Options whose values are checked where they are read, with sentences of this program.</summary>
internal static class Options
{
    /// <summary>The seed where no other is given.</summary>
    public const ulong DefaultSeed = 1;

    /// <summary>A data set.</summary>
    public static Argument<string> Data()
    {
        string[] names = [.. Datasets.All.Select(dataset => dataset.Name)];
        Argument<string> data = new("DATA") { HelpName = "DATA", Description = $"A file of the user's own (CSV, TSV, Parquet, NumPy or IDX), or a built-in data set: {string.Join(", ", names)}" };
        data.CompletionSources.Add(names);
        return data;
    }

    /// <summary>A model file.</summary>
    public static Argument<string> Model() => new("MODEL") { HelpName = "MODEL", Description = "The model file that nabla train wrote" };

    /// <summary>Any text.</summary>
    public static Option<string?> Text(string name, string value, string description, params string[] completions)
    {
        Option<string?> option = new(name) { HelpName = value, Description = description };
        if (completions.Length > 0)
        {
            option.CompletionSources.Add(_ => completions.Select(text => new System.CommandLine.Completions.CompletionItem(text)));
        }

        return option;
    }

    /// <summary>One of a few words.</summary>
    public static Option<string?> Choice(string name, string description, params string[] choices) => new(name)
    {
        HelpName = string.Join('|', choices),
        Description = description,
        CustomParser = result => choices.Contains(Value(result))
            ? Value(result)
            : choices.All(choice => choice.Length == 1)
            ? Fail<string?>(result, $"{name} takes {string.Join(", ", choices[..^1])} or {choices[^1]}, but '{Value(result)}' is given")
            : Fail<string?>(result, Suggestion.Unknown($"value of {name}", Value(result), choices)),
    };

    /// <summary>A whole number of at least some value.</summary>
    public static Option<int?> Whole(string name, string description, int least = 1) => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = result => int.TryParse(Value(result), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number)
            && number >= least
            ? number
            : Fail<int?>(result, $"{name} takes a whole number from {least} to {int.MaxValue}, but '{Value(result)}' is given"),
    };

    /// <summary>A positive number.</summary>
    public static Option<double?> Positive(string name, string description) => new(name)
    {
        HelpName = "NUMBER",
        Description = description,
        CustomParser = result => double.TryParse(Value(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number) && number > 0
            ? number
            : Fail<double?>(result, $"{name} takes a positive number, but '{Value(result)}' is given"),
    };

    /// <summary>A number of at least 0.</summary>
    public static Option<double?> NotNegative(string name, string description) => new(name)
    {
        HelpName = "NUMBER",
        Description = description,
        CustomParser = result => double.TryParse(Value(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number) && number >= 0
            ? number
            : Fail<double?>(result, $"{name} takes a number of at least 0, but '{Value(result)}' is given"),
    };

    /// <summary>A number between 0 and 1.</summary>
    public static Option<double?> Fraction(string name, string description) => new(name)
    {
        HelpName = "NUMBER",
        Description = description,
        CustomParser = result => double.TryParse(Value(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number is > 0 and < 1
            ? number
            : Fail<double?>(result, $"{name} takes a number between 0 and 1, but '{Value(result)}' is given"),
    };

    /// <summary>A seed.</summary>
    public static Option<ulong?> Seed(string description) => new("--seed")
    {
        HelpName = "N",
        Description = description,
        CustomParser = result => ulong.TryParse(Value(result), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : Fail<ulong?>(result, $"--seed takes a whole number from 0 to {ulong.MaxValue}, but '{Value(result)}' is given"),
    };

    /// <summary>The folder with the files of a data set.</summary>
    public static Option<string?> DataFolder() => Text(
        "--data-folder",
        "FOLDER",
        "The folder with the files of the data set (mnist: four IDX files, gzipped or not); without it, the cache or a download");

    /// <summary>A table without names.</summary>
    public static Option<bool> NoHeader() => new("--no-header") { Description = "The first row holds data and no names; the columns are called column1, column2, …" };

    /// <summary>The targets that go with a file of arrays.</summary>
    public static Option<string?> Labels() => Text(
        "--labels", "FILE", "The file with the targets, where DATA is a file of arrays (.npy, .idx); an .npz file may hold both");

    /// <summary>One JSON object a line on stdout.</summary>
    public static Option<bool> Json(string description) => new("--json") { Description = description };

    private static string Value(ArgumentResult result) => result.Tokens[0].Value;

    private static T? Fail<T>(ArgumentResult result, string sentence)
    {
        result.AddError(sentence);
        return default;
    }
}
