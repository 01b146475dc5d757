using System.Numerics;
using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Tests.Data;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>What is streamed is trained by the same loop as what is in memory, with everything that belongs to it.</summary>
public class StreamsAreTrained
{
    private static readonly (double[] Inputs, int Label, double Weight)[] rows = Rows(600);

    /// <summary>A window of one keeps the order, and so does a full batch in memory: then both see the same numbers in the same order.</summary>
    [Fact]
    public void In_the_same_order_they_give_the_same_bits_as_samples_in_memory()
    {
        Samples samples = new(new NumberFeatures([.. rows.SelectMany(row => row.Inputs)], 2), new ClassTargets([.. rows.Select(row => row.Label)], 3), [.. rows.Select(row => row.Weight)]);
        (double[] Inputs, int Label, double Weight)[] others = Rows(300, seed: 2);
        Samples held = new(new NumberFeatures([.. others.SelectMany(row => row.Inputs)], 2), new ClassTargets([.. others.Select(row => row.Label)], 3));
        SampleStream test = SampleStream.OfClasses(others.Select(row => (row.Inputs, row.Label)), 3);
        TrainingOptions options = new()
        {
            Optimizer = Optimizer.Adam,
            LearningRate = 0.02,
            BatchSize = 600,
            Epochs = 40,
            Patience = 3,
            Objective = new() { Dropout = 0.1, L2 = 1e-3, ClassWeights = [1, 2, 0.5], LabelSmoothing = 0.05 },
            Schedule = LearningRateSchedule.Plateau.With("schedule-epochs", 1),
            Clipping = new(Norm: 0.5, Value: null),
        };
        (string Bits, string Figures) memory = Trained(new Dataset("rows", samples, held, ["a", "b", "c"], validation: held), options);
        Assert.Equal(memory, Trained(new StreamedDataset("rows", SampleStream.OfClasses(rows, 3), window: 1, test, ["a", "b", "c"], validation: test), options));
    }

    [Fact]
    public void Two_threads_give_the_same_bits_as_one()
    {
        (string Bits, string)[] results = [.. new[] { 1, 2 }.Select(threads => Trained(Streamed(100), new() { BatchSize = 256, Epochs = 2, Threads = threads }, hidden: 2048))];
        Assert.Equal(results[0], results[1]);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(1000)]
    public void A_window_learns_as_well_as_a_shuffle_of_everything(int window)
    {
        TrainingOptions options = new() { LearningRate = 0.1, BatchSize = 10, Epochs = 15 };
        (double[] Inputs, int Label, double Weight)[] others = Rows(500, seed: 9);
        Samples test = Samples.OfClasses(others.Select(row => (row.Inputs, row.Label)), 3);
        double memory = Accuracy(new Dataset("rows", Samples.OfClasses(rows.Select(row => (row.Inputs, row.Label)), 3), classes: ["a", "b", "c"]));
        double streamed = Accuracy(Streamed(window));
        Assert.True(memory > 0.9 && streamed > memory - 0.03, $"{memory} in memory, {streamed} through a window of {window}");

        double Accuracy(TrainingData data)
        {
            Model<float> model = NewModel<float>(16);
            model.Fit(data, options, cancellationToken: TestContext.Current.CancellationToken);
            return model.Evaluate(test).Accuracy;
        }
    }

    [Fact]
    public void From_every_checkpoint_the_training_goes_on_to_the_same_bits()
    {
        using TemporaryFolder temporary = new();
        CheckpointFolder folder = new(temporary.Path, kept: 1000);
        StreamedDataset data = Streamed(70).WithValidation(0.1, seed: 1);
        TrainingOptions options = new()
        {
            Optimizer = Optimizer.Adam,
            BatchSize = 32,
            LearningRate = 0.02,
            Epochs = 5,
            Patience = 2,
            Objective = new() { Dropout = 0.2 },
            Schedule = LearningRateSchedule.Cosine,
            CheckpointEvery = 5,
        };
        Model<float> whole = NewModel<float>(16);
        Trainer<float> trainer = new(whole, data, options);
        ModelDescription description = new(whole.Network, whole.Loss.Name, whole.Reduction);
        _ = trainer.Run(checkpoint: () => folder.Save(whole, trainer, description, [], data.Fingerprint(TestContext.Current.CancellationToken)), cancellationToken: TestContext.Current.CancellationToken).Count();
        string[] names = [.. Directory.GetFiles(temporary.Path).OrderDescending(StringComparer.Ordinal)];
        Assert.True(names.Length > 10);
        foreach (string name in names)
        {
            Model<float> model = NewModel<float>(16);
            Trainer<float> second = new(model, data, options with { Threads = 2 });
            Checkpoint checkpoint = folder.Latest().Checkpoint;
            Assert.Equal(data.Fingerprint(TestContext.Current.CancellationToken), checkpoint.DataFingerprint);
            checkpoint.Restore(model, second);
            _ = second.Run(cancellationToken: TestContext.Current.CancellationToken).Count();
            Assert.Equal(Bits(whole), Bits(model));
            File.Delete(name);
        }

        Assert.NotEqual(data.Fingerprint(TestContext.Current.CancellationToken), Streamed(71).WithValidation(0.1, seed: 1).Fingerprint(TestContext.Current.CancellationToken));
    }

    /// <summary>There is one way to part samples.</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.37)]
    public void The_samples_that_are_set_aside_are_those_that_are_set_aside_in_memory(double fraction)
    {
        TrainingData[] both =
        [
            new Dataset("rows", Samples.OfClasses(rows.Select(row => (row.Inputs, row.Label)), 3), classes: ["a", "b", "c"]).WithValidation(fraction, seed: 9),
            Streamed(70).WithValidation(fraction, seed: 9),
        ];
        foreach (Part part in Enum.GetValues<Part>())
        {
            string[] samples = [.. both.Select(data => string.Join('\n', data.Read(part, TestContext.Current.CancellationToken).SelectMany(
                set => Enumerable.Range(0, set.Count).Select(i => $"{string.Join(' ', set.InputsOf(i))}: {set.Labels!.Value[i]}"))))];
            Assert.Equal(samples[0], samples[1]);
            Assert.Equal(part == Part.Test, samples[0].Length == 0);
        }
    }

    [Fact]
    public void What_was_stopped_in_the_middle_goes_on_when_it_is_run_again()
    {
        TrainingOptions options = new() { BatchSize = 32, Epochs = 3 };
        string expected = Trained(Streamed(70), options).Bits;
        Model<float> model = NewModel<float>(16);
        int given = 0;
        int stopAt = 0;
        using CancellationTokenSource first = new();
        using CancellationTokenSource second = new();
        CancellationTokenSource current = first;
        SampleStream stream = SampleStream.OfClasses(rows.Select(row =>
        {
            if (++given == stopAt)
            {
                current.Cancel();
            }

            return (row.Inputs, row.Label);
        }), 3);
        Trainer<float> trainer = new(model, new StreamedDataset("rows", stream, 70, classes: ["a", "b", "c"]), options);
        (given, stopAt) = (0, 900);
        Assert.ThrowsAny<OperationCanceledException>(() => trainer.Run(cancellationToken: first.Token).Count());
        Assert.Equal(2, trainer.Position.Epoch);
        Assert.True(trainer.Position.Samples > 100);
        (current, given, stopAt) = (second, 0, 100);

        // Stopped once more while the window is brought to the place where it was.
        Assert.ThrowsAny<OperationCanceledException>(() => trainer.Run(cancellationToken: second.Token).Count());
        _ = trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Count();
        Assert.Equal(expected, Bits(model));
    }

    [Fact]
    public void A_loss_that_is_not_finite_names_the_sample_and_not_its_place_in_the_window()
    {
        (double[], double[])[] numbers = [.. Enumerable.Range(0, 100).Select(i => (new double[] { i == 73 ? 1e300 : 1 }, new double[] { 1 }))];
        Model<float> model = new(Network.Of([1, 2, 1], Activation.Named("relu"), Activation.Identity), Loss.SquaredError);
        model.Initialize(Initializer.Named("he"), seed: 1);
        Trainer<float> trainer = new(model, new StreamedDataset("rows", SampleStream.OfNumbers(numbers), 10), new() { BatchSize = 4, LearningRate = 1e-3 });
        string sentence = Assert.Throws<NonFiniteLossException>(() => trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Count()).Message;
        Assert.Contains("the inputs are not finite: element 1 of sample 74 is ∞", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void L_BFGS_which_needs_all_samples_is_refused()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new Trainer<double>(NewModel<double>(4), Streamed(70), new() { Lbfgs = new(), BatchSize = 600 }));
        Assert.Equal("L-BFGS takes all samples at once, but those of rows are streamed through a window; another optimizer, such as adam, takes some at a time", refused.Message);
    }

    /// <summary>Rows that are there already; what a reader of files allocates is its own.</summary>
    [Fact]
    public void Drawing_and_a_step_allocate_nothing()
    {
        StreamedDataset data = new("rows", SampleStream.OfClasses(rows, 3), 70, classes: ["a", "b", "c"]);
        Trainer<float> trainer = new(NewModel<float>(16), data, new() { BatchSize = 8, Objective = new() { Dropout = 0.2, ClassWeights = [1, 2, 3] } });
        SampleOrder order = data.Order(8, seed: 1);
        order.Begin(1, 0, TestContext.Current.CancellationToken);
        Assert.Equal(0, Allocations.Least(() => trainer.Step(order.Next(8), CancellationToken.None)));
    }

    private static StreamedDataset Streamed(int window) => new("rows", SampleStream.OfClasses(rows.Select(row => (row.Inputs, row.Label)), 3), window, classes: ["a", "b", "c"]);

    private static (string Bits, string Figures) Trained(TrainingData data, TrainingOptions options, int hidden = 16)
    {
        Model<float> model = NewModel<float>(hidden);
        Trainer<float> trainer = new(model, data, options);
        string figures = string.Join('\n', trainer.Run(cancellationToken: TestContext.Current.CancellationToken)
            .Select(report => $"{report.Loss:R} {report.TrainAccuracy} {report.ValidationLoss:R} {report.ValidationAccuracy} {report.TestAccuracy}"));
        return (Bits(model), $"{figures}\n{trainer.RestoredEpoch}");
    }

    private static Model<T> NewModel<T>(int hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = new(Network.Of([2, hidden, 3], Activation.Named("relu"), Activation.Softmax), Loss.CrossEntropy);
        model.Initialize(Initializer.Named("he"), seed: 3);
        return model;
    }

    private static string Bits(Model<float> model) => string.Join(' ', model.Parameters.Parameters.SelectMany(parameter => model.Parameters[parameter].Elements.ToArray()).Select(BitConverter.DoubleToInt64Bits));

    /// <summary>Points in a plane whose class is the ring around the middle that they lie in.</summary>
    private static (double[] Inputs, int Label, double Weight)[] Rows(int count, ulong seed = 1)
    {
        SeededRandom random = new(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(_ =>
            {
                (double x, double y) = (random.NextDouble(-3, 3), random.NextDouble(-3, 3));
                return (new[] { x, y }, Math.Min(2, (int)Math.Sqrt(x * x + y * y)), 0.5 + random.NextDouble());
            }),
        ];
    }
}
