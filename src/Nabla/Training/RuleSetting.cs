using System.Collections.Immutable;
using System.Globalization;
using Nabla.Calculus.Expressions;

namespace Nabla.Training;

/// <summary>The values that a setting of an update rule may have.</summary>
public enum SettingRange
{
    /// <summary>From 0 to below 1.</summary>
    Fraction,

    /// <summary>Above 0.</summary>
    Positive,

    /// <summary>0 or above.</summary>
    NotNegative,

    /// <summary>0 for no or 1 for yes.</summary>
    Flag,
}

/// <summary>
/// A number that an update rule or a schedule may be told: one entry of its table, which the command line, model files, trajectories and derivations read.
/// </summary>
/// <param name="Name">The name on the command line, such as <c>weight-decay</c>; in files it has underscores.</param>
/// <param name="Letter">The letter in formulas, such as <c>λ</c>.</param>
/// <param name="Default">The value where none is given.</param>
/// <param name="Range">Which values are possible.</param>
/// <param name="Meaning">What it is, for people.</param>
public sealed record RuleSetting(string Name, string Letter, double Default, SettingRange Range, string Meaning)
{
    /// <summary>The name in files, such as <c>weight_decay</c>.</summary>
    public string Key => Name.Replace('-', '_');

    /// <summary>The possible values in words.</summary>
    public string RangeInWords => Range switch
    {
        SettingRange.Fraction => "a number from 0 to below 1",
        SettingRange.Positive => "a positive number",
        SettingRange.NotNegative => "a number of at least 0",
        _ => "0 or 1",
    };

    /// <summary>A value in as few digits as give it back.</summary>
    internal static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The entry of a name in the table of a rule.</summary>
    /// <exception cref="ArgumentException">The rule has no such setting.</exception>
    internal static RuleSetting Of(string rule, ImmutableArray<RuleSetting> settings, string name) =>
        settings.FirstOrDefault(setting => setting.Name == name) ?? throw new ArgumentException(
        $"{rule} has no setting {name}; it has {(settings.IsEmpty ? "none" : string.Join(", ", settings.Select(setting => setting.Name)))}");

    /// <summary>The name of a rule and the settings that are not as usual, such as <c>adam (beta1 0.8)</c>.</summary>
    internal static string Describe(string rule, ImmutableArray<RuleSetting> settings, Func<string, double> valueOf)
    {
        string changed = string.Join(", ", settings.Where(setting => valueOf(setting.Name) != setting.Default)
            .Select(setting => setting.Range == SettingRange.Flag ? setting.Name : $"{setting.Name} {Text(valueOf(setting.Name))}"));
        return changed.Length == 0 ? rule : $"{rule} ({changed})";
    }

    /// <summary>The name, where a value is possible.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    internal string Require(string rule, double value) => Allows(value)
        ? Name
        : throw new ArgumentException($"{Name} of {rule} takes {RangeInWords}, but {Text(value)} is given");

    /// <summary>Whether a value is possible.</summary>
    public bool Allows(double value) => double.IsFinite(value) && Range switch
    {
        SettingRange.Fraction => value is >= 0 and < 1,
        SettingRange.Positive => value > 0,
        SettingRange.NotNegative => value >= 0,
        _ => value is 0 or 1,
    };
}

/// <summary>
/// The settings of an update rule as its expressions have them: numbers where the rule is compiled, letters where it is shown. A rule is
/// written once for both.
/// </summary>
/// <param name="optimizer">The rule with its values.</param>
/// <param name="pool">The pool of the expressions.</param>
/// <param name="inLetters">Whether letters stand for the values.</param>
internal sealed class UpdateConstants(Optimizer optimizer, ExprPool pool, bool inLetters)
{
    /// <summary>A setting's value or letter.</summary>
    public Expr this[string setting] => inLetters ? LetterOf(setting) : pool.Constant(optimizer[setting]);

    /// <summary>1 − c. As a number it is what it is in decimals, 0.1 for c = 0.9, not the difference of two binary fractions.</summary>
    public Expr Rest(string setting) => inLetters ? pool.Constant(1) - LetterOf(setting) : pool.Constant((double)(1 - (decimal)optimizer[setting]));

    /// <summary>Whether a setting is not 0: what is multiplied by 0 is left out of a rule.</summary>
    public bool Has(string setting) => optimizer[setting] != 0;

    /// <summary>∂C/∂W + λW where there is weight decay, as PyTorch adds it; else ∂C/∂W.</summary>
    public Expr Decayed(UpdateTerms terms) => Has("weight-decay") ? terms.Gradient + this["weight-decay"] * terms.Parameter : terms.Gradient;

    /// <summary>What a state becomes. In letters it has a name of its own, by which the rule goes on: m₁ where m₀ was.</summary>
    public Expr Kept(string letter, Expr next) => inLetters ? next.As(new($"{letter}₁")) : next;

    private Expr LetterOf(string setting)
    {
        Name name = new(optimizer.SettingOf(setting).Letter);
        return pool.MeaningOf(name) ?? pool.Symbol(name, Shape.Scalar);
    }
}

/// <summary>Settings that several rules have: what they are called and mean is said once.</summary>
internal static class SharedSettings
{
    public static RuleSetting Momentum(double value) => new("momentum", "μ", value, SettingRange.Fraction, "how much of the last step goes on");

    public static RuleSetting WeightDecay(double value = 0) => new(
        "weight-decay", "λ", value, SettingRange.NotNegative, "the decay of the weights: λW is added to the gradient; adamw takes ηλW from W itself");

    public static RuleSetting Epsilon(double value) => new("epsilon", "ε", value, SettingRange.Positive, "what is added to the root that the step is divided by");

    public static RuleSetting[] Betas() =>
    [
        new("beta1", "β₁", 0.9, SettingRange.Fraction, "how much of the mean gradient is kept"),
        new("beta2", "β₂", 0.999, SettingRange.Fraction, "how much of the mean squared gradient is kept"),
    ];
}
