using Nabla.Calculus.Verification;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Networks;

/// <summary>Mean, variance and range of what the initializers draw, over 60,000 weights of a layer 300 → 200.</summary>
public class InitializersSpreadAsTheyShould
{
    private const int Inputs = 300;
    private const int Outputs = 200;

    /// <summary>The variance of a weight, that of a bias, and the bound of a weight where there is one.</summary>
    private static readonly Dictionary<string, (double Weight, double Bias, double Bound)> expected = new()
    {
        ["normal"] = (1, 1, double.PositiveInfinity),
        ["glorot"] = (2.0 / (Inputs + Outputs), 0, Math.Sqrt(6.0 / (Inputs + Outputs))),
        ["he"] = (2.0 / Inputs, 0, double.PositiveInfinity),
        ["lecun"] = (1.0 / Inputs, 0, double.PositiveInfinity),
        ["uniform"] = (1.0 / (3 * Inputs), 1.0 / (3 * Inputs), 1 / Math.Sqrt(Inputs)),
    };

    [Fact]
    public void Every_initializer_has_its_variance_here() => Assert.Equal(Initializer.All.Keys, expected.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Mean_and_variance_are_those_of_the_papers()
    {
        foreach ((string name, (double weight, double bias, double bound)) in expected)
        {
            double[] weights = Drawn(name, seed: 1, biases: false);
            AssertSpread(weights, weight, name);
            Assert.All(weights, weight => Assert.True(Math.Abs(weight) <= bound, name));
            Assert.True(double.IsInfinity(bound) || weights.Max(Math.Abs) > 0.99 * bound, name);
            AssertSpread(Drawn(name, seed: 1, biases: true), bias, name + ", biases");
        }
    }

    [Fact]
    public void A_normal_one_has_the_tails_of_the_bell()
    {
        double[] weights = Drawn("normal", seed: 2, biases: false);
        Assert.Equal(0.6827, weights.Count(w => Math.Abs(w) < 1) / (double)weights.Length, 0.01);
        Assert.Equal(0.9545, weights.Count(w => Math.Abs(w) < 2) / (double)weights.Length, 0.005);
        Assert.Equal(0.9973, weights.Count(w => Math.Abs(w) < 3) / (double)weights.Length, 0.001);
    }

    [Fact]
    public void The_seed_fixes_all_and_the_layers_differ()
    {
        foreach (string name in Initializer.All.Keys)
        {
            Assert.Equal(Drawn(name, seed: 3, biases: false), Drawn(name, seed: 3, biases: false));
            Assert.NotEqual(Drawn(name, seed: 3, biases: false), Drawn(name, seed: 4, biases: false));
            Model<double> model = new(Network.Of([5, 5, 5], Activation.Sigmoid), Loss.SquaredError);
            model.Initialize(Initializer.Named(name), seed: 3);
            Matrix[] layers = [.. model.Expression.Layers.Select(layer => model.Parameters[layer.Weights])];
            Assert.NotEqual(layers[0].Elements.ToArray(), layers[1].Elements.ToArray());
        }
    }

    private static double[] Drawn(string name, ulong seed, bool biases)
    {
        Model<double> model = new(Network.Of([Inputs, Outputs], Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named(name), seed);
        return model.Parameters[biases ? model.Expression.Layers[0].Biases! : model.Expression.Layers[0].Weights].Elements.ToArray();
    }

    /// <summary>Five standard errors: the mean's is σ/√n, the variance's at most σ²√(2/n).</summary>
    private static void AssertSpread(double[] values, double variance, string what)
    {
        double mean = values.Average();
        double spread = values.Average(value => (value - mean) * (value - mean));
        Assert.True(Math.Abs(mean) <= 5 * Math.Sqrt(variance / values.Length), $"{what}: mean {mean}");
        Assert.True(Math.Abs(spread - variance) <= 5 * variance * Math.Sqrt(2.0 / values.Length), $"{what}: variance {spread}, not {variance}");
    }
}
