using System.Collections.Immutable;
using System.Reflection;
using Nabla.Calculus;
using Nabla.Calculus.Expressions;

namespace Nabla.Networks;

/// <summary>How a loss of single samples becomes the loss of a batch.</summary>
public enum Reduction
{
    /// <summary>The mean over the samples of the batch.</summary>
    Mean,

    /// <summary>The sum over the samples of the batch.</summary>
    Sum,
}

/// <summary>
/// A loss: an expression of the targets Y and the outputs A, without a derivative. One file in the folder Losses is one loss;
/// a loss of one's own is made with the constructor.
/// </summary>
public sealed partial class Loss
{
    private static ImmutableSortedDictionary<string, Loss>? all;

    private readonly Func<Expr, Expr, Expr> total;

    /// <summary>A loss from its expression.</summary>
    /// <param name="name">The name.</param>
    /// <param name="total">(Y, A) → the sum over all samples, a scalar; samples are columns, or there is one.</param>
    public Loss(string name, Func<Expr, Expr, Expr> total)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (Name, this.total) = (name, total);
    }

    /// <summary>Every loss of the folder Losses, by name.</summary>
    public static ImmutableSortedDictionary<string, Loss> All => all ??= typeof(Loss)
        .GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Where(property => property.PropertyType == typeof(Loss))
        .Select(property => (Loss)property.GetValue(null)!)
        .ToImmutableSortedDictionary(loss => loss.Name, loss => loss, StringComparer.Ordinal);

    /// <summary>The name on the command line and in files.</summary>
    public string Name { get; }

    /// <summary>The activation of the last layer that the loss is made for; null where any will do.</summary>
    public Activation? OutputActivation { get; init; }

    /// <summary>The loss of a name.</summary>
    /// <exception cref="ArgumentException">No loss has this name.</exception>
    public static Loss Named(string name) => All.TryGetValue(name, out Loss? loss)
        ? loss
        : throw new ArgumentException(Suggestion.Unknown("loss", name, All.Keys));

    /// <summary>C for targets and outputs.</summary>
    /// <exception cref="ShapeException">The expression is not a scalar.</exception>
    public Expr Of(Expr targets, Expr outputs, Reduction reduction = Reduction.Mean)
    {
        Expr sum = total(targets, outputs);
        if (!sum.Shape.IsScalar)
        {
            throw new ShapeException($"the loss {Name} must be a scalar, but its expression is {sum.Shape}");
        }

        return reduction == Reduction.Sum ? sum : Merge(sum / outputs.Shape.Columns);
    }

    /// <summary>Asserts that the last layer has the activation that the loss is made for.</summary>
    /// <exception cref="ArgumentException">It has another one.</exception>
    public void RequireOutput(Activation activation)
    {
        ArgumentNullException.ThrowIfNull(activation);
        if (OutputActivation is not null && activation.Name != OutputActivation.Name)
        {
            throw new ArgumentException($"the loss {Name} is made for {OutputActivation} in the last layer, but the last layer has {activation}");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>(1/m)(½ X) is written 1/(2m) X, and (1/m)(−X) is written −(1/m) X.</summary>
    private static Expr Merge(Expr x) => x switch
    {
        Scale { Factor: Constant a, Of: Scale { Factor: Constant b, Of: var inner } } => a.Value * b.Value * inner,
        Scale { Factor: var a, Of: Negate { Operands: [var inner] } } => -(a * inner),
        _ => x,
    };
}
