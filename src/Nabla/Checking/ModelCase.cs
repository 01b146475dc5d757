using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Checking;

/// <summary>The gradients of a model itself as a gradient case: what its compiled step computes is the given, and the other roads judge it.</summary>
public static class ModelCase
{
    /// <summary>The loss and the gradients of a model for some samples, by a plan in double precision.</summary>
    /// <param name="model">The model.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="count">How many of them, from the first.</param>
    /// <exception cref="ArgumentException">The samples do not fit the network, or the loss is a sum over the batch, which no case can say.</exception>
    public static unsafe GradientCase Of<T>(Model<T> model, Samples samples, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        model.RequireFit(samples);
        LayeredNetwork network = model.Network.Express(model.Loss);
        int[] batch = [.. Enumerable.Range(0, Math.Min(count, samples.Count))];
        bool sumsToOne = Trainer<double>.TargetsSumToOne(samples);
        Derivation derivation = network.Differentiate(assumptions: sumsToOne ? [network.TargetsSumToOne] : []);
        ParameterBuffer<double> parameters = new(network.Parameters);
        foreach ((Symbol own, Symbol of) in network.Parameters.Zip(model.Expression.Parameters))
        {
            parameters[own] = model.Parameters[of];
        }

        Plan<double> plan = Plan<double>.Compile([derivation.StableCost, network.Input, network.Target, .. network.Parameters.Select(derivation.GradientOf)], [], parameters, batch.Length);
        Slot<double> input = plan.SlotOf(network.Input);
        samples.GatherInputs(batch, input.Pointer, input.LeadingDimension);
        Slot<double> target = plan.SlotOf(network.Target);
        samples.GatherTargets(batch, target.Pointer, target.LeadingDimension);
        (Matrix inputs, Matrix targets) = (input.Read(), target.Read());
        plan.Run();
        List<GivenTensor> given = [new(ComparedQuantity.Loss, 0, plan[derivation.StableCost])];
        List<LayerValues> layers = [];
        for (int l = 0; l < network.Layers.Count; l++)
        {
            SymbolicLayer layer = network.Layers[l];
            layers.Add(new(parameters[layer.Weights], layer.Biases is Symbol own ? parameters[own] : null));
            given.Add(new(ComparedQuantity.Weights, l, plan[derivation.GradientOf(layer.Weights)]));
            if (layer.Biases is Symbol biases)
            {
                given.Add(new(ComparedQuantity.Biases, l, plan[derivation.GradientOf(biases)]));
            }
        }

        return new(model.Network, model.Loss, [.. layers], inputs, targets, [.. given]);
    }
}
