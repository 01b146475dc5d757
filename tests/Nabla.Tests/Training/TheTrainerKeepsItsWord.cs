using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Tests.Networks;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>Batches, seeds, figures and limits of the trainer.</summary>
public class TheTrainerKeepsItsWord
{
    /// <summary>Seven samples in batches of three: 3, 3 and 1, each divided by its own number.</summary>
    [Theory]
    [InlineData(Reduction.Mean)]
    [InlineData(Reduction.Sum)]
    public void The_last_smaller_batch_of_an_epoch_is_trained(Reduction reduction)
    {
        Dataset data = Numbers(7);
        Model<double> model = NewModel<double>(reduction, seed: 4);
        Bindings values = ParametersOf(model).Set(model.Expression.LearningRate, Matrix.Scalar(0.2));
        TrainingOptions options = new() { BatchSize = 3, Epochs = 4, Seed = 9, LearningRate = 0.2 };
        Trainer<double> trainer = new(model, data, options);
        double[] losses = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Select(report => report.Loss)];

        Assert.Equal(1, trainer.LastBatch.Length);
        IReadOnlyList<Symbol> parameters = model.Expression.Parameters;
        Derivation derivation = model.Expression.Differentiate();
        int[] order = [0, 1, 2, 3, 4, 5, 6];
        for (int epoch = 1; epoch <= 4; epoch++)
        {
            new SeededRandom(9, stream: 1000 + (ulong)epoch).Shuffle(order.AsSpan());
            double total = 0;
            foreach (int[] batch in order.Chunk(3))
            {
                values.Set(model.Expression.Batch, batch.Length)
                    .Set(model.Expression.Input, Columns(data.Train, batch, inputs: true))
                    .Set(model.Expression.Target, Columns(data.Train, batch, inputs: false));
                Expr[] next = [.. parameters.Select(p => Optimizer.Sgd.Update(new(p, derivation.GradientOf(p), model.Expression.LearningRate)).Value)];
                IReadOnlyList<Matrix> results = Evaluator.EvaluateAll([.. next, model.Expression.Cost], values);
                total += results[^1][0, 0] * (reduction == Reduction.Mean ? batch.Length : 1);
                foreach ((Symbol parameter, Matrix value) in parameters.Zip(results))
                {
                    values.Set(parameter, value);
                }
            }

            Assert.Equal(total / 7, losses[epoch - 1], 1e-13);
        }

        Assert.All(parameters, p => Matrices.AssertClose(values.ValueOf(p)!, model.Parameters[p], 1e-12, $"{p.Name}"));
    }

    [Fact]
    public void Every_sample_is_seen_once_an_epoch()
    {
        List<TrainingProgress> heard = [];
        Trainer<float> trainer = new(NewModel<float>(Reduction.Mean, seed: 1), Numbers(7), new() { BatchSize = 3, Epochs = 2 });
        Assert.Equal(2, trainer.Run(heard.Add, cancellationToken: TestContext.Current.CancellationToken).Count());
        Assert.Equal(7, heard.Last(progress => progress.Epoch == 1).Samples);
        Assert.Equal(7, heard[^1].Samples);
    }

    [Fact]
    public void The_figures_of_all_epochs_are_kept_only_where_they_are_wanted()
    {
        Trainer<float> trainer = new(NewModel<float>(Reduction.Mean, seed: 1), Numbers(7), new() { BatchSize = 3, Epochs = 4, KeepsReports = false });
        EpochReport[] reports = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken)];
        Assert.Equal([1, 2, 3, 4], reports.Select(report => report.Epoch));
        Assert.Equal(reports[^1], Assert.Single(trainer.Position.Reports));
        Assert.False(trainer.CanBeResumed);
        Trainer<float> whole = new(NewModel<float>(Reduction.Mean, seed: 1), Numbers(7), new() { BatchSize = 3, Epochs = 4 });
        Assert.Equal(reports.Select(report => report.Loss), whole.Run(cancellationToken: TestContext.Current.CancellationToken).Select(report => report.Loss));
        Assert.Equal(4, whole.Position.Reports.Count);
        Assert.True(whole.CanBeResumed);
    }

    [Fact]
    public void One_seed_gives_the_same_bits_and_another_gives_others()
    {
        Dataset digits = Digits.Generate(0, 300, 50, TestContext.Current.CancellationToken);
        string once = Trained(digits, 7, 7);
        Assert.Equal(once, Trained(digits, 7, 7));
        Assert.NotEqual(once, Trained(digits, 8, 7));
        Assert.NotEqual(once, Trained(digits, 7, 8));
    }

    [Fact]
    public void A_learning_rate_far_too_large_is_noticed_and_named()
    {
        Model<float> model = new(Network.Of([2, 8, 3], Activation.Named("relu"), Activation.Identity), Loss.SquaredError);
        model.Initialize(Initializer.Named("normal"), seed: 1);
        Trainer<float> trainer = new(model, Numbers(7), new() { LearningRate = 1e9, BatchSize = 3, Epochs = 50 });
        NonFiniteLossException thrown = Assert.Throws<NonFiniteLossException>(
            () => trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Count());
        Assert.Matches(@"the loss is (NaN|∞|Infinity) in epoch \d+, step \d+", thrown.Message);
        Assert.Contains("a smaller learning rate than 1000000000", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_larger_than_the_data_is_the_whole_data()
    {
        Model<double> some = NewModel<double>(Reduction.Mean, seed: 2);
        Model<double> all = NewModel<double>(Reduction.Mean, seed: 2);
        Dataset data = Numbers(7);
        foreach ((Model<double> model, int batch) in new[] { (some, 1000), (all, 7) })
        {
            _ = new Trainer<double>(model, data, new() { BatchSize = batch, Epochs = 3 }).Run(cancellationToken: TestContext.Current.CancellationToken).Count();
        }

        Assert.Equal(Bits(all), Bits(some));
    }

    [Fact]
    public void It_stops_between_two_steps_when_told_to()
    {
        using CancellationTokenSource stop = new();
        Trainer<float> trainer = new(NewModel<float>(Reduction.Mean, seed: 1), Numbers(7), new() { BatchSize = 3, Epochs = 1000 });
        int epochs = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (EpochReport report in trainer.Run(cancellationToken: stop.Token))
            {
                if (++epochs == 3)
                {
                    stop.Cancel();
                }
            }
        });
        Assert.Equal(3, epochs);
    }

    /// <summary>A clock that a test moves: 1 s in each of three steps, 100 s in each computed test sample, 10000 s between two epochs.</summary>
    [Fact]
    public void The_training_time_counts_the_steps_and_neither_evaluations_nor_pauses_also_when_it_is_stopped()
    {
        HandClock clock = new();
        using CancellationTokenSource stop = new();
        double perCall = 0;
        Model<double> model = new(Network.Of([2, 3], Watched.Activation), Loss.SquaredError);
        Samples samples = new(new NumberFeatures([.. new double[6]], 2), new ClassTargets([0, 1, 2], 3));
        Trainer<double> trainer = new(model, new("classes", samples, samples, ["a", "b", "c"]), new() { BatchSize = 1, Epochs = 3, Clock = clock });
        Assert.Equal(0, trainer.Seconds);
        List<double> heard = [];
        Watched.During(
            () => Assert.Throws<OperationCanceledException>(() =>
            {
                perCall = 1;
                foreach (EpochReport report in trainer.Run(
                    progress =>
                    {
                        // The epoch's last step is made: the evaluation comes.
                        Assert.Equal(trainer.Seconds, progress.Seconds);
                        perCall = progress.Samples == 3 ? 100 : 1;
                    },
                    cancellationToken: stop.Token))
                {
                    heard.Add(report.Seconds);
                    clock.Now += 10_000;
                    perCall = 1;
                    if (report.Epoch == 2)
                    {
                        stop.Cancel();
                    }
                }
            }),
            () => clock.Now += perCall);
        Assert.True(heard[0] is > 2 and < 99, $"{heard[0]} s");
        Assert.Equal(2 * heard[0], heard[1]);
        Assert.Equal(heard[1], trainer.Seconds);
    }

    [Theory]
    [InlineData(0, 1, 0.1, "batch size")]
    [InlineData(1, 0, 0.1, "epochs")]
    [InlineData(1, 1, 0, "learning rate")]
    [InlineData(1, 1, double.NaN, "learning rate")]
    [InlineData(1, 1, double.PositiveInfinity, "learning rate")]
    public void An_option_out_of_its_range_is_refused(int batch, int epochs, double rate, string named)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new Trainer<float>(
            NewModel<float>(Reduction.Mean, 1), Numbers(7), new() { BatchSize = batch, Epochs = epochs, LearningRate = rate }));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_does_not_fit_the_network_is_refused_with_both_sizes()
    {
        Model<float> model = new(Network.Of([4, 3], Activation.Sigmoid), Loss.SquaredError);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new Trainer<float>(model, Numbers(7), new()));
        Assert.Equal("the network 4-3 takes 4 inputs and gives 3 outputs, but the data has 2 inputs and 3 outputs", refused.Message);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1 + 9e-7, true)]
    [InlineData(1 + 2e-6, false)]
    [InlineData(0.5, false)]
    public void Targets_that_sum_to_one_are_noticed(double sum, bool expected)
    {
        Samples samples = new(new NumberFeatures([1, 2], 1), new NumberTargets([0.25, 0.75, 0.25, sum - 0.25], 2));
        Assert.Equal(expected, Trainer<float>.TargetsSumToOne(samples));
    }

    [Fact]
    public void Cross_entropy_is_p_minus_y_for_classes_and_not_for_targets_that_sum_to_something_else()
    {
        Model<float> model = new(Network.Of([1, 2], Activation.Softmax), Loss.CrossEntropy);
        Trainer<float> classes = new(model, new("classes", new(new NumberFeatures([1, 2], 1), new ClassTargets([0, 1], 2)), classes: ["a", "b"]), new());
        Trainer<float> numbers = new(model, new("numbers", new(new NumberFeatures([1, 2], 1), new NumberTargets([1, 1, 0, 1], 2))), new());
        Assert.True(classes.Derivation.StepOf(model.Expression.Layers[0].PreActivation)!.Conditions.Count > 0);
        Assert.Empty(numbers.Derivation.StepOf(model.Expression.Layers[0].PreActivation)!.Conditions);
    }

    /// <summary>Every optimizer's step, as it stands in the class, against the reference evaluator: a new one is checked as well.</summary>
    [Fact]
    public void Every_optimizer_compiles_to_what_its_expression_says()
    {
        foreach (Optimizer optimizer in Optimizer.All.Values)
        {
            Model<double> model = NewModel<double>(Reduction.Mean, seed: 3);
            Dataset data = Numbers(5);
            Bindings values = ParametersOf(model).Set(model.Expression.LearningRate, Matrix.Scalar(0.2)).Set(model.Expression.Batch, 5)
                .Set(model.Expression.Input, Columns(data.Train, [0, 1, 2, 3, 4], inputs: true))
                .Set(model.Expression.Target, Columns(data.Train, [0, 1, 2, 3, 4], inputs: false));
            Trainer<double> trainer = new(model, data, new() { Optimizer = optimizer, BatchSize = 5, LearningRate = 0.2 });
            IReadOnlyList<ParameterUpdate> updates = model.UpdatesBy(optimizer, trainer.Derivation);
            ParameterUpdate[] all = [.. updates, .. updates.SelectMany(update => update.States)];
            foreach (Symbol state in updates.SelectMany(update => update.States).Select(state => state.Parameter))
            {
                values.Set(state, new Matrix(values.SizeOf(state.Shape.Rows), values.SizeOf(state.Shape.Columns)));
            }

            for (int step = 1; step <= 3; step++)
            {
                trainer.Step([0, 1, 2, 3, 4], TestContext.Current.CancellationToken);
                values.Set(new UpdateTerms(model.Expression.Parameters[0], model.Expression.Cost, model.Expression.LearningRate).Step, Matrix.Scalar(step));
                IReadOnlyList<Matrix> next = Evaluator.EvaluateAll([.. all.Select(update => update.Value)], values);
                foreach ((ParameterUpdate update, Matrix value) in all.Zip(next))
                {
                    values.Set(update.Parameter, value);
                    if (model.Expression.Parameters.Contains(update.Parameter))
                    {
                        Matrices.AssertClose(value, model.Parameters[update.Parameter], 1e-13, $"{update.Parameter.Name} by {optimizer.Name} after step {step}");
                    }
                }
            }
        }
    }

    [Fact]
    public void An_unknown_optimizer_is_answered_with_the_nearest() => Assert.Contains(
        "did you mean 'sgd'?", Assert.Throws<ArgumentException>(() => Optimizer.Named("sdg")).Message, StringComparison.Ordinal);

    private sealed class HandClock : TimeProvider
    {
        public double Now { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(1000 * Now);
    }

    private static Dataset Numbers(int count)
    {
        SeededRandom random = new(6);
        return new("numbers", new(
            new NumberFeatures([.. Enumerable.Range(0, count * 2).Select(_ => random.NextNormal())], 2),
            new NumberTargets([.. Enumerable.Range(0, count * 3).Select(_ => random.NextDouble())], 3)));
    }

    private static Model<T> NewModel<T>(Reduction reduction, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = new(Network.Of([2, 5, 3], Activation.Named("tanh"), Activation.Sigmoid), Loss.SquaredError, reduction);
        model.Initialize(Initializer.Named("normal"), seed);
        return model;
    }

    private static Bindings ParametersOf(Model<double> model) => model.Expression.Parameters
        .Aggregate(new Bindings(), (values, parameter) => values.Set(parameter, model.Parameters[parameter]));

    private static unsafe Matrix Columns(Samples samples, int[] batch, bool inputs)
    {
        Matrix columns = new(inputs ? samples.Inputs : samples.Outputs, batch.Length);
        fixed (double* first = columns.Elements)
        {
            if (inputs)
            {
                samples.GatherInputs(batch, first, columns.Rows);
            }
            else
            {
                samples.GatherTargets(batch, first, columns.Rows);
            }
        }

        return columns;
    }

    private static string Trained(Dataset data, ulong initialSeed, ulong seed)
    {
        Model<float> model = new(Network.Of([784, 20, 10], Activation.Named("relu"), Activation.Softmax), Loss.CrossEntropy);
        model.Initialize(Initializer.Named("he"), initialSeed);
        _ = new Trainer<float>(model, data, new() { BatchSize = 32, Epochs = 2, Seed = seed })
            .Run(cancellationToken: TestContext.Current.CancellationToken).Count();
        return Bits(model);
    }

    private static string Bits<T>(Model<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => string.Join(' ', model.Expression.Parameters
            .SelectMany(parameter => model.Parameters[parameter].Elements.ToArray())
            .Select(BitConverter.DoubleToInt64Bits));
}
