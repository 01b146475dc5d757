using System.Collections.Immutable;
using CsCheck;
using Nabla.Calculus.Derivations;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Studio.Experiments;
using Nabla.Training;

namespace Nabla.Studio.Tests;

public sealed class ExperimentsRun
{
    private static readonly ExperimentSettings small = new() { Epochs = 3 };

    [Fact]
    public async Task Steps_made_one_by_one_come_to_the_same_bits_as_a_run()
    {
        await using Experiment run = await OfAsync(small);
        await using Experiment stepped = await OfAsync(small);
        await run.RunAsync();
        await UntilAsync(() => run.State == ExperimentState.Done);
        for (int i = 0; i < 120; i++)
        {
            await stepped.StepAsync();
            Assert.Equal(i + 1, stepped.Latest.Steps);
        }

        Assert.Equal(ExperimentState.Done, stepped.State);
        AssertSame(run.Latest, stepped.Latest);
        Assert.Equal(run.Reports.Select(report => report.Loss), stepped.Reports.Select(report => report.Loss));
    }

    [Fact]
    public async Task Steps_asked_for_at_once_are_all_made()
    {
        await using Experiment run = await OfAsync(small);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(run.StepAsync)));
        Assert.Equal(50, run.Latest.Steps);
    }

    [Fact]
    public async Task The_loss_of_a_copy_is_that_of_its_own_steps()
    {
        // One step an epoch: the mean over the samples since the copy before is the loss of the last step.
        await using Experiment run = await OfAsync(small with { Data = "xor", Hidden = [new(3, "tanh")], Loss = "binary-cross-entropy", BatchSize = 4, Epochs = 20 });
        Assert.True(double.IsNaN(run.Latest.Loss));
        for (int i = 0; i < 20; i++)
        {
            await run.StepAsync();
            Assert.Equal(run.Reports[^1].Loss, run.Latest.Loss);
            Assert.Equal(i + 1, run.Reports[^1].Epoch);
            Assert.Same(run.Latest, await run.LookAsync());
        }
    }

    [Fact]
    public async Task Whatever_is_asked_for_at_once_is_done_one_after_the_other()
    {
        await using Experiment run = await OfAsync(small with { Epochs = 100_000 });
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => (i % 4) switch { 0 => run.RunAsync(), 1 => run.StepAsync(), 2 => run.ResetAsync(), _ => run.PauseAsync() })));
        await run.ResetAsync();
        Assert.Equal((ExperimentState.Ready, 0L), (run.State, run.Latest.Steps));
        await run.StepAsync();
        Assert.Equal((ExperimentState.Paused, 1L), (run.State, run.Latest.Steps));
    }

    [Fact]
    public async Task A_training_is_that_of_the_library()
    {
        await using Experiment run = await OfAsync(small);
        await run.RunAsync();
        await UntilAsync(() => run.State == ExperimentState.Done);

        Model<float> model = new(run.Network, run.Loss);
        model.Initialize(Initializer.Named("glorot"), small.Seed);
        Trainer<float> trainer = new(model, run.Data, new() { LearningRate = small.LearningRate, BatchSize = small.BatchSize, Epochs = 3, Seed = small.Seed });
        EpochReport[] reports = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken)];
        Assert.Equal(reports.Select(report => report.ValidationLoss), run.Reports.Select(report => report.ValidationLoss));
        Assert.All(model.Expression.Parameters.Zip(run.Latest.Parameters), pair => Assert.Equal(model.Parameters[pair.First].Elements.ToArray(), pair.Second.Elements.ToArray()));
    }

    [Fact]
    public async Task What_was_paused_goes_on_and_what_was_reset_begins_anew()
    {
        await using Experiment run = await OfAsync(small with { Epochs = 100_000 });
        Snapshot first = run.Latest;
        await run.RunAsync();
        await UntilAsync(() => run.Reports.Length > 3);
        Snapshot look = await run.LookAsync();
        Assert.True(look.Steps > 0);
        await run.PauseAsync();
        Assert.Equal(ExperimentState.Paused, run.State);
        long steps = run.Latest.Steps;
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(steps, run.Latest.Steps);
        await run.RunAsync();
        while ((await run.LookAsync()).Steps <= steps)
        {
            Assert.Equal(ExperimentState.Running, run.State);
        }

        await run.ResetAsync();
        Assert.Equal((ExperimentState.Ready, 0L, 0), (run.State, run.Latest.Steps, run.Reports.Length));
        AssertSame(first, run.Latest);
    }

    [Fact]
    public async Task Of_very_many_epochs_some_are_kept_and_the_last()
    {
        await using Experiment run = await OfAsync(small with { Data = "xor", Hidden = [new(2, "tanh")], Loss = "binary-cross-entropy", BatchSize = 4, Epochs = 5000 });
        await run.RunAsync();
        await UntilAsync(() => run.State == ExperimentState.Done);
        Assert.InRange(run.Reports.Length, 500, 1001);
        Assert.Equal((1, 5000), (run.Reports[0].Epoch, run.Reports[^1].Epoch));
        Assert.Equal(run.Reports.Length, run.Reports.DistinctBy(report => report.Epoch).Count());
    }

    [Fact]
    public async Task A_divergence_is_a_state_with_a_sentence()
    {
        await using Experiment run = await OfAsync(small with { Data = "circles", Loss = "sum((y-a).^2)/m", OutputActivation = "identity", LearningRate = 1e6, Epochs = 100 });
        await run.RunAsync();
        await UntilAsync(() => run.State == ExperimentState.Diverged);
        Assert.Contains("diverged", run.Problem, StringComparison.Ordinal);
        await run.RunAsync();
        Assert.Equal(ExperimentState.Diverged, run.State);
        await run.ResetAsync();
        Assert.Null(run.Problem);
    }

    [Fact]
    public async Task A_pace_is_kept_and_can_be_left_at_once()
    {
        await using Experiment run = await OfAsync(small with { Epochs = 100_000 });
        run.StepsPerSecond = 0.01;
        await run.RunAsync();
        await UntilAsync(() => run.State == ExperimentState.Running);
        long start = TimeProvider.System.GetTimestamp();
        await run.PauseAsync();
        Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < 20);
        Assert.True(run.Latest.Steps <= 1);
    }

    [Fact]
    public async Task A_network_that_is_too_large_for_a_page_is_refused_in_a_sentence()
    {
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(() => OfAsync(small with { Hidden = [new(4096, "relu"), new(4096, "relu"), new(4096, "relu")] }));
        Assert.Contains("parameters", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("moons", 400, "sgd", new[] { 8, 4 })]
    [InlineData("digits", 256, "adam", new[] { 128, 64 })]
    [InlineData("spirals", 300, "adam", new[] { 500, 300, 200 })]
    public async Task The_memory_of_a_step_is_told_before_it_is_compiled_and_not_too_little(string data, int batch, string optimizer, int[] widths)
    {
        await using Experiment run = await OfAsync(small with { Data = data, BatchSize = batch, Optimizer = optimizer, Hidden = [.. widths.Select(width => new HiddenLayer(width, "tanh"))] });
        Derivation derivation = run.Model.Expression.Differentiate(assumptions: [run.Model.Expression.TargetsSumToOne]);
        // Beside what grows with the network a plan has some hundred kilobytes of its own.
        long told = StepMemory.Of(run.Network, batch);
        long own = run.Model.CompileStep(derivation, Optimizer.Named(optimizer), batch).Bytes + sizeof(float) * run.Network.ParameterCount;
        Assert.True(told >= 0.8 * (own - (1 << 20)) && told <= 4 * own, $"{told:N0} bytes are told, {own:N0} are taken");
    }

    [Fact]
    public void An_address_gives_back_the_experiment_that_it_was_made_of()
    {
        Gen<ExperimentSettings> settings =
            from data in Gen.OneOf<string>([.. Datasets.All.Select(one => one.Name), "my table.csv", "a&b=c.csv"])
            from hidden in Gen.Select(Gen.Int[1, ExperimentSettings.MostWidth], Gen.OneOf("tanh", "relu", "gelu"), (width, activation) => new HiddenLayer(width, activation)).Array[0, 5]
            from target in Gen.OneOf<string?>((string?)null, "price", "größe %")
            from loss in Gen.OneOf<string?>((string?)null, "huber", "sum((y-a).^4)/m")
            from rate in Gen.Double[1e-6, 10]
            from batch in Gen.Int[1, 1000]
            from seed in Gen.ULong
            select new ExperimentSettings { Data = data, Hidden = [.. hidden], Target = target, Loss = loss, LearningRate = rate, BatchSize = batch, Seed = seed };
        settings.Sample(one =>
        {
            ExperimentSettings back = ExperimentSettings.FromQuery("?" + one.ToQuery(), out ImmutableArray<string> problems);
            Assert.Empty(problems);
            Assert.Equal(one.ToQuery(), back.ToQuery());
        });
    }

    [Fact]
    public void A_history_stays_small_and_remembers_the_extremes()
    {
        History history = new();
        Snapshot empty = new() { Steps = 0, Epoch = 1, Samples = 0, Loss = double.NaN, Seconds = 0, Parameters = [] };
        for (int i = 1; i <= 50_000; i++)
        {
            history.Add(empty with { Steps = i, Loss = i == 777 ? 100 : i == 888 ? -100 : 1 }, [1], []);
        }

        Assert.InRange(history.Losses.Length, History.MostPoints / 2, History.MostPoints);
        Assert.Equal((100, -100), (history.Losses.Max(point => point.Most), history.Losses.Min(point => point.Least)));
        Assert.InRange(history.GradientNorms.Length, 1, History.MostPoints);
        history.Add(empty with { Steps = 1, Loss = 2 }, [1], []);
        Assert.Equal(2, Assert.Single(history.Losses).Mean);
    }

    private static async Task<Experiment> OfAsync(ExperimentSettings settings)
    {
        using Uploads uploads = new(new());
        return Experiment.Of(settings, await uploads.LoadAsync(settings, TestContext.Current.CancellationToken), TimeProvider.System);
    }

    private static void AssertSame(Snapshot expected, Snapshot actual) =>
        Assert.All(expected.Parameters.Zip(actual.Parameters), pair => Assert.Equal(pair.First.Elements.ToArray(), pair.Second.Elements.ToArray()));

    private static async Task UntilAsync(Func<bool> holds)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < 60, "it did not come about within a minute");
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
