using Nabla.Studio.Experiments;

namespace Nabla.Studio.Tests;

public sealed class WhatIsReadAloud
{
    private readonly ManualClock clock = new();
    private readonly List<string> said = [];

    [Fact]
    public void Is_a_sentence_at_most_every_ten_seconds_and_then_the_newest()
    {
        using Announcements announcements = new(clock, said.Add);
        announcements.Stands("step 1");
        Assert.Equal(["step 1"], said);
        for (int step = 2; step < 100; step++)
        {
            announcements.Stands($"step {step}");
            clock.GoOn(TimeSpan.FromSeconds(0.1));
        }

        Assert.Equal(["step 1"], said);
        clock.GoOn(TimeSpan.FromSeconds(1));
        Assert.Equal(["step 1", "step 99"], said);
        clock.GoOn(TimeSpan.FromMinutes(1));
        Assert.Equal(2, said.Count);
    }

    [Fact]
    public void Is_what_happened_before_where_something_stands()
    {
        using Announcements announcements = new(clock, said.Add);
        announcements.Stands("step 1");
        announcements.Happened("check", "Gradient check: undecided");
        announcements.Happened("end", "The training is done");
        announcements.Happened("check", "Gradient check: all gradients are right");
        announcements.Stands("step 2");
        clock.GoOn(TimeSpan.FromSeconds(10));
        Assert.Equal(["step 1", "The training is done. Gradient check: all gradients are right"], said);
        clock.GoOn(TimeSpan.FromSeconds(10));
        Assert.Equal(2, said.Count);
    }

    [Fact]
    public void Is_nothing_after_the_end_of_the_page()
    {
        Announcements announcements = new(clock, said.Add);
        announcements.Stands("step 1");
        announcements.Stands("step 2");
        announcements.Dispose();
        clock.GoOn(TimeSpan.FromMinutes(1));
        announcements.Happened("end", "too late");
        Assert.Equal(["step 1"], said);
    }

    [Fact]
    public async Task Tells_how_a_training_ended()
    {
        using Uploads uploads = new(new());
        ExperimentSettings settings = new() { Epochs = 1 };
        await using Experiment experiment = Experiment.Of(settings, await uploads.LoadAsync(settings, TestContext.Current.CancellationToken), TimeProvider.System);
        Assert.Null(Announcements.EndOf(experiment));
        for (int i = 0; i < experiment.StepsPerEpoch; i++)
        {
            await experiment.StepAsync();
        }

        Assert.StartsWith("The training is done: 40 steps, loss 0.", Announcements.EndOf(experiment), StringComparison.Ordinal);
    }
}
