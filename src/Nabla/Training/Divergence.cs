using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Data;
using Nabla.Planning;

namespace Nabla.Training;

/// <summary>Finds where numbers stopped being finite: follows the equations of the network from the data to the loss.</summary>
internal static class Divergence
{
    /// <summary>The first equation whose value is not finite for a batch, with its layer and the place of one such element, as the end of a sentence.</summary>
    /// <param name="model">The model, with the parameters that the loss came from.</param>
    /// <param name="order">Where the samples come from.</param>
    /// <param name="batch">Those of the step.</param>
    public static unsafe string FirstIn<T>(Model<T> model, SampleOrder order, ReadOnlySpan<int> batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (model.Parameters.FindNonFinite() is var (parameter, value))
        {
            int layer = model.Expression.Layers.ToList().FindIndex(one => one.Weights == parameter || one.Biases == parameter) + 1;
            return $"the update of the step before made {Notation.Text.Print(parameter)} of layer {layer} {Written(value)}";
        }

        Expr[] values = [.. model.Expression.Layers.SelectMany(layer => new[] { layer.PreActivation, layer.Activation })];
        Plan<T> plan = Plan<T>.Compile([model.Expression.Input, model.Expression.Target, .. values], [], model.Parameters, batch.Length);
        Slot<T> input = plan.SlotOf(model.Expression.Input);
        order.Samples.GatherInputs(batch, input.Pointer, input.LeadingDimension);
        Slot<T> target = plan.SlotOf(model.Expression.Target);
        order.Samples.GatherTargets(batch, target.Pointer, target.LeadingDimension);
        plan.Run();
        if (Find(input, order, batch) is string ofInputs)
        {
            return $"the inputs are not finite: {ofInputs}";
        }

        if (Find(target, order, batch) is string ofTargets)
        {
            return $"the targets are not finite: {ofTargets}";
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (Find(plan.SlotOf(values[i]), order, batch) is string place)
            {
                return $"the first value that is not finite is that of {Equation((Named)values[i])} in layer {i / 2 + 1}: {place}";
            }
        }

        return $"all outputs are finite; the first value that is not is that of the loss itself, {Equation(model.Expression.Cost)}";
    }

    private static string Equation(Named value) => Notation.Text.Print(value, "=", value.Definition);

    private static unsafe string? Find<T>(Slot<T> slot, SampleOrder order, ReadOnlySpan<int> batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int j = 0; j < slot.Columns; j++)
        {
            for (int i = 0; i < slot.Rows; i++)
            {
                T value = slot.Pointer[i + (long)j * slot.LeadingDimension];
                if (!T.IsFinite(value))
                {
                    return $"element {i + 1} of {order.NameOf(batch[j])} is {Written(value)}";
                }
            }
        }

        return null;
    }

    private static string Written<T>(T value)
        where T : IFloatingPointIeee754<T> => T.IsNaN(value) ? "NaN" : T.IsNegative(value) ? "−∞" : "∞";
}
