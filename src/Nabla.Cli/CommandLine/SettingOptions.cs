using System.CommandLine;
using System.Globalization;
using Nabla.Training;

namespace Nabla.Cli.CommandLine;

/// <summary>Something with a name and a table of settings that may be chosen on the command line: an update rule, a schedule.</summary>
/// <param name="Name">The name.</param>
/// <param name="Settings">The table.</param>
/// <param name="ValueOf">The value of a setting.</param>
internal sealed record Choosable(string Name, IReadOnlyList<RuleSetting> Settings, Func<string, double> ValueOf)
{
    public bool Has(string setting) => Settings.Any(own => own.Name == setting);
}

/// <summary>The options for the settings of everything that can be chosen, made from the tables: a new rule's settings are options by themselves.</summary>
internal sealed class SettingOptions
{
    private readonly IReadOnlyList<Choosable> choices;
    private readonly IReadOnlyList<Option<string?>> numbers;
    private readonly IReadOnlyList<Option<bool>> flags;

    public SettingOptions(IEnumerable<Choosable> choices)
    {
        this.choices = [.. choices];
        RuleSetting[] settings = [.. this.choices.SelectMany(choice => choice.Settings).DistinctBy(setting => setting.Name).OrderBy(setting => setting.Name, StringComparer.Ordinal)];
        numbers = [.. settings.Where(setting => setting.Range != SettingRange.Flag)
            .Select(setting => Options.Text($"--{setting.Name}", "NUMBER", $"{setting.Letter}, {setting.Meaning} (default {Defaults(setting.Name)})"))];
        flags = [.. settings.Where(setting => setting.Range == SettingRange.Flag).Select(setting => new Option<bool>($"--{setting.Name}")
        {
            Description = $"For {string.Join(", ", With(setting.Name).Select(choice => choice.Name))}: {setting.Meaning}",
        })];
    }

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> All => [.. numbers, .. flags];

    /// <summary>The settings that are given, for what is chosen.</summary>
    /// <exception cref="ArgumentException">What is chosen has no such setting, or a value is out of its range.</exception>
    public IReadOnlyList<(string Setting, double Value)> Read(ParseResult parsed, string chosen)
    {
        (string Name, string Value)[] given =
        [
            .. numbers.Where(option => parsed.GetValue(option) is not null).Select(option => (option.Name[2..], parsed.GetValue(option)!)),
            .. flags.Where(parsed.GetValue).Select(option => (option.Name[2..], "1")),
        ];
        Choosable choice = choices.First(choice => choice.Name == chosen);
        return [.. given.Select(setting => (setting.Name, Value(choice, setting.Name, setting.Value)))];
    }

    private double Value(Choosable choice, string name, string text)
    {
        if (!choice.Has(name))
        {
            string[] others = [.. With(name).Select(other => other.Name)];
            throw new ArgumentException($"--{name} is no setting of {choice.Name}; {string.Join(", ", others)} {(others.Length == 1 ? "has" : "have")} it");
        }

        RuleSetting setting = choice.Settings.First(setting => setting.Name == name);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && setting.Allows(value)
            ? value
            : throw new ArgumentException($"--{name} takes {setting.RangeInWords}, but '{text}' is given");
    }

    private string Defaults(string setting) => string.Join(", ", With(setting).Select(choice => $"{choice.Name} {Text(choice.ValueOf(setting))}"));

    private IEnumerable<Choosable> With(string setting) => choices.Where(choice => choice.Has(setting));

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
