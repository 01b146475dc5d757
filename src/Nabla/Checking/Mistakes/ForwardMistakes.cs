using System.Collections.Immutable;
using Nabla.Calculus.Verification;
using Nabla.Networks;

namespace Nabla.Checking.Mistakes;

/// <summary>
/// Mistakes before the backward pass begins: the right formulas, but at other weights than the case's. Tried only where no mistake in the
/// formulas explains the numbers.
/// </summary>
internal sealed class ForwardMistakes(Func<ImmutableArray<LayerValues>, BackwardPass> passOf, GradientCase gradientCase)
{
    private const int MostSteps = 12;

    /// <summary>Each mistake, and the backward pass with it.</summary>
    public IEnumerable<(Mistake Mistake, BackwardPass Pass)> All(BackwardPass right)
    {
        if (gradientCase.Layers.Any(layer => layer.Biases is Matrix b && b.MaxAbs() > 0))
        {
            yield return (
                new("missing-term", "the biases are left out of the forward pass: the numbers are right for Z = W A without b", 2),
                passOf([.. gradientCase.Layers.Select(layer => layer with { Biases = layer.Biases?.Map(_ => 0) })]));
        }

        if (StepTaken(right) is double step)
        {
            yield return (
                new("stale-weights", $"everything was computed after an update by a step η = {Factor.Shown(step)}, not before it: the numbers are right for W − η ∂C/∂W", 2),
                passOf(Updated(right, step)));
        }
    }

    /// <summary>The η with W − η ∂C/∂W for which the given gradients of the weights are right, by Gauss and Newton's method.</summary>
    private double? StepTaken(BackwardPass right)
    {
        double step = 0;
        for (int k = 0; k < MostSteps; k++)
        {
            double h = 1e-5 * Math.Max(0.1, Math.Abs(step));
            double[] here = Residuals(passOf(Updated(right, step)));
            double[] there = Residuals(passOf(Updated(right, step + h)));
            double above = 0;
            double below = 0;
            for (int i = 0; i < here.Length; i++)
            {
                double slope = (there[i] - here[i]) / h;
                above += slope * here[i];
                below += slope * slope;
            }

            double change = above / below;
            if (!double.IsFinite(change))
            {
                return null;
            }

            step -= change;
            if (Math.Abs(change) <= 1e-12 * Math.Abs(step))
            {
                break;
            }
        }

        return step == 0 || Math.Abs(step) > 1e6 ? null : step;
    }

    private static ImmutableArray<LayerValues> Updated(BackwardPass right, double step)
    {
        Matrix? above = null;
        List<LayerValues> layers = [];
        for (int l = right.Depth; l >= 1; l--)
        {
            Matrix delta = right.Delta(l, above);
            Matrix Moved(Matrix from, Matrix gradient) => from.Zip(gradient, (w, g) => w - step * g);
            layers.Insert(0, new(
                Moved(right.W(l), right.WeightGradient(l, delta)), right.B(l) is Matrix b ? Moved(b, right.BiasGradient(l, delta)) : null));
            above = delta;
        }

        return [.. layers];
    }

    /// <summary>What is given less what a pass gives, for all weights.</summary>
    private double[] Residuals(BackwardPass pass)
    {
        List<double> residuals = [];
        Matrix? above = null;
        for (int l = pass.Depth; l >= 1; l--)
        {
            above = pass.Delta(l, above);
            Matrix gradient = pass.WeightGradient(l, above);
            Matrix? given = gradientCase.Given.FirstOrDefault(tensor => tensor.Quantity == ComparedQuantity.Weights && tensor.Layer == l - 1)?.Values;
            if (given is not null && (given.Rows, given.Columns) == (gradient.Rows, gradient.Columns))
            {
                residuals.AddRange(given.Zip(gradient, (x, y) => x - y).Elements);
            }
        }

        return [.. residuals];
    }
}
