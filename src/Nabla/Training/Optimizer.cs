using System.Collections.Immutable;
using System.Reflection;
using Nabla.Calculus;
using Nabla.Calculus.Expressions;
using Nabla.Planning;

namespace Nabla.Training;

/// <summary>What an update rule is written in.</summary>
/// <param name="Parameter">W.</param>
/// <param name="Gradient">∂C/∂W.</param>
/// <param name="LearningRate">η.</param>
public sealed record UpdateTerms(Symbol Parameter, Expr Gradient, Symbol LearningRate)
{
    private static readonly Name stepName = new("t");

    /// <summary>t, the number of the step, counted from 1.</summary>
    public Symbol Step => Found(stepName, Shape.Scalar, SymbolKind.Variable);

    /// <summary>Whether the rule is shown by itself, for one W: its states are then m₀ and not m(W).</summary>
    internal bool IsAlone { get; init; }

    /// <summary>A number that is kept for each element of W from one step to the next, 0 at the beginning.</summary>
    public Symbol State(string letter) => Found(new(IsAlone ? $"{letter}₀" : $"{letter}({Parameter.Name})"), Parameter.Shape, SymbolKind.Parameter);

    /// <summary>cᵗ, what a constant has become after t steps.</summary>
    public Expr PowerOfStep(double c) => PowerOfStep(Parameter.Pool.Constant(c));

    /// <summary>cᵗ for a scalar c.</summary>
    public Expr PowerOfStep(Expr c) => Expr.ElementPower(c, Step);

    /// <summary>The symbol of the step's number, where a rule uses it.</summary>
    internal static Symbol? StepIn(ExprPool pool) => pool.MeaningOf(stepName) as Symbol;

    /// <summary>√X + ε, what a step is divided by.</summary>
    internal Expr Root(Expr x, Expr epsilon) =>
        Expr.Apply(Calculus.Expressions.Functions.Function.Sqrt, x) + epsilon * Parameter.Pool.Ones(Parameter.Shape.Rows, Parameter.Shape.Columns);

    private Symbol Found(Name name, Shape shape, SymbolKind kind) => Parameter.Pool.MeaningOf(name) switch
    {
        null => Parameter.Pool.Symbol(name, shape, kind),
        Symbol known when known.Shape.Equals(shape) && known.Kind == kind => known,
        Expr other => throw new ArgumentException($"the update rule needs the name {name} for itself, but it is {other.Describe()} already"),
    };
}

/// <summary>
/// An update rule: what a parameter and the optimizer's states of it become, as expressions of them, the gradient, the learning rate and the rule's
/// settings. One file of this class is one rule.
/// </summary>
public sealed partial class Optimizer
{
    private static ImmutableSortedDictionary<string, Optimizer>? all;

    private readonly Func<UpdateTerms, UpdateConstants, ParameterUpdate> rule;
    private readonly ImmutableDictionary<string, double> values;

    /// <summary>An update rule from its expressions.</summary>
    public Optimizer(string name, Func<UpdateTerms, ParameterUpdate> update)
        : this(name, [], (terms, _) => update(terms))
    {
    }

    private Optimizer(string name, IEnumerable<RuleSetting> settings, Func<UpdateTerms, UpdateConstants, ParameterUpdate> rule)
    {
        (Name, Settings, this.rule) = (name, [.. settings], rule);
        values = Settings.ToImmutableDictionary(setting => setting.Name, setting => setting.Default, StringComparer.Ordinal);
    }

    private Optimizer(Optimizer other, string setting, double value)
    {
        (Name, Settings, UsualLearningRate, rule) = (other.Name, other.Settings, other.UsualLearningRate, other.rule);
        values = other.values.SetItem(setting, value);
    }

    /// <summary>Every optimizer of this class, by name.</summary>
    public static ImmutableSortedDictionary<string, Optimizer> All => all ??= typeof(Optimizer)
        .GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Where(property => property.PropertyType == typeof(Optimizer))
        .Select(property => (Optimizer)property.GetValue(null)!)
        .ToImmutableSortedDictionary(optimizer => optimizer.Name, optimizer => optimizer, StringComparer.Ordinal);

    /// <summary>The name on the command line and in files.</summary>
    public string Name { get; }

    /// <summary>The numbers that the rule may be told.</summary>
    public ImmutableArray<RuleSetting> Settings { get; }

    /// <summary>The learning rate that PyTorch gives the rule where none is said; null for plain descent, whose rate depends on the data.</summary>
    public double? UsualLearningRate { get; private init; }

    /// <summary>The value of a setting.</summary>
    /// <exception cref="ArgumentException">The rule has no such setting.</exception>
    public double this[string setting] => values[SettingOf(setting).Name];

    /// <summary>The optimizer of a name.</summary>
    /// <exception cref="ArgumentException">No optimizer has this name.</exception>
    public static Optimizer Named(string name) => All.TryGetValue(name, out Optimizer? optimizer)
        ? optimizer
        : throw new ArgumentException(Suggestion.Unknown("optimizer", name, All.Keys));

    /// <summary>The same rule with another value of a setting.</summary>
    /// <exception cref="ArgumentException">The rule has no such setting, or the value is out of its range.</exception>
    public Optimizer With(string setting, double value) => new(this, SettingOf(setting).Require(Name, value), value);

    /// <summary>What W and its states become, with the values of the settings.</summary>
    public ParameterUpdate Update(UpdateTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return rule(terms, new(this, terms.Parameter.Pool, inLetters: false));
    }

    /// <summary>The same with letters in place of the values, β₁ for 0.9, and with the states under the names m₀ before and m₁ after the step.</summary>
    internal ParameterUpdate UpdateInLetters(UpdateTerms terms) => rule(terms with { IsAlone = true }, new(this, terms.Parameter.Pool, inLetters: true));

    /// <summary>The name and the settings that are not as usual, such as <c>adam (beta1 0.8)</c>.</summary>
    public override string ToString() => RuleSetting.Describe(Name, Settings, setting => values[setting]);

    /// <summary>The entry of a setting.</summary>
    /// <exception cref="ArgumentException">The rule has no such setting.</exception>
    internal RuleSetting SettingOf(string name) => RuleSetting.Of(Name, Settings, name);
}
