using System.CommandLine;
using Nabla.Training;

namespace Nabla.Cli.CommandLine;

/// <summary>The options that choose an update rule and its settings.</summary>
internal sealed class OptimizerOptions
{
    private readonly Option<string?> rule;
    private readonly SettingOptions settings = new(Optimizer.All.Values.Select(rule => new Choosable(rule.Name, rule.Settings, setting => rule[setting])));

    /// <param name="note">What is said of it beside the names.</param>
    public OptimizerOptions(string note = "") =>
        rule = Options.Text("--optimizer", "NAME", $"The update rule{note}: {string.Join(", ", Optimizer.All.Keys)}", [.. Optimizer.All.Keys]);

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> All => [rule, .. settings.All];

    /// <summary>The rule with its settings, which are those of plain descent where no rule is named; null where nothing is asked for.</summary>
    /// <exception cref="ArgumentException">There is no such rule, or the rule has no such setting, or a value is out of its range.</exception>
    public Optimizer? Read(ParseResult parsed)
    {
        Optimizer? named = parsed.GetValue(rule) is string name ? Optimizer.Named(name) : null;
        IReadOnlyList<(string Setting, double Value)> given = settings.Read(parsed, (named ?? Optimizer.Sgd).Name);
        return named is null && given.Count == 0 ? null : given.Aggregate(named ?? Optimizer.Sgd, (changed, setting) => changed.With(setting.Setting, setting.Value));
    }
}
