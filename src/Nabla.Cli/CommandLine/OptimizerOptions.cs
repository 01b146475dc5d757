using System.CommandLine;
using System.Globalization;
using Nabla.Training;

namespace Nabla.Cli.CommandLine;

/// <summary>The options that choose an update rule and its settings, made from the rules' own tables: a new rule's settings are options by themselves.</summary>
internal sealed class OptimizerOptions
{
    private readonly Option<string?> rule;
    private readonly IReadOnlyList<Option<string?>> numbers;
    private readonly IReadOnlyList<Option<bool>> flags;

    /// <param name="without">What is chosen where nothing is said.</param>
    public OptimizerOptions(string without = "")
    {
        rule = Options.Text("--optimizer", "NAME", $"The update rule{without}: {string.Join(", ", Optimizer.All.Keys)}", [.. Optimizer.All.Keys]);
        (RuleSetting Setting, string Defaults)[] settings =
        [
            .. Optimizer.All.Values.SelectMany(optimizer => optimizer.Settings).GroupBy(setting => setting.Name, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => (group.First(), string.Join(", ", Optimizer.All.Values.Where(optimizer => Has(optimizer, group.Key))
                    .Select(optimizer => $"{optimizer.Name} {optimizer[group.Key].ToString(CultureInfo.InvariantCulture)}")))),
        ];
        numbers = [.. settings.Where(entry => entry.Setting.Range != SettingRange.Flag)
            .Select(entry => Options.Text($"--{entry.Setting.Name}", "NUMBER", $"{entry.Setting.Letter}, {entry.Setting.Meaning} (default {entry.Defaults})"))];
        flags = [.. settings.Where(entry => entry.Setting.Range == SettingRange.Flag)
            .Select(entry => new Option<bool>($"--{entry.Setting.Name}") { Description = $"For {string.Join(", ", Optimizer.All.Values.Where(optimizer => Has(optimizer, entry.Setting.Name)).Select(optimizer => optimizer.Name))}: {entry.Setting.Meaning}" })];
    }

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> All => [rule, .. numbers, .. flags];

    /// <summary>The rule with its settings; null where none is asked for.</summary>
    /// <exception cref="ArgumentException">There is no such rule, or the rule has no such setting, or a value is out of its range.</exception>
    public Optimizer? Read(ParseResult parsed)
    {
        (string Name, string Value)[] given =
        [
            .. numbers.Where(option => parsed.GetValue(option) is not null).Select(option => (option.Name[2..], parsed.GetValue(option)!)),
            .. flags.Where(parsed.GetValue).Select(option => (option.Name[2..], "1")),
        ];
        if (parsed.GetValue(rule) is not string name)
        {
            return given.Length == 0 ? null : given.Aggregate(Optimizer.Sgd, Set);
        }

        return given.Aggregate(Optimizer.Named(name), Set);
    }

    private static Optimizer Set(Optimizer optimizer, (string Name, string Value) given)
    {
        if (!Has(optimizer, given.Name))
        {
            string[] others = [.. Optimizer.All.Values.Where(other => Has(other, given.Name)).Select(other => other.Name)];
            throw new ArgumentException($"--{given.Name} is no setting of {optimizer.Name}; {string.Join(", ", others)} {(others.Length == 1 ? "has" : "have")} it");
        }

        RuleSetting setting = optimizer.Settings.First(setting => setting.Name == given.Name);
        return double.TryParse(given.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && setting.Allows(value)
            ? optimizer.With(given.Name, value)
            : throw new ArgumentException($"--{given.Name} takes {setting.RangeInWords}, but '{given.Value}' is given");
    }

    private static bool Has(Optimizer optimizer, string setting) => optimizer.Settings.Any(own => own.Name == setting);
}
