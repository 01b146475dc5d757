using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>Learning rates from step to step, and the end of a training that validation samples choose.</summary>
public class SchedulesAndEarlyStopping
{
    /// <summary>Four steps an epoch, six epochs.</summary>
    [Theory]
    [InlineData("constant", "", "1 1 1 1 1 1")]
    [InlineData("step", "schedule-epochs=2 schedule-factor=0.5", "1 1 0.5 0.5 0.25 0.25")]
    [InlineData("exponential", "schedule-factor=0.5", "1 0.5 0.25 0.125 0.0625 0.03125")]
    [InlineData("cosine", "", "1 0.933012701892219 0.75 0.5 0.25 0.066987298107781")]
    [InlineData("cosine", "schedule-least=0.5", "1 0.96650635094611 0.875 0.75 0.625 0.53349364905389")]
    [InlineData("warm-up", "schedule-epochs=2", "0.125 0.625 1 1 1 1")]
    [InlineData("plateau", "schedule-epochs=2 schedule-factor=0.5", "1 1 1 1 0.5 0.5")]
    [InlineData("plateau", "schedule-epochs=1 schedule-factor=0.1 schedule-least=0.05", "1 1 1 0.1 0.05 0.05")]
    public void The_first_step_of_each_epoch_has_the_factor(string name, string settings, string expected)
    {
        LearningRateSchedule schedule = Of(name, settings);

        // The least loss is that of the second epoch.
        double[] losses = [3, 2, 2.5, 2, 2.25];
        double[] factors = [.. Enumerable.Range(0, 6).Select(epoch => schedule.FactorAt(new(4 * epoch, 4, 6, losses[..epoch])))];
        Assert.Equal(expected.Split(' ').Select(text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture)), factors, (x, y) => Math.Abs(x - y) < 1e-12);
    }

    [Fact]
    public void Within_an_epoch_only_cosine_and_warm_up_change_the_rate()
    {
        foreach (LearningRateSchedule schedule in LearningRateSchedule.All.Values)
        {
            double[] factors = [.. Enumerable.Range(0, 4).Select(step => schedule.FactorAt(new(step, 4, 6, [])))];
            Assert.Equal(schedule.Name is "cosine" or "warm-up" ? 4 : 1, factors.Distinct().Count());
        }
    }

    [Theory]
    [InlineData("cosine", 1, "0.25 0.5 0.75 1 1 0.9619397662556434 0.8535533905932737 0.6913417161825449 0.5 0.3086582838174551 0.1464466094067262 0.0380602337443566")]
    [InlineData("constant", 0.5, "0.5 1 1 1 1 1 1 1 1 1 1 1")]
    [InlineData("exponential", 0.5, "0.5 1 1 1 1 1 0.95 0.95 0.95 0.95 0.9025 0.9025")]
    [InlineData("constant", 0.01, "1 1 1 1 1 1 1 1 1 1 1 1")]
    [InlineData("constant", 6, "0.041666666666666 0.083333333333333 0.125 0.166666666666666 0.208333333333333 0.25 0.291666666666666 0.333333333333333 0.375 0.416666666666666 0.458333333333333 0.5")]
    public void A_warm_up_goes_before_a_schedule_that_begins_after_it(string name, double epochs, string expected)
    {
        // Four steps an epoch, three epochs.
        LearningRateSchedule schedule = LearningRateSchedule.Named(name).WithWarmUp(epochs);
        double[] factors = [.. Enumerable.Range(0, 12).Select(step => schedule.FactorAt(new(step, 4, 3, [])))];
        Assert.Equal(expected.Split(' ').Select(text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture)), factors, (x, y) => Math.Abs(x - y) < 1e-12);
    }

    [Fact]
    public void A_warm_up_stays_with_other_settings_and_none_goes_before_another()
    {
        LearningRateSchedule schedule = LearningRateSchedule.Cosine.WithWarmUp(2).With("schedule-least", 0.1);
        Assert.Equal(2, schedule.WarmUpEpochs);
        Assert.Equal("cosine (schedule-least 0.1) after a warm-up of 2 epochs", $"{schedule}");
        Assert.Equal("constant after a warm-up of 1 epoch", $"{LearningRateSchedule.Constant.WithWarmUp(1)}");
        Assert.Equal(
            "the schedule warm-up is a warm-up already; its schedule-epochs says how long",
            Assert.Throws<ArgumentException>(() => LearningRateSchedule.WarmUp.WithWarmUp(1)).Message);
        Assert.All([0, -1, double.NaN, double.PositiveInfinity], epochs => Assert.StartsWith(
            "a warm-up takes a positive number of epochs, but ", Assert.Throws<ArgumentException>(() => LearningRateSchedule.Cosine.WithWarmUp(epochs)).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_rate_that_changes_is_the_rate_of_the_step()
    {
        // W ← W − ηg with g = 1 always: the loss is the sum of the outputs, the input is 1.
        Loss sum = Loss.Parse("sum(a)");
        Model<double> model = new(new Network(1, new Layer(1, Activation.Identity, HasBiases: false)), sum);
        Dataset data = new("ones", new(new NumberFeatures([1, 1, 1, 1], 1), new NumberTargets([0, 0, 0, 0], 1)));
        TrainingOptions options = new() { LearningRate = 0.5, BatchSize = 1, Epochs = 3, Schedule = Of("exponential", "schedule-factor=0.5") };
        Assert.Equal(3, new Trainer<double>(model, data, options).Run(cancellationToken: TestContext.Current.CancellationToken).Count());
        Assert.Equal(-0.5 * 4 * (1 + 0.5 + 0.25), model.Parameters[model.Expression.Parameters[0]][0, 0], 1e-12);
    }

    [Fact]
    public void A_training_that_gets_no_better_ends_with_its_best_weights()
    {
        (Dataset data, TrainingOptions options) = Overfitting();
        Model<double> model = NewModel();
        Trainer<double> trainer = new(model, data, options with { Patience = 3 });
        EpochReport[] reports = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken)];
        int best = reports.MinBy(report => report.ValidationLoss)!.Epoch;
        Assert.Equal(best, trainer.RestoredEpoch);
        Assert.Equal(best + 3, reports.Length);
        Assert.InRange(reports.Length, 5, options.Epochs - 1);

        // The same as if only so many epochs had been trained.
        Model<double> other = NewModel();
        Assert.Equal(best, new Trainer<double>(other, data, options with { Epochs = best }).Run(cancellationToken: TestContext.Current.CancellationToken).Count());
        Assert.Equal(Values(other), Values(model));
        Assert.Equal(reports[best - 1].ValidationLoss!.Value, model.MeanLoss(data.Validation!), 1e-12);
    }

    [Fact]
    public void All_epochs_with_patience_left_end_with_the_best_weights_too()
    {
        (Dataset data, TrainingOptions options) = Overfitting();
        Model<double> model = NewModel();
        Trainer<double> trainer = new(model, data, options with { Epochs = 60, Patience = 1000 });
        EpochReport[] reports = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken)];
        Assert.Equal(60, reports.Length);
        Assert.True(trainer.RestoredEpoch < 60);
        Assert.Equal(reports.Min(report => report.ValidationLoss)!.Value, model.MeanLoss(data.Validation!), 1e-12);
    }

    [Fact]
    public void Without_patience_the_last_weights_stay()
    {
        (Dataset data, TrainingOptions options) = Overfitting();
        Model<double> model = NewModel();
        Trainer<double> trainer = new(model, data, options with { Epochs = 10 });
        EpochReport[] reports = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken)];
        Assert.Null(trainer.RestoredEpoch);
        Assert.Equal(reports[^1].ValidationLoss!.Value, model.MeanLoss(data.Validation!), 1e-12);
    }

    [Fact]
    public void Patience_needs_validation_samples()
    {
        (Dataset data, TrainingOptions options) = Overfitting();
        Assert.Contains("early stopping needs validation samples, but the data has none", Assert.Throws<ArgumentException>(
            () => new Trainer<double>(NewModel(), new(data.Name, data.Train), options with { Patience = 1 })).Message, StringComparison.Ordinal);
        Assert.Contains("at least 1", Assert.Throws<ArgumentException>(() => new Trainer<double>(NewModel(), data, options with { Patience = 0 })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.1, 10)]
    [InlineData(0.25, 25)]
    [InlineData(0.03, 3)]
    public void A_split_by_classes_keeps_their_shares_and_every_sample(double fraction, int expected)
    {
        // 100 samples of three classes: 60, 30 and 10; the input is the number of the sample.
        int[] labels = [.. Enumerable.Range(0, 100).Select(i => i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2)];
        Dataset data = new(
            "numbers", new(new NumberFeatures([.. Enumerable.Range(0, 100).Select(i => (double)i)], 1), new ClassTargets([.. labels], 3), [.. labels.Select(label => 1.0 + label)]),
            classes: ["a", "b", "c"]);
        Dataset split = data.WithValidation(fraction, seed: 4);
        Assert.Equal(expected, split.Validation!.Count);
        double[] all = [.. Numbers(split.Train), .. Numbers(split.Validation!)];
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (double)i), all.Order());
        foreach (Samples part in new[] { split.Train, split.Validation! })
        {
            Assert.All(Numbers(part).Zip(part.Labels!.Value, part.Weights), sample =>
            {
                Assert.Equal(labels[(int)sample.First], sample.Second);
                Assert.Equal(1.0 + sample.Second, sample.Third);
            });
            Assert.Equal(part == split.Train || expected > 3 ? 3 : 2, part.Labels!.Value.Distinct().Count());
        }

        if (expected > 3)
        {
            Assert.Equal([Math.Round(0.6 * expected), Math.Round(0.3 * expected), Math.Round(0.1 * expected, MidpointRounding.AwayFromZero)],
                Enumerable.Range(0, 3).Select(label => (double)split.Validation!.Labels!.Value.Count(own => own == label)), (x, y) => Math.Abs(x - y) <= 1);
        }

        Assert.Equal(Numbers(split.Train), Numbers(data.WithValidation(fraction, seed: 4).Train));
        Assert.NotEqual(Numbers(split.Train), Numbers(data.WithValidation(fraction, seed: 5).Train));
    }

    /// <summary>A table too large for plain numbers stays encoded, and its parts know what was learned of the columns.</summary>
    [Fact]
    public void A_split_of_a_table_keeps_its_rows_and_its_preprocessing()
    {
        const int Rows = 10_000;
        TableColumns table = new(
            new NumberColumn("x", Enumerable.Range(0, Rows).Select(i => i % 7 == 0 ? double.NaN : i)),
            new CategoryColumn("kind", Enumerable.Range(0, Rows).Select(i => i % 11 == 0 ? null : $"level {i % 200}")));
        Preprocessing learned = new() { Columns = Standardization.Learn(table), Target = new("y", 0, 1) };
        EncodedFeatures whole = new(table, learned);
        Dataset data = new(
            "table", new(whole, new NumberTargets([.. Enumerable.Range(0, Rows).Select(i => (double)i)], 1)), preprocessing: learned);
        Dataset split = data.WithValidation(0.3, seed: 4);
        Assert.Same(learned, split.Preprocessing);
        Assert.Equal((7000, 3000), (split.Train.Count, split.Validation!.Count));
        foreach (Samples part in new[] { split.Train, split.Validation! })
        {
            Assert.IsType<EncodedFeatures>(part.Features);
            for (int i = 0; i < part.Count; i += 97)
            {
                Assert.Equal(data.Train.InputsOf((int)part.TargetsOf(i)[0]), part.InputsOf(i));
            }
        }
    }

    [Theory]
    [InlineData(0, "the part for validation must be above 0 and below 1, but it is 0")]
    [InlineData(1, "the part for validation must be above 0 and below 1, but it is 1")]
    [InlineData(0.01, "0.01 of the 8 samples of noise to train with is no sample to choose with; a larger part is needed")]
    public void A_split_that_leaves_nothing_is_refused(double fraction, string sentence)
    {
        (Dataset data, _) = Overfitting();
        Assert.Equal(sentence, Assert.Throws<ArgumentException>(() => data.WithValidation(fraction, 1)).Message);
    }

    private static LearningRateSchedule Of(string name, string settings) => settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('='))
        .Aggregate(LearningRateSchedule.Named(name), (rule, setting) => rule.With(setting[0], double.Parse(setting[1], System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>A large network on a few noisy samples of a straight line.</summary>
    private static (Dataset Data, TrainingOptions Options) Overfitting()
    {
        SeededRandom random = new(3);
        Samples Drawn(int count)
        {
            double[] x = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble(-1, 1))];
            return new(new NumberFeatures([.. x], 1), new NumberTargets([.. x.Select(value => value + 0.5 * random.NextNormal())], 1));
        }

        return (new("noise", Drawn(8), validation: Drawn(40)), new() { Optimizer = Optimizer.Adam, LearningRate = 0.02, BatchSize = 4, Epochs = 500 });
    }

    private static Model<double> NewModel()
    {
        Model<double> model = new(Network.Of([1, 40, 40, 1], Activation.Named("tanh"), Activation.Identity), Loss.SquaredError);
        model.Initialize(Initializer.Named("glorot"), seed: 1);
        return model;
    }

    private static double[] Values(Model<double> model) => [.. model.Expression.Parameters.SelectMany(p => model.Parameters[p].Elements.ToArray())];

    private static double[] Numbers(Samples samples) => [.. ((NumberFeatures)samples.Features).Values];
}
