using System.Collections.Immutable;
using System.Reflection;
using Nabla.Calculus;
using Nabla.Calculus.Expressions;

namespace Nabla.Training;

/// <summary>An update rule: what a parameter becomes, as an expression of it, its gradient and the learning rate.</summary>
public sealed partial class Optimizer
{
    private static ImmutableSortedDictionary<string, Optimizer>? all;

    /// <summary>An update rule from its expression: (W, ∂C/∂W, η) → the new W.</summary>
    public Optimizer(string name, Func<Symbol, Expr, Symbol, Expr> update) => (Name, Update) = (name, update);

    /// <summary>Every optimizer of this class, by name.</summary>
    public static ImmutableSortedDictionary<string, Optimizer> All => all ??= typeof(Optimizer)
        .GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Where(property => property.PropertyType == typeof(Optimizer))
        .Select(property => (Optimizer)property.GetValue(null)!)
        .ToImmutableSortedDictionary(optimizer => optimizer.Name, optimizer => optimizer, StringComparer.Ordinal);

    /// <summary>The name on the command line and in files.</summary>
    public string Name { get; }

    /// <summary>(W, ∂C/∂W, η) → the new W.</summary>
    public Func<Symbol, Expr, Symbol, Expr> Update { get; }

    /// <summary>The optimizer of a name.</summary>
    /// <exception cref="ArgumentException">No optimizer has this name.</exception>
    public static Optimizer Named(string name) => All.TryGetValue(name, out Optimizer? optimizer)
        ? optimizer
        : throw new ArgumentException(Suggestion.Unknown("optimizer", name, All.Keys));
}
