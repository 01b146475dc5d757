using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Verification;

namespace Nabla.Tests.Derivations;

/// <summary>Random values for a network's symbols, away from kinks.</summary>
internal static class Points
{
    private const double NearKink = 0.02;

    /// <summary>Values for all symbols; the targets of each sample are positive and sum to one where that is asked for.</summary>
    public static Bindings For(LayeredNetwork network, SeededRandom random, int batch, bool probabilities)
    {
        for (int attempt = 0; attempt < 1000; attempt++)
        {
            Bindings bindings = new();
            if (!network.Batch.IsOne)
            {
                bindings.Set(network.Batch, batch);
            }

            foreach (Symbol symbol in network.Parameters.Append(network.Input))
            {
                bindings.Set(symbol, Random(symbol, bindings, random, -1.5, 1.5));
            }

            Matrix target = Random(network.Target, bindings, random, 0.1, 0.9);
            if (probabilities)
            {
                Matrix raw = target;
                target = Matrix.From(raw.Rows, raw.Columns, (i, j) => raw[i, j] / Enumerable.Range(0, raw.Rows).Sum(k => raw[k, j]));
            }

            bindings.Set(network.Target, target);
            bindings.Set(network.LearningRate, Matrix.Scalar(0.3));
            if (network.Layers.All(layer => Smallest(Evaluator.Evaluate(layer.PreActivation, bindings)) > NearKink)
                && AwayFromHuber(network, bindings)
                && AwayFromLogarithm(network, bindings))
            {
                return bindings;
            }
        }

        throw new InvalidOperationException("no point away from the kinks was found");
    }

    public static Matrix Random(Expr expression, Bindings bindings, SeededRandom random, double low = -1, double high = 1) => Matrix.From(
        bindings.SizeOf(expression.Shape.Rows), bindings.SizeOf(expression.Shape.Columns), (_, _) => random.NextDouble(low, high));

    private static double Smallest(Matrix x) => x.Map(Math.Abs).Elements.ToArray().Min();

    /// <summary>log a must exist on both sides of a, as far as a finite difference reaches.</summary>
    private static bool AwayFromLogarithm(LayeredNetwork network, Bindings bindings) =>
        !Expr.Reachable(network.Cost).Any(node => node is Apply apply && apply.Function == Function.Log)
        || Evaluator.Evaluate(network.Output, bindings).Map(a => Math.Min(a, 1 - a)).Elements.ToArray().Min() > 0.05;

    private static bool AwayFromHuber(LayeredNetwork network, Bindings bindings)
    {
        Matrix output = Evaluator.Evaluate(network.Output, bindings);
        Matrix difference = output.Zip(bindings.ValueOf(network.Target)!, (a, y) => Math.Abs(Math.Abs(y - a) - 1));
        return difference.Elements.ToArray().Min() > NearKink;
    }
}
