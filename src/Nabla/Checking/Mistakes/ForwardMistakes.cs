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
    private const int MostSteps = 20;

    private static readonly double[] starts = [1e-4, 1e-3, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1, 3];

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

    /// <summary>
    /// The η for which the given gradients of the weights are right at W − η ∂C/∂W: Gauss and Newton's method from the best of some starts, its
    /// steps halved where they go too far.
    /// </summary>
    private double? StepTaken(BackwardPass right)
    {
        double[] ResidualsAt(double eta) => Residuals(passOf(Updated(right, eta)));
        double step = starts.MinBy(eta => SquaredNorm(ResidualsAt(eta)));
        double[] here = ResidualsAt(step);
        for (int k = 0; k < MostSteps; k++)
        {
            double h = 1e-6 * step;
            double[] there = ResidualsAt(step + h);
            double[] slope = [.. there.Zip(here, (x, y) => (x - y) / h)];
            double change = -slope.Zip(here, (s, r) => s * r).Sum() / SquaredNorm(slope);
            double[] next = ResidualsAt(step + change);
            for (int halved = 0; halved < 8 && !(SquaredNorm(next) <= SquaredNorm(here)); halved++)
            {
                change /= 2;
                next = ResidualsAt(step + change);
            }

            if (!(SquaredNorm(next) < SquaredNorm(here)))
            {
                break;
            }

            (step, here) = (step + change, next);
        }

        return double.IsFinite(step) && step != 0 ? step : null;
    }

    private static double SquaredNorm(double[] x) => x.Sum(v => v * v);

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
