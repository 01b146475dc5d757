using Nabla.Studio.Experiments;

namespace Nabla.Studio.Tests;

public sealed class AnObserver
{
    [Fact]
    public async Task Goes_on_for_the_others_where_a_watcher_fails_and_says_so()
    {
        using Uploads uploads = new(new());
        ExperimentSettings settings = new() { Epochs = 3 };
        await using Experiment experiment = Experiment.Of(settings, await uploads.LoadAsync(settings, TestContext.Current.CancellationToken), TimeProvider.System);
        await using Observer observer = new(experiment);
        (int faulty, int healthy) = (0, 0);
        observer.Observed += () =>
        {
            faulty++;
            throw new InvalidOperationException("the chart is broken");
        };
        observer.Observed += () =>
        {
            Interlocked.Increment(ref healthy);
            return Task.CompletedTask;
        };
        for (int looks = 1; looks <= 3; looks++)
        {
            observer.Wake();
            long start = TimeProvider.System.GetTimestamp();
            while (Volatile.Read(ref healthy) < looks)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < 30, $"only {healthy} looks were seen");
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal(1, faulty);
        Assert.Equal("A part of the page does not follow the training any more: the chart is broken", observer.Problem);
    }
}
