using System.Collections.Immutable;
using Nabla.Calculus.Verification;
using Nabla.Networks;

namespace Nabla.Checking.Mistakes;

/// <summary>Names the mistakes of a backward pass that gave wrong numbers.</summary>
/// <param name="passOf">Makes the derived backward pass for any weights and biases of the case's network.</param>
/// <param name="gradientCase">The case.</param>
internal sealed class MistakeFinder(Func<ImmutableArray<LayerValues>, BackwardPass> passOf, GradientCase gradientCase)
{
    /// <summary>Double precision first; then what was computed in single precision.</summary>
    private static readonly double[] tolerances = [1e-9, 1e-5];

    private readonly Dictionary<string, GivenTensor> given = gradientCase.Given.ToDictionary(tensor => tensor.Id);

    /// <summary>The diagnosis of each tensor by id, as far as a mistake explains it.</summary>
    public IReadOnlyDictionary<string, Diagnosis> Find()
    {
        BackwardPass pass = passOf(gradientCase.Layers);
        (MistakePath path, Likeness likeness) = Search(pass);
        if (!path.IsWhole)
        {
            foreach ((Mistake mistake, BackwardPass other) in new ForwardMistakes(passOf, gradientCase).All(pass))
            {
                (MistakePath elsewhere, Likeness used) = Search(other);
                if (elsewhere.IsWhole && elsewhere.AtDelta.IsEmpty && elsewhere.AtTensor.IsEmpty)
                {
                    return given.Values.Where(tensor => IsGivenBy(other, tensor, used)).ToDictionary(tensor => tensor.Id, _ => new Diagnosis(mistake.Code, mistake.What));
                }
            }
        }

        Dictionary<string, Diagnosis> found = [];
        foreach (GivenTensor tensor in gradientCase.Given)
        {
            Diagnosis? diagnosis = tensor.Quantity switch
            {
                ComparedQuantity.Loss => OfLoss(pass, tensor.Values[0, 0], likeness),
                ComparedQuantity.Outputs => OfOutputs(pass, tensor.Values, likeness),
                _ => OfGradient(pass, path, tensor),
            };
            if (diagnosis is not null)
            {
                found.Add(tensor.Id, diagnosis);
            }
        }

        return found;
    }

    private static bool IsGivenBy(BackwardPass pass, GivenTensor tensor, Likeness likeness) => tensor.Quantity switch
    {
        ComparedQuantity.Loss => likeness.Agree(tensor.Values, Matrix.Scalar(pass.Cost)),
        ComparedQuantity.Outputs => likeness.Agree(tensor.Values, pass.A(pass.Depth)),
        _ => true,
    };

    private (MistakePath Path, Likeness Likeness) Search(BackwardPass pass)
    {
        (MistakePath Path, Likeness Likeness)? best = null;
        foreach (Likeness likeness in tolerances.Select(tolerance => new Likeness(tolerance)))
        {
            MistakePath path = new MistakeSearch(pass, given, likeness).Run();
            best = best is null || path.Cost < best.Value.Path.Cost ? (path, likeness) : best;
            if (path.IsWhole)
            {
                break;
            }
        }

        return best!.Value;
    }

    private static Diagnosis? OfLoss(BackwardPass pass, double value, Likeness likeness)
    {
        Matrix tensor = Matrix.Scalar(value);
        if (Factor.All(pass.Samples, pass.A(pass.Depth).Rows).FirstOrDefault(factor => likeness.Agree(tensor, Matrix.Scalar(pass.Cost), factor.Value)) is Factor found)
        {
            return found.Value == 1 ? null : new(found.Code, found.In("the loss").What);
        }

        Loss? other = Loss.All.Values.FirstOrDefault(loss => loss.Name != pass.LossName && likeness.Agree(tensor, Matrix.Scalar(pass.CostBy(loss))));
        return other is null ? null : new("unknown", $"this is the loss {other.Name}, not {pass.LossName}");
    }

    private static Diagnosis? OfOutputs(BackwardPass pass, Matrix values, Likeness likeness)
    {
        int last = pass.Depth;
        return likeness.Agree(values, pass.A(last)) || !likeness.Agree(values, pass.Z(last)) ? null
            : new("missing-factor", $"{pass.NameOfZ(last)} stands in place of {pass.NameOfA(last)}: the last activation is missing");
    }

    private Diagnosis? OfGradient(BackwardPass pass, MistakePath path, GivenTensor tensor)
    {
        int layer = tensor.Quantity == ComparedQuantity.Inputs ? 0 : tensor.Layer + 1;
        int[] above = [.. path.AtDelta.Keys.Where(k => k >= layer).Order()];
        if (path.AtTensor.TryGetValue(tensor.Id, out Mistake? own))
        {
            string besides = above.Length > 0 ? $"; besides, {path.AtDelta[above[0]].What}" : "";
            return own is null ? null : new(own.Code, $"{own.What}; right is {pass.FormulaOf(tensor)}{besides}");
        }

        if (above.Length == 0)
        {
            return null;
        }

        Mistake cause = path.AtDelta[above[0]];
        return above[0] == layer
            ? new(cause.Code, $"{cause.What}; right is {pass.FormulaOfDelta(layer)}{Following(path, layer)}")
            : new(cause.Code, $"{pass.NameOf(tensor)} follows from layer {above[0]}: {cause.What}");
    }

    /// <summary>Which layers below are wrong only because of this one.</summary>
    private string Following(MistakePath path, int layer)
    {
        int until = path.AtDelta.Keys.Where(k => k < layer).DefaultIfEmpty(0).Max();
        int[] below = [.. Enumerable.Range(until + 1, layer - until - 1).Where(l => given.ContainsKey($"layers.{l - 1}.weights")).Order()];
        return below.Length switch
        {
            0 => "",
            1 => $"; this begins in layer {layer}, and layer {below[0]} follows from it",
            _ => $"; this begins in layer {layer}, and layers {below[0]} to {below[^1]} follow from it",
        };
    }
}
