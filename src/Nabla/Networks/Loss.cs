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
/// a loss of one's own is made with the constructor, or read from a text by <see cref="Parse"/>.
/// </summary>
public sealed partial class Loss
{
    private static ImmutableSortedDictionary<string, Loss>? all;

    private readonly Func<Expr, Expr, Expr, Expr> total;

    /// <summary>A loss from its expression.</summary>
    /// <param name="name">The name.</param>
    /// <param name="total">(Y, A) → the sum over all samples, a scalar; samples are columns, or there is one.</param>
    public Loss(string name, Func<Expr, Expr, Expr> total)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(total);
        (Name, this.total) = (name, (y, a, _) => total(y, a));
    }

    private Loss(string name, Func<Expr, Expr, Expr, Expr> total) => (Name, this.total) = (name, total);

    /// <summary>Every loss of the folder Losses, by name.</summary>
    public static ImmutableSortedDictionary<string, Loss> All => all ??= typeof(Loss)
        .GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Where(property => property.PropertyType == typeof(Loss))
        .Select(property => (Loss)property.GetValue(null)!)
        .ToImmutableSortedDictionary(loss => loss.Name, loss => loss, StringComparer.Ordinal);

    /// <summary>The name on the command line and in files.</summary>
    public string Name { get; }

    /// <summary>The expression that <see cref="Parse"/> read; null for a loss that was made in code.</summary>
    public string? Text { get; private init; }

    /// <summary>Whether the loss is written in the last pre-activations too.</summary>
    public bool NeedsPreActivations { get; private init; }

    /// <summary>The activation of the last layer that the loss is made for; null where any will do.</summary>
    public Activation? OutputActivation { get; init; }

    /// <summary>The loss of a name.</summary>
    /// <exception cref="ArgumentException">No loss has this name.</exception>
    public static Loss Named(string name) => All.TryGetValue(name, out Loss? loss)
        ? loss
        : throw new ArgumentException(Suggestion.Unknown("loss", name, All.Keys));

    /// <summary>C for targets and outputs.</summary>
    /// <param name="targets">Y.</param>
    /// <param name="outputs">A.</param>
    /// <param name="reduction">Mean or sum over the samples; a loss from a text says that itself.</param>
    /// <param name="preActivations">The last Z, for a loss that is written in it.</param>
    /// <param name="weights">A row with a weight for each sample, which its loss is multiplied by; null where all are 1.</param>
    /// <exception cref="ShapeException">The expression is not a scalar.</exception>
    /// <exception cref="ArgumentException">The loss is written in Z, and none is given; or it is no sum over the samples, and they have weights.</exception>
    public Expr Of(Expr targets, Expr outputs, Reduction reduction = Reduction.Mean, Expr? preActivations = null, Expr? weights = null)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        if (NeedsPreActivations && preActivations is null)
        {
            throw new ArgumentException($"the loss {Name} is written in the last pre-activations z, and none are given", nameof(preActivations));
        }

        Expr sum = total(targets, outputs, preActivations ?? outputs);
        if (!sum.Shape.IsScalar)
        {
            throw new ShapeException($"the loss {Name} must be a scalar, but its expression is {sum.Shape}");
        }

        sum = weights is null ? sum : Weighted(sum, weights);
        return reduction == Reduction.Sum || Text is not null ? sum : Merge(sum / outputs.Shape.Columns);
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

    /// <summary>A sum over all samples with each sample's share multiplied by its weight: sum(X) is sum(X ⊙ 1s), ‖X‖² is sum(X ⊙ X ⊙ 1s).</summary>
    private Expr Weighted(Expr sum, Expr weights)
    {
        Expr Spread(Expr x) => Expr.Hadamard(x, x.Shape.Rows.IsOne ? weights : Expr.BroadcastRow(weights, x.Shape.Rows));
        return sum switch
        {
            Named named => Weighted(named.Definition, weights),
            Scale { Factor: Constant factor, Of: var x } => factor * Weighted(x, weights),
            Negate { Operands: [var x] } => -Weighted(x, weights),
            Add { Operands: [var x, var y] } => Weighted(x, weights) + Weighted(y, weights),
            Subtract { Operands: [var x, var y] } => Weighted(x, weights) - Weighted(y, weights),
            Sum { Operands: [var x] } when x.Shape.Columns.Equals(weights.Shape.Columns) => Expr.Sum(Spread(x)),
            SquaredNorm { Operands: [var x] } when x.Shape.Columns.Equals(weights.Shape.Columns) => Expr.Sum(Spread(Expr.Hadamard(x, x))),
            _ => throw new ArgumentException($"samples can have weights where the loss is a sum over them, but {Name} is not written as one"),
        };
    }

    /// <summary>(1/m)(½ X) is written 1/(2m) X, and (1/m)(−X) is written −(1/m) X.</summary>
    private static Expr Merge(Expr x) => x switch
    {
        Scale { Factor: Constant a, Of: Scale { Factor: Constant b, Of: var inner } } => a.Value * b.Value * inner,
        Scale { Factor: var a, Of: Negate { Operands: [var inner] } } => -(a * inner),
        _ => x,
    };
}
