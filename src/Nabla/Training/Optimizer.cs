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

    /// <summary>A number that is kept for each element of W from one step to the next, 0 at the beginning.</summary>
    public Symbol State(string letter) => Found(new($"{letter}({Parameter.Name})"), Parameter.Shape, SymbolKind.Parameter);

    /// <summary>cᵗ, what a constant has become after t steps.</summary>
    public Expr PowerOfStep(double c) => Expr.ElementPower(Parameter.Pool.Constant(c), Step);

    /// <summary>The symbol of the step's number, where a rule uses it.</summary>
    internal static Symbol? StepIn(ExprPool pool) => pool.MeaningOf(stepName) as Symbol;

    private Symbol Found(Name name, Shape shape, SymbolKind kind) => Parameter.Pool.MeaningOf(name) switch
    {
        null => Parameter.Pool.Symbol(name, shape, kind),
        Symbol known when known.Shape.Equals(shape) && known.Kind == kind => known,
        Expr other => throw new ArgumentException($"the update rule needs the name {name} for itself, but it is {other.Describe()} already"),
    };
}

/// <summary>An update rule: what a parameter and the optimizer's states of it become, as expressions of them, the gradient and the learning rate.</summary>
public sealed partial class Optimizer
{
    private static ImmutableSortedDictionary<string, Optimizer>? all;

    /// <summary>An update rule from its expressions.</summary>
    public Optimizer(string name, Func<UpdateTerms, ParameterUpdate> update) => (Name, Update) = (name, update);

    /// <summary>Every optimizer of this class, by name.</summary>
    public static ImmutableSortedDictionary<string, Optimizer> All => all ??= typeof(Optimizer)
        .GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Where(property => property.PropertyType == typeof(Optimizer))
        .Select(property => (Optimizer)property.GetValue(null)!)
        .ToImmutableSortedDictionary(optimizer => optimizer.Name, optimizer => optimizer, StringComparer.Ordinal);

    /// <summary>The name on the command line and in files.</summary>
    public string Name { get; }

    /// <summary>What W and its states become.</summary>
    public Func<UpdateTerms, ParameterUpdate> Update { get; }

    /// <summary>The optimizer of a name.</summary>
    /// <exception cref="ArgumentException">No optimizer has this name.</exception>
    public static Optimizer Named(string name) => All.TryGetValue(name, out Optimizer? optimizer)
        ? optimizer
        : throw new ArgumentException(Suggestion.Unknown("optimizer", name, All.Keys));
}
