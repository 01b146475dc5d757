using System.Collections.Immutable;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Checking.Trajectories;

/// <summary>What a training came to: the loss of every step before its update, and the weights and biases at the end.</summary>
/// <param name="Losses">The losses.</param>
/// <param name="Final">The weights and biases after the last update, from the first layer.</param>
internal sealed record Course(ImmutableArray<double> Losses, ImmutableArray<LayerValues> Final);

/// <summary>
/// A training in the reference evaluator: in each step the derived gradients and the expressions of the update rule are evaluated in double precision,
/// one node at a time.
/// </summary>
internal static class ReferenceTraining
{
    /// <summary>Makes the steps of a trajectory, or of what it might have been instead.</summary>
    /// <param name="of">Where it begins.</param>
    /// <param name="optimizer">The update rule.</param>
    /// <param name="rate">η.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="reduction">The mean or the sum over the samples.</param>
    /// <param name="stepNumber">A number in place of every step's own.</param>
    public static Course Run(Trajectory of, Optimizer optimizer, double rate, int steps, Reduction reduction = Reduction.Mean, double? stepNumber = null)
    {
        LayeredNetwork network = of.Network.Express(of.Loss, reduction);
        Derivation derivation = network.Differentiate(assumptions: Assumed(of, network));
        ImmutableArray<UpdateTerms> terms = [.. network.Parameters.Select(p => new UpdateTerms(p, derivation.GradientOf(p), network.LearningRate))];
        Planning.ParameterUpdate[] updates = [.. terms.Select(optimizer.Update)];
        Planning.ParameterUpdate[] all = [.. updates, .. updates.SelectMany(update => update.States)];
        Bindings values = Begin(of, network).Set(network.LearningRate, Matrix.Scalar(rate));
        foreach (Symbol state in updates.SelectMany(update => update.States).Select(state => state.Parameter))
        {
            values.Set(state, new Matrix(values.SizeOf(state.Shape.Rows), values.SizeOf(state.Shape.Columns)));
        }

        Expr[] wanted = [derivation.StableCost, .. all.Select(update => update.Value)];
        List<double> losses = [];
        for (int step = 1; step <= steps; step++)
        {
            values.Set(terms[0].Step, Matrix.Scalar(stepNumber ?? step));
            IReadOnlyList<Matrix> computed = Evaluator.EvaluateAll(wanted, values);
            losses.Add(computed[0][0, 0]);
            for (int i = 0; i < all.Length; i++)
            {
                values.Set(all[i].Parameter, computed[i + 1]);
            }
        }

        return new([.. losses], LayersOf(network, symbol => values.ValueOf(symbol)!));
    }

    /// <summary>1ᵀy = 1, where that holds of the targets.</summary>
    public static IReadOnlyList<Assumption> Assumed(Trajectory of, LayeredNetwork network) =>
        Enumerable.Range(0, of.Targets.Columns).All(j => Math.Abs(Enumerable.Range(0, of.Targets.Rows).Sum(i => of.Targets[i, j]) - 1) <= GradientCheck.SumTolerance)
            ? [network.TargetsSumToOne]
            : [];

    /// <summary>The values of a network's parameters, layer by layer.</summary>
    public static ImmutableArray<LayerValues> LayersOf(LayeredNetwork network, Func<Symbol, Matrix> valueOf) =>
        [.. network.Layers.Select(layer => new LayerValues(valueOf(layer.Weights), layer.Biases is Symbol biases ? valueOf(biases) : null))];

    private static Bindings Begin(Trajectory of, LayeredNetwork network)
    {
        Bindings values = new Bindings().Set(network.Batch, of.Inputs.Columns).Set(network.Input, of.Inputs).Set(network.Target, of.Targets);
        foreach ((SymbolicLayer layer, LayerValues numbers) in network.Layers.Zip(of.Layers))
        {
            values.Set(layer.Weights, numbers.Weights);
            if (layer.Biases is Symbol biases)
            {
                values.Set(biases, numbers.Biases!);
            }
        }

        return values;
    }
}
