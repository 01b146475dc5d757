using System.Numerics;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>L-BFGS on functions whose least is known, and on small networks.</summary>
public class LbfgsGoesDown
{
    /// <summary>Rosenbrock's valley, 100(y − x²)² + (1 − x)², from its usual beginning; the least is at (1, 1).</summary>
    [Fact]
    public void To_the_end_of_a_curved_valley()
    {
        int evaluations = 0;
        Lbfgs method = new([-1.2, 1], new(), (x, g) =>
        {
            evaluations++;
            double bend = x[1] - x[0] * x[0];
            (g[0], g[1]) = (-400 * x[0] * bend - 2 * (1 - x[0]), 200 * bend);
            return 100 * bend * bend + (1 - x[0]) * (1 - x[0]);
        });
        double before = double.PositiveInfinity;
        for (int i = 0; i < 60; i++)
        {
            method.Step();
            Assert.True(method.Value <= before, $"{method.Value} after {before}");
            before = method.Value;
        }

        Assert.Equal(1, method.Point[0], 1e-7);
        Assert.Equal(1, method.Point[1], 1e-7);
        Assert.InRange(evaluations, 20, 250);
    }

    /// <summary>A quadratic function of n variables with a condition of 10⁴.</summary>
    [Fact]
    public void To_the_least_of_a_long_ellipsoid()
    {
        double[] scales = [.. Enumerable.Range(0, 20).Select(i => Math.Pow(10, 4.0 * i / 19))];
        Lbfgs method = new([.. scales.Select(_ => 1.0)], new(Memory: 20), (x, g) =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                g[i] = scales[i] * (x[i] - 0.5);
            }

            return x.Select((value, i) => 0.5 * scales[i] * (value - 0.5) * (value - 0.5)).Sum();
        });
        for (int i = 0; i < 500; i++)
        {
            method.Step();
        }

        Assert.All(method.Point, x => Assert.Equal(0.5, x, 1e-5));
        Assert.True(method.HasConverged);
    }

    [Fact]
    public void A_value_that_is_no_number_is_backed_away_from()
    {
        // −log x + x has its least at 1, and no value below 0.
        Lbfgs method = new([0.01], new(), (x, g) =>
        {
            g[0] = 1 - 1 / x[0];
            return x[0] - Math.Log(x[0]);
        });
        for (int i = 0; i < 30; i++)
        {
            method.Step();
        }

        Assert.Equal(1, method.Point[0], 1e-6);
    }

    [Fact]
    public void Exclusive_or_is_learned_in_a_few_steps_in_either_precision()
    {
        Assert.InRange(LossAfter<double>(200), 0, 1e-8);
        Assert.InRange(LossAfter<float>(200), 0, 1e-4);
    }

    /// <summary>Least squares: the solution is that of the normal equations, penalty included.</summary>
    [Fact]
    public void A_layer_without_a_curve_comes_to_the_solution_of_least_squares()
    {
        SeededRandom random = new(1);
        double[] x = [.. Enumerable.Range(0, 60).Select(_ => random.NextNormal())];
        double[] y = [.. Enumerable.Range(0, 60).Select(i => 2 * x[i] + 0.1 * random.NextNormal())];
        Model<double> model = new(new Network(1, new Layer(1, Activation.Identity, HasBiases: false)), Loss.SquaredError);
        Trainer<double> trainer = new(
            model, new("line", new(new NumberFeatures([.. x], 1), new NumberTargets([.. y], 1))),
            new() { Lbfgs = new(), BatchSize = 60, Epochs = 50, Objective = new() { L2 = 0.5 } });
        EpochReport[] reports = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken)];
        double expected = x.Zip(y, (a, b) => a * b).Sum() / (x.Sum(a => a * a) + 0.5 * 60);
        Assert.Equal(expected, model.Parameters[model.Expression.Parameters[0]][0, 0], 1e-8);
        Assert.InRange(reports.Length, 1, 30);
        Assert.Equal(reports[^1].Loss, model.MeanLoss(new(new NumberFeatures([.. x], 1), new NumberTargets([.. y], 1))), 1e-12);
    }

    [Fact]
    public void The_weights_are_the_same_for_any_number_of_threads()
    {
        Dataset digits = Digits.Generate(1, 300, 10, TestContext.Current.CancellationToken);
        float[]? first = null;
        foreach (int threads in new[] { 1, 2, 4 })
        {
            Model<float> model = new(Network.Of([784, 64, 10], Activation.Named("tanh"), Activation.Softmax), Loss.CrossEntropy);
            model.Initialize(Initializer.Named("glorot"), seed: 1);
            Trainer<float> trainer = new(model, digits, new() { Lbfgs = new(), BatchSize = 300, Epochs = 5, Threads = threads });
            double[] losses = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Select(report => report.Loss)];
            Assert.Equal(losses.OrderDescending(), losses);
            float[] values = [.. model.Parameters.Parameters.SelectMany(p => model.Parameters[p].Elements.ToArray()).Select(x => (float)x)];
            first ??= values;
            Assert.Equal(first, values);
        }
    }

    [Fact]
    public void A_stop_leaves_the_weights_before_the_step()
    {
        Model<double> model = NewModel<double>();
        using CancellationTokenSource stop = new();
        Trainer<double> trainer = new(model, Table(), Options(20));
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (EpochReport report in trainer.Run(cancellationToken: stop.Token))
            {
                if (report.Epoch == 3)
                {
                    stop.Cancel();
                }
            }
        });
        Model<double> other = NewModel<double>();
        Assert.Equal(3, new Trainer<double>(other, Table(), Options(3)).Run(cancellationToken: TestContext.Current.CancellationToken).Count());
        Assert.Equal(
            other.Parameters.Parameters.SelectMany(p => other.Parameters[p].Elements.ToArray()), model.Parameters.Parameters.SelectMany(p => model.Parameters[p].Elements.ToArray()));
    }

    [Fact]
    public void What_makes_no_sense_with_it_is_refused()
    {
        void Refused(string sentence, TrainingOptions options) => Assert.Contains(
            sentence, Assert.Throws<ArgumentException>(() => new Trainer<double>(NewModel<double>(), Table(), options)).Message, StringComparison.Ordinal);
        Refused("takes all 4 samples at once, but the batch size is 2", Options(1) with { BatchSize = 2 });
        Refused("with dropout it is another one in each step", Options(1) with { Objective = new() { Dropout = 0.5 } });
        Refused("so no gradient is clipped", Options(1) with { Clipping = new(Norm: 1) });
        Refused("so it has no schedule", Options(1) with { Schedule = LearningRateSchedule.Cosine });
        Refused("remembers at least 1 step, but 0 are given", Options(1) with { Lbfgs = new(0) });
    }

    private static Dataset Table() => new("xor", new(new NumberFeatures([0, 0, 0, 1, 1, 0, 1, 1], 2), new NumberTargets([0, 1, 1, 0], 1)));

    private static TrainingOptions Options(int epochs) => new() { Lbfgs = new(), BatchSize = 4, Epochs = epochs };

    private static Model<T> NewModel<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = new(Network.Of([2, 4, 1], Activation.Named("tanh"), Activation.Sigmoid), Loss.BinaryCrossEntropy);
        model.Initialize(Initializer.Named("glorot"), seed: 1);
        return model;
    }

    private static double LossAfter<T>(int epochs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = NewModel<T>();
        return new Trainer<T>(model, Table(), Options(epochs)).Run(cancellationToken: TestContext.Current.CancellationToken).Last().Loss;
    }
}
