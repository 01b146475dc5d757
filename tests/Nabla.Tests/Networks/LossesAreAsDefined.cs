using Nabla.Calculus.Derivations;
using Nabla.Calculus.Verification;
using Nabla.Networks;

namespace Nabla.Tests.Networks;

/// <summary>Each loss against the contract's definition, written out in plain loops over plain numbers.</summary>
public class LossesAreAsDefined
{
    /// <summary>The contract's definitions: one sample's share of the sum, given its targets, its outputs and its last pre-activations.</summary>
    private static readonly Dictionary<string, Func<double[], double[], double[], double>> definitions = new()
    {
        ["squared-error"] = (y, a, _) => 0.5 * Total(y, i => (y[i] - a[i]) * (y[i] - a[i])),
        ["mean-squared-error"] = (y, a, _) => Total(y, i => (y[i] - a[i]) * (y[i] - a[i])) / y.Length,
        ["mean-absolute-error"] = (y, a, _) => Total(y, i => Math.Abs(y[i] - a[i])) / y.Length,
        ["cross-entropy"] = (y, _, z) => -Total(y, i => y[i] * Math.Log(Math.Exp(z[i]) / Total(z, k => Math.Exp(z[k])))),
        ["binary-cross-entropy"] = (y, a, _) => -Total(y, i => y[i] * Math.Log(a[i]) + (1 - y[i]) * Math.Log(1 - a[i])),
        ["huber"] = (y, a, _) => Total(y, i => Math.Abs(y[i] - a[i]) <= 1 ? 0.5 * Math.Pow(y[i] - a[i], 2) : Math.Abs(y[i] - a[i]) - 0.5),
    };

    [Fact]
    public void Every_loss_has_its_definition_here() => Assert.Equal(Loss.All.Keys, definitions.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Values_are_those_of_the_definitions_for_a_batch_and_for_a_sample()
    {
        SeededRandom random = new(5);
        foreach ((string name, Func<double[], double[], double[], double> definition) in definitions)
        {
            for (int i = 0; i < 50; i++)
            {
                Loss loss = Loss.Named(name);
                int batch = 1 + random.NextInt(6);
                foreach (Reduction reduction in Enum.GetValues<Reduction>())
                {
                    AssertAsDefined(loss, definition, reduction, inBatch: true, batch, random);
                    AssertAsDefined(loss, definition, reduction, inBatch: false, 1, random);
                }
            }
        }
    }

    /// <summary>Saturated outputs, where log a by its own would be −∞: the stable form has the limit's value.</summary>
    [Theory]
    [InlineData("cross-entropy", 1000)]
    [InlineData("binary-cross-entropy", 2000)]
    public void Extreme_logits_give_the_finite_value_of_the_limit(string name, double expected)
    {
        Loss loss = Loss.Named(name);
        LayeredNetwork network = Network.Of([2, 2], loss.OutputActivation!, biases: false).Express(loss, Reduction.Sum);
        Bindings values = new Bindings().Set(network.Batch, 1)
            .Set(network.Layers[0].Weights, Matrix.From(2, 2, (i, j) => i == j ? 1 : 0))
            .Set(network.Input, new Matrix(2, 1, name == "cross-entropy" ? [500, -500] : [1000, -1000]))
            .Set(network.Target, new Matrix(2, 1, [0, 1]));
        Assert.Equal(expected, Evaluator.Evaluate(network.Differentiate().StableCost, values)[0, 0], 1e-9);
    }

    private static void AssertAsDefined(
        Loss loss, Func<double[], double[], double[], double> definition, Reduction reduction, bool inBatch, int batch, SeededRandom random)
    {
        int outputs = 1 + random.NextInt(5);
        LayeredNetwork network = new Network(3, new Layer(outputs, loss.OutputActivation ?? Activation.Named("tanh"))).Express(loss, reduction, inBatch);
        Bindings values = new();
        if (inBatch)
        {
            values.Set(network.Batch, batch);
        }

        Matrix w = Random(outputs, 3);
        Matrix b = Random(outputs, 1);
        Matrix x = Random(3, batch);
        Matrix y = loss.OutputActivation is null ? Random(outputs, batch).Map(value => 2 * value) : Matrix.From(outputs, batch, (_, _) => random.NextDouble());
        values.Set(network.Layers[0].Weights, w).Set(network.Layers[0].Biases!, b).Set(network.Input, x).Set(network.Target, y);
        double expected = 0;
        for (int j = 0; j < batch; j++)
        {
            double[] z = [.. Enumerable.Range(0, outputs).Select(i => b[i, 0] + w[i, 0] * x[0, j] + w[i, 1] * x[1, j] + w[i, 2] * x[2, j])];
            double[] a = Array.ConvertAll(z, value => loss.OutputActivation is null ? Math.Tanh(value) : 1 / (1 + Math.Exp(-value)));
            expected += definition([.. Enumerable.Range(0, outputs).Select(i => y[i, j])], a, z);
        }

        expected /= reduction == Reduction.Mean ? batch : 1;
        string what = $"{loss} {reduction}, batch {batch}, {outputs} outputs";

        // 1 − a of the plain loops has lost some digits near 1.
        Matrices.AssertClose(Matrix.Scalar(expected), Evaluator.Evaluate(network.Cost, values), 1e-11, what);
        Matrices.AssertClose(Matrix.Scalar(expected), Evaluator.Evaluate(network.Differentiate().StableCost, values), 1e-11, what + ", stable");

        Matrix Random(int rows, int columns) => Matrix.From(rows, columns, (_, _) => random.NextNormal());
    }

    private static double Total(double[] over, Func<int, double> term)
    {
        double total = 0;
        for (int i = 0; i < over.Length; i++)
        {
            total += term(i);
        }

        return total;
    }
}
