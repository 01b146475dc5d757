using System.CommandLine;
using Nabla.Training;

namespace Nabla.Cli.CommandLine;

/// <summary>The options that choose an update rule and its settings.</summary>
internal sealed class OptimizerOptions
{
    private readonly bool withLbfgs;
    private readonly Option<string?> rule;
    private readonly SettingOptions settings;

    /// <param name="note">What is said of it beside the names.</param>
    /// <param name="withLbfgs">Whether L-BFGS may be chosen, which is no update rule but a whole training.</param>
    public OptimizerOptions(string note = "", bool withLbfgs = false)
    {
        this.withLbfgs = withLbfgs;
        string[] further = withLbfgs ? [LbfgsSettings.Name] : [];
        string[] names = [.. Optimizer.All.Keys, .. further];
        rule = Options.Text(
            "--optimizer",
            "NAME",
            $"The update rule{note}: {string.Join(", ", names)}{(withLbfgs ? "; lbfgs is for small problems: an epoch is one step over all samples" : "")}",
            names);
        settings = new(Optimizer.All.Values.Select(rule => new Choosable(rule.Name, rule.Settings, setting => rule[setting]))
            .Concat(further.Select(name => new Choosable(name, [LbfgsSettings.MemorySetting], _ => LbfgsSettings.MemorySetting.Default))));
    }

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> All => [rule, .. settings.All];

    /// <summary>The rule with its settings, which are those of plain descent where no rule is named; null where nothing is asked for.</summary>
    /// <exception cref="ArgumentException">There is no such rule, or the rule has no such setting, or a value is out of its range.</exception>
    public Optimizer? Read(ParseResult parsed)
    {
        if (ReadLbfgs(parsed) is not null)
        {
            return null;
        }

        Optimizer? named = parsed.GetValue(rule) is string name ? Optimizer.Named(name) : null;
        IReadOnlyList<(string Setting, double Value)> given = settings.Read(parsed, (named ?? Optimizer.Sgd).Name);
        return named is null && given.Count == 0 ? null : given.Aggregate(named ?? Optimizer.Sgd, (changed, setting) => changed.With(setting.Setting, setting.Value));
    }

    /// <summary>L-BFGS with its settings; null where it is not asked for.</summary>
    /// <exception cref="ArgumentException">A setting is not one of it, or a value is out of its range.</exception>
    public LbfgsSettings? ReadLbfgs(ParseResult parsed)
    {
        if (!withLbfgs || parsed.GetValue(rule) != LbfgsSettings.Name)
        {
            return null;
        }

        LbfgsSettings found = new();
        foreach ((string setting, double value) in settings.Read(parsed, LbfgsSettings.Name))
        {
            found = value == Math.Floor(value) && value <= int.MaxValue
                ? found with { Memory = (int)value }
                : throw new ArgumentException($"--{setting} takes a whole number from 1, but {value} is given");
        }

        return found;
    }
}
