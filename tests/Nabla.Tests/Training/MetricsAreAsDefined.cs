using CsCheck;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>The figures of small cases that were computed by hand, and of random ones by their definitions.</summary>
public class MetricsAreAsDefined
{
    [Theory]
    [InlineData(new float[] { 0.1f, 0.4f, 0.35f, 0.8f }, new[] { false, false, true, true }, 0.75)]
    [InlineData(new float[] { 1, 1, 1, 1 }, new[] { false, true, false, true }, 0.5)]
    [InlineData(new float[] { 1, 2, 3 }, new[] { false, false, true }, 1)]
    [InlineData(new float[] { 3, 2, 1 }, new[] { false, false, true }, 0)]
    [InlineData(new float[] { 1, 2 }, new[] { true, true }, double.NaN)]
    [InlineData(new float[] { }, new bool[] { }, double.NaN)]
    public void The_area_under_a_small_curve_is_known(float[] scores, bool[] positive, double expected) => Assert.Equal(expected, RocAuc.Of(scores, positive));

    /// <summary>By the definition: the fraction of the pairs in the right order.</summary>
    [Fact]
    public void The_area_under_any_curve_is_the_fraction_of_pairs_in_the_right_order() => Gen.Select(Gen.Int[0, 9], Gen.Bool).Array[2, 60].Sample(
        pairs =>
        {
            float[] scores = [.. pairs.Select(pair => pair.Item1 / 4f)];
            bool[] positive = [.. pairs.Select(pair => pair.Item2)];
            List<double> orders = [];
            for (int i = 0; i < scores.Length; i++)
            {
                for (int j = 0; j < scores.Length; j++)
                {
                    if (positive[i] && !positive[j])
                    {
                        orders.Add(scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0);
                    }
                }
            }

            Assert.Equal(orders.Count == 0 ? double.NaN : orders.Average(), RocAuc.Of(scores, positive), 12);
        },
        iter: 2000);

    /// <summary>p = softmax of the inputs themselves, so every probability is chosen.</summary>
    [Fact]
    public void The_figures_of_a_classifier_are_those_computed_by_hand()
    {
        double[][] probabilities = [[0.7, 0.2, 0.1], [0.5, 0.4, 0.1], [0.1, 0.8, 0.1], [0.2, 0.3, 0.5], [0.6, 0.3, 0.1]];
        int[] labels = [0, 1, 1, 2, 2];
        ClassificationMetrics metrics = ClassificationMetrics.Of(
            Identity<double>(3, Activation.Softmax, Loss.CrossEntropy),
            new(new NumberFeatures([.. probabilities.SelectMany(row => row.Select(p => Math.Log(p)))], 3), new ClassTargets([.. labels], 3)));
        Assert.Equal(0.6, metrics.Accuracy, 12);
        Assert.Equal([0.6, 0.8, 1], Enumerable.Range(1, 3).Select(k => Math.Round(metrics.TopAccuracy(k), 12)));
        Assert.Equal(-(Math.Log(0.7) + Math.Log(0.4) + Math.Log(0.8) + Math.Log(0.5) + Math.Log(0.1)) / 5, metrics.LogLoss, 9);
        Assert.Equal((1 / 3.0, 1.0, 0.5, 1L), (metrics.Precision(0), metrics.Recall(0), metrics.F1(0), metrics.Support(0)));
        Assert.Equal((1.0, 0.5, 2 / 3.0, 2L), (metrics.Precision(1), metrics.Recall(1), metrics.F1(1), metrics.Support(1)));
        Assert.Equal(7 / 9.0, metrics.MacroPrecision, 12);
        Assert.Equal(2 / 3.0, metrics.MacroRecall, 12);
        Assert.Equal((0.5 + 2 / 3.0 + 2 / 3.0) / 3, metrics.MacroF1, 12);
        Assert.Equal(1, metrics.RocAucOf(0));
        Assert.Equal(1, metrics.RocAucOf(1));
        Assert.Equal((1 + 1 + 1 + 0.5 + 0.5 + 0.5) / 6, metrics.RocAucOf(2), 12);
        Assert.Equal((2 + 0.75) / 3, metrics.MacroRocAuc, 12);
    }

    [Fact]
    public void A_class_that_is_never_taken_has_no_precision_and_counts_nothing_in_the_mean()
    {
        ClassificationMetrics metrics = ClassificationMetrics.Of(
            Identity<float>(2, Activation.Identity, Loss.SquaredError), new(new NumberFeatures([1, 0, 2, 1], 2), new ClassTargets([0, 1], 2)));
        Assert.Equal(double.NaN, metrics.Precision(1));
        Assert.Equal(0.25, metrics.MacroPrecision);
        Assert.Equal(double.NaN, metrics.LogLoss);
    }

    [Fact]
    public void A_probability_of_zero_costs_as_much_as_the_precision_can_tell()
    {
        ClassificationMetrics metrics = ClassificationMetrics.Of(
            Identity<float>(2, Activation.Softmax, Loss.CrossEntropy), new(new NumberFeatures([1000, 0], 2), new ClassTargets([1], 2)));
        Assert.Equal(-Math.Log(Math.Pow(2, -23)), metrics.LogLoss, 6);
    }

    [Fact]
    public void The_figures_of_a_regression_are_in_the_units_of_the_data()
    {
        Samples samples = new(new NumberFeatures([1, 2, 3, 4], 1), new NumberTargets([1, 2, 3, 8], 1));
        RegressionMetrics plain = RegressionMetrics.Of(Identity<double>(1, Activation.Identity, Loss.SquaredError), samples);
        Assert.Equal((4, 1, 1 - 16 / 29.0), (plain.MeanSquaredError, plain.MeanAbsoluteError, Math.Round(plain.R2, 12)), new Near());
        RegressionMetrics scaled = RegressionMetrics.Of(Identity<double>(1, Activation.Identity, Loss.SquaredError), samples, new("y", 100, 10));
        Assert.Equal((400, 10, 1 - 16 / 29.0), (scaled.MeanSquaredError, scaled.MeanAbsoluteError, scaled.R2), new Near());
        Samples constant = new(new NumberFeatures([1, 2], 1), new NumberTargets([5, 5], 1));
        Assert.Equal(double.NaN, RegressionMetrics.Of(Identity<double>(1, Activation.Identity, Loss.SquaredError), constant).R2);
    }

    /// <summary>A network that gives its inputs back.</summary>
    private static Model<T> Identity<T>(int size, Activation output, Loss loss)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = new(Network.Of([size, size], output, output, biases: false), loss);
        model.Parameters[model.Expression.Layers[0].Weights] = Matrix.From(size, size, (i, j) => i == j ? 1 : 0);
        return model;
    }

    private sealed class Near : IEqualityComparer<(double A, double B, double C)>
    {
        public bool Equals((double A, double B, double C) x, (double A, double B, double C) y) =>
            Math.Abs(x.A - y.A) < 1e-9 && Math.Abs(x.B - y.B) < 1e-9 && Math.Abs(x.C - y.C) < 1e-9;

        public int GetHashCode((double A, double B, double C) obj) => 0;
    }
}
