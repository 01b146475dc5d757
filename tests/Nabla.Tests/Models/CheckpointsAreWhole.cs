using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Tests.Data;
using Nabla.Training;

namespace Nabla.Tests.Models;

/// <summary>A training that goes on from a checkpoint comes to the same bits, and a folder of checkpoints survives what happens to files.</summary>
public class CheckpointsAreWhole
{
    private static readonly Lazy<Dataset> digits = new(() => Digits.Generate(0, 300, 50, CancellationToken.None));

    public static TheoryData<string, int, int?> Trainings() => new()
    {
        { "sgd", 1, null },
        { "momentum", 1, 7 },
        { "adam", 1, 5 },
        { "adam", 2, 5 },
    };

    [Theory]
    [MemberData(nameof(Trainings))]
    public void From_each_checkpoint_training_goes_on_to_the_same_bits(string optimizer, int threads, int? every)
    {
        using TemporaryFolder temporary = new();
        CheckpointFolder folder = new(temporary.Path, kept: 1000);
        (Model<float> whole, Trainer<float> trainer) = Training(optimizer, threads, every);
        string[] reports = [.. trainer.Run(checkpoint: () => folder.Save(whole, trainer, Description(whole), ["a b"], digits.Value.Fingerprint(TestContext.Current.CancellationToken)), cancellationToken: TestContext.Current.CancellationToken).Select(Figures)];
        List<string> names = Names(temporary.Path);
        Assert.True(names.Count >= (every is null ? 4 : 12), $"{names.Count} checkpoints");

        for (int i = names.Count - 1; i >= 0; i--)
        {
            // The newest one is always the one that is found; then it goes.
            (Checkpoint checkpoint, var notes) = folder.Latest();
            Assert.Empty(notes);
            Assert.Equal(names[i], checkpoint.File);
            Assert.Equal(["a b"], checkpoint.Arguments);
            Assert.Equal(digits.Value.Fingerprint(TestContext.Current.CancellationToken), checkpoint.DataFingerprint);
            (Model<float> model, Trainer<float> second) = Training(optimizer, threads: 1, every: null);
            checkpoint.Restore(model, second);
            string[] rest = [.. second.Run(cancellationToken: TestContext.Current.CancellationToken).Select(Figures)];
            Assert.Equal(Bits(whole), Bits(model));
            Assert.Equal<string[]>(reports, [.. checkpoint.Position.Reports.Select(Figures), .. rest]);
            File.Delete(Path.Combine(temporary.Path, names[i]));
        }

        Assert.Contains("holds no checkpoint", Assert.Throws<InvalidDataException>(() => folder.Latest()).Message, StringComparison.Ordinal);
    }

    /// <summary>Masks, schedules, validation and the weights that early stopping keeps are part of what must go on.</summary>
    [Fact]
    public void Dropout_a_plateau_and_early_stopping_go_on_too()
    {
        using TemporaryFolder temporary = new();
        CheckpointFolder folder = new(temporary.Path, kept: 1000);
        Dataset data = digits.Value.WithValidation(0.2, seed: 5);
        (Model<float> whole, Trainer<float> trainer) = Everything(every: 7);
        string[] reports = [.. trainer.Run(checkpoint: () => folder.Save(whole, trainer, Description(whole), [], ""), cancellationToken: TestContext.Current.CancellationToken).Select(Figures)];
        Assert.True(trainer.IsDone);
        Assert.True(trainer.RestoredEpoch < reports.Length && reports.Length < 60, $"restored {trainer.RestoredEpoch} of {reports.Length}");
        List<string> names = Names(temporary.Path);
        for (int i = names.Count - 1; i >= 0; i -= 5)
        {
            (Model<float> model, Trainer<float> second) = Everything(every: null);
            folder.Latest().Checkpoint.Restore(model, second);
            string[] rest = [.. second.Run(cancellationToken: TestContext.Current.CancellationToken).Select(Figures)];
            Assert.Equal(Bits(whole), Bits(model));
            Assert.Equal(trainer.RestoredEpoch, second.RestoredEpoch);
            Assert.Equal<string[]>(reports[(reports.Length - rest.Length)..], rest);
            foreach (string name in names[Math.Max(0, i - 4)..(i + 1)])
            {
                File.Delete(temporary.File(name));
            }
        }

        (Model<float> Model, Trainer<float> Trainer) Everything(int? every)
        {
            Model<float> model = new(Network.Of([784, 8, 10], Activation.Named("relu"), Activation.Softmax), Loss.Named("cross-entropy"));
            model.Initialize(Initializer.Named("he"), seed: 3);
            return (model, new(model, data, new()
            {
                Optimizer = Optimizer.Adam,
                LearningRate = 0.02,
                BatchSize = 16,
                Epochs = 60,
                Patience = 3,
                Objective = new() { Dropout = 0.3, L2 = 1e-4 },
                Schedule = LearningRateSchedule.Plateau.With("schedule-epochs", 1).WithWarmUp(1.5),
                CheckpointEvery = every,
            }));
        }
    }

    [Fact]
    public void What_was_stopped_in_the_middle_goes_on_when_it_is_run_again()
    {
        (Model<float> whole, Trainer<float> once) = Training("adam", 1, null);
        _ = once.Run(cancellationToken: TestContext.Current.CancellationToken).Count();
        (Model<float> model, Trainer<float> trainer) = Training("adam", 1, every: 3);
        int stops = 0;
        for (bool done = false; !done;)
        {
            using CancellationTokenSource stop = new();
            try
            {
                _ = trainer.Run(checkpoint: stop.Cancel, cancellationToken: stop.Token).Count();
                done = true;
            }
            catch (OperationCanceledException)
            {
                stops++;
            }
        }

        Assert.True(stops > 10, $"{stops}");
        Assert.Equal(Bits(whole), Bits(model));
    }

    [Fact]
    public void The_oldest_are_removed_and_what_a_stopped_save_left_too()
    {
        using TemporaryFolder temporary = new();
        string left = Path.Combine(temporary.Path, ".nabla-checkpoint-left");
        File.WriteAllText(left, "half");
        using CheckpointFolder folder = new(temporary.Path);
        folder.Prepare();
        Assert.False(File.Exists(left));
        Assert.False(folder.IsInUse);
        (Model<float> model, Trainer<float> trainer) = Training("sgd", 1, every: 2);
        _ = trainer.Run(checkpoint: () => folder.Save(model, trainer, Description(model), [], ""), cancellationToken: TestContext.Current.CancellationToken).Count();
        Assert.Equal(3, Names(temporary.Path).Count);
        Assert.True(folder.IsInUse);
        Assert.Equal(5, folder.Latest().Checkpoint.Position.Epoch);
    }

    [Fact]
    public void A_damaged_one_is_told_and_the_one_before_it_is_taken()
    {
        using TemporaryFolder temporary = new();
        CheckpointFolder folder = Saved(temporary.Path);
        List<string> names = Names(temporary.Path);
        string newest = Path.Combine(temporary.Path, names[^1]);
        byte[] bytes = File.ReadAllBytes(newest);
        Random random = new(5);
        for (int i = 0; i < 50; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(newest, i % 2 == 0 ? damaged : bytes[..random.Next(bytes.Length)]);
            (Checkpoint checkpoint, var notes) = folder.Latest();
            Assert.Equal(names[^2], checkpoint.File);
            Assert.Contains($"{names[^1]} does not hold what its name promises", Assert.Single(notes), StringComparison.Ordinal);
        }

        File.WriteAllBytes(Path.Combine(temporary.Path, names[0]), [1]);
        File.WriteAllBytes(Path.Combine(temporary.Path, names[1]), []);
        Assert.Contains("has no checkpoint that is whole", Assert.Throws<InvalidDataException>(() => folder.Latest()).Message, StringComparison.Ordinal);
    }

    /// <summary>A name with the right checksum does not make a file a checkpoint: it is read as carefully as any other.</summary>
    [Fact]
    public void Hostile_files_with_the_right_name_are_refused_with_one_sentence()
    {
        using TemporaryFolder temporary = new();
        CheckpointFolder folder = Saved(temporary.Path);
        byte[] whole = File.ReadAllBytes(Path.Combine(temporary.Path, Names(temporary.Path)[^1]));
        foreach (string name in Names(temporary.Path))
        {
            File.Delete(Path.Combine(temporary.Path, name));
        }

        int header = (int)BitConverter.ToInt64(whole);
        Random random = new(20261125);
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = i < header + 8 ? whole[..i] : [.. whole];
            if (i >= header + 8 || i % 2 == 0)
            {
                bytes = [.. whole];
                bytes[random.Next(header + 8)] = (byte)random.Next(256);
            }

            string file = Path.Combine(temporary.Path, $"step-000000000001-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))[..16]}.safetensors");
            File.WriteAllBytes(file, bytes);
            try
            {
                (Model<float> model, Trainer<float> trainer) = (restored ??= Training("adam", 1, null));
                folder.Latest().Checkpoint.Restore(model, trainer);
            }
            catch (InvalidDataException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }

            File.Delete(file);
        }

        Assert.True(refused > 2000, $"{refused}");
    }

    [Fact]
    public void A_folder_belongs_to_one_training_at_a_time_and_files_of_others_stay()
    {
        using TemporaryFolder temporary = new();
        temporary.Write(".nabla-notes", [1]);
        using CheckpointFolder first = new(temporary.Path);
        first.Prepare();
        using (CheckpointFolder second = new(temporary.Path))
        {
            Assert.Contains("another training is writing its checkpoints", Assert.Throws<IOException>(second.Prepare).Message, StringComparison.Ordinal);
        }

        first.Dispose();
        using CheckpointFolder third = new(temporary.Path);
        third.Prepare();
        Assert.Contains(".nabla-notes", temporary.Files);
    }

    [Fact]
    public void Samples_that_choose_are_part_of_what_must_be_the_same_and_those_that_judge_are_not()
    {
        Dataset Of(double validation, double test, double weight) => new(
            "numbers",
            new(new NumberFeatures([1, 2], 1), new NumberTargets([1, 2], 1), [1, weight]),
            new(new NumberFeatures([test], 1), new NumberTargets([1], 1)),
            validation: new(new NumberFeatures([validation], 1), new NumberTargets([1], 1)));
        string whole = Of(1, 1, 1).Fingerprint(TestContext.Current.CancellationToken);
        Assert.Equal(whole, Of(1, 2, 1).Fingerprint(TestContext.Current.CancellationToken));
        Assert.NotEqual(whole, Of(2, 1, 1).Fingerprint(TestContext.Current.CancellationToken));
        Assert.NotEqual(whole, Of(1, 1, 2).Fingerprint(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_checkpoint_of_another_training_is_refused()
    {
        using TemporaryFolder temporary = new();
        Checkpoint checkpoint = Saved(temporary.Path).Latest().Checkpoint;
        (Model<float> model, Trainer<float> sgd) = Training("sgd", 1, null);
        Assert.Contains("belongs to nothing that is trained here", Assert.Throws<InvalidDataException>(() => checkpoint.Restore(model, sgd)).Message, StringComparison.Ordinal);
        Model<float> other = new(Network.Of([784, 4, 10], Activation.Sigmoid), Loss.SquaredError);
        Assert.Contains("the checkpoint is of 784-8-10", Assert.Throws<InvalidDataException>(
            () => checkpoint.Restore(other, new(other, digits.Value, new()))).Message, StringComparison.Ordinal);
        (Model<float> same, _) = Training("adam", 1, null);
        Trainer<float> batches = new(same, digits.Value, new() { Optimizer = Optimizer.Adam, BatchSize = 10, Epochs = 4 });
        Assert.Contains("is no place in a training of 4 epochs", Assert.Throws<InvalidDataException>(() => checkpoint.Restore(same, batches)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_whose_loss_is_not_finite_changes_nothing_and_its_equation_is_named()
    {
        foreach (int threads in new[] { 1, 2 })
        {
            Model<float> model = new(Network.Of([784, 512, 512, 10], Activation.Named("relu"), Activation.Identity), Loss.SquaredError);
            model.Initialize(Initializer.Named("he"), seed: 1);
            Trainer<float> trainer = new(model, digits.Value, new() { LearningRate = 1e6, BatchSize = 100, Epochs = 50, Threads = threads });
            NonFiniteLossException thrown = Assert.Throws<NonFiniteLossException>(() => trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Count());
            Assert.Matches(@"in epoch \d+, step \d+: training has diverged; (the first value that is not finite is that of Z. = W. A. \+ b. 1ᵀ in layer \d: element \d+ of sample \d+ is −?(∞|NaN)|all outputs are finite; the first value that is not is that of the loss itself)", thrown.Message);
            Assert.Null(model.Parameters.FindNonFinite());
        }
    }

    private static (Model<float> Model, Trainer<float> Trainer)? restored;

    private static CheckpointFolder Saved(string path)
    {
        CheckpointFolder folder = new(path);
        (Model<float> model, Trainer<float> trainer) = Training("adam", 1, every: 5);
        _ = trainer.Run(checkpoint: () => folder.Save(model, trainer, Description(model), [], ""), cancellationToken: TestContext.Current.CancellationToken).Take(1).Count();
        return folder;
    }

    private static (Model<float> Model, Trainer<float> Trainer) Training(string optimizer, int threads, int? every)
    {
        Model<float> model = new(Network.Of([784, 8, 10], Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named("glorot"), seed: 3);
        return (model, new(model, digits.Value, new() { Optimizer = Optimizer.Named(optimizer), LearningRate = 0.05, BatchSize = 16, Epochs = 4, Threads = threads, CheckpointEvery = every }));
    }

    private static ModelDescription Description(Model<float> model) => new(model.Network, model.Loss.Name, model.Reduction);

    private static List<string> Names(string folder) => [.. Directory.GetFiles(folder, "step-*").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    private static string Figures(EpochReport report) => $"{report.Epoch} {report.Loss:R} {report.TrainAccuracy:R} {report.TestAccuracy:R} {report.ValidationLoss:R} {report.ValidationAccuracy:R}";

    private static string Bits(Model<float> model) => string.Join(' ', model.Parameters.Parameters.SelectMany(p => model.Parameters[p].Elements.ToArray()).Select(x => $"{x:R}"));
}
