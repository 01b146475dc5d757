using System.Collections.Immutable;
using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Training;

namespace Nabla.Checking;

/// <summary>
/// The gradients of what a training minimizes, by its own derivation: the loss with penalties, class weights, label smoothing and the masks of the first step. What a
/// compiled plan in double precision computes is the given, and the other roads judge it.
/// </summary>
public static class TrainingCheck
{
    /// <summary>Compares the gradients at the model's present weights.</summary>
    /// <param name="trainer">The training.</param>
    /// <param name="model">Its model.</param>
    /// <param name="samples">The samples, which need not be those that are trained with.</param>
    /// <param name="count">How many of them, from the first.</param>
    /// <param name="settings">What the check is told.</param>
    /// <exception cref="ArgumentException">The samples do not fit the network.</exception>
    public static ImmutableArray<ComparedTensor> Run<T>(Trainer<T> trainer, Model<T> model, Samples samples, int count, GradientCheckSettings? settings = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        model.RequireFit(samples);
        LayeredNetwork network = trainer.Network;
        IReadOnlyList<(Symbol Symbol, Matrix Value)> values = trainer.Minimized.Values(samples, Math.Min(count, samples.Count));
        Matrix ValueOf(Symbol symbol) => values.First(pair => pair.Symbol == symbol).Value;
        GivenTensor[] asked =
        [
            new(ComparedQuantity.Loss, 0, new(1, 1)),
            .. network.Layers.SelectMany((layer, l) => layer.Biases is null
                ? [Of(ComparedQuantity.Weights, l, layer.Weights)]
                : new[] { Of(ComparedQuantity.Weights, l, layer.Weights), Of(ComparedQuantity.Biases, l, layer.Biases) }),
        ];
        GradientCase open = new(
            model.Network,
            model.Loss,
            [.. network.Layers.Select(layer => new LayerValues(ValueOf(layer.Weights), layer.Biases is Symbol biases ? ValueOf(biases) : null))],
            ValueOf(network.Input),
            ValueOf(network.Target),
            [.. asked]);
        IReadOnlyList<Matrix> compiled = new GradientCheck(open, settings, network, trainer.Derivation, values).RunPlan<double>();
        GradientCheck check = new(open with { Given = [.. asked.Zip(compiled, (given, value) => given with { Values = value })] }, settings, network, trainer.Derivation, values);
        return [.. Enumerable.Range(0, asked.Length).Select(check.Compare)];

        GivenTensor Of(ComparedQuantity quantity, int layer, Symbol symbol) => new(quantity, layer, ValueOf(symbol));
    }
}
