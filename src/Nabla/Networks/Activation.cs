using System.Collections.Immutable;
using Nabla.Calculus;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Networks;

/// <summary>What a layer applies to its pre-activation: an elementwise function, or the softmax of each sample. Equal where the function is.</summary>
public sealed class Activation : IEquatable<Activation>
{
    private readonly Function? function;

    private Activation(Function? function) => this.function = function;

    /// <summary>softmax(z), for the output of a classifier.</summary>
    public static Activation Softmax { get; } = new(null);

    /// <summary>σ(z), the seed's activation.</summary>
    public static Activation Sigmoid { get; } = new(Function.Sigmoid);

    /// <summary>z itself, for the output of a regression.</summary>
    public static Activation Identity { get; } = new(Function.Identity);

    /// <summary>Every activation, by name.</summary>
    public static ImmutableSortedDictionary<string, Activation> All { get; } = Function.All
        .Where(function => function.IsActivation)
        .Select(function => new Activation(function))
        .Append(Softmax)
        .ToImmutableSortedDictionary(activation => activation.Name, activation => activation, StringComparer.Ordinal);

    /// <summary>The name on the command line and in files.</summary>
    public string Name => function?.Name ?? "softmax";

    /// <summary>True for softmax, which mixes the outputs of a sample and so belongs to the last layer.</summary>
    public bool IsSoftmax => function is null;

    /// <summary>Whether the activation is a rectifier, as relu is: weights before it begin with the initializer he.</summary>
    public bool IsRectifier => function?.IsRectifier ?? false;

    /// <summary>An elementwise function of one's own as an activation.</summary>
    public static Activation Of(Function function) => new(function);

    /// <summary>The activation of a name.</summary>
    /// <exception cref="ArgumentException">No activation has this name.</exception>
    public static Activation Named(string name) => All.TryGetValue(name, out Activation? activation)
        ? activation
        : throw new ArgumentException(Suggestion.Unknown("activation", name, All.Keys));

    /// <summary>a = f(z).</summary>
    public Expr Apply(Expr z) => function is null ? Expr.Softmax(z) : function == Function.Identity ? z : Expr.Apply(function, z);

    /// <inheritdoc/>
    public bool Equals(Activation? other) => other is not null && other.function == function;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Activation);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
