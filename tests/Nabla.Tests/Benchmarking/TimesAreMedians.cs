using Nabla.Benchmarking;

namespace Nabla.Tests.Benchmarking;

/// <summary>The timing on a clock that moves by itself, so that nothing depends on the machine.</summary>
public class TimesAreMedians
{
    [Theory]
    [InlineData(2, new double[] { 3, 1, 2 })]
    [InlineData(2.5, new double[] { 4, 1, 2, 3 })]
    [InlineData(7, new double[] { 7 })]
    public void The_median_is_in_the_middle(double median, double[] values) => Assert.Equal(median, WarmTiming.Median(values));

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e-3)]
    [InlineData(0.2)]
    public void The_time_of_steady_work_is_found(double seconds)
    {
        ManualClock clock = new();
        WarmTiming timing = WarmTiming.Of(() => clock.Advance(seconds), TimeSpan.FromSeconds(3), clock, TestContext.Current.CancellationToken);
        Assert.Equal(seconds, timing.SecondsPerRun, seconds * 1e-3);
        Assert.InRange(timing.Runs * seconds, 2.5, 4.5);
    }

    [Fact]
    public void Slow_first_runs_and_interruptions_do_not_count()
    {
        ManualClock clock = new();
        int run = 0;
        WarmTiming timing = WarmTiming.Of(
            () => clock.Advance(++run <= 20 ? 0.02 : run % 7 == 0 ? 0.009 : 0.001), TimeSpan.FromSeconds(3), clock, TestContext.Current.CancellationToken);
        Assert.Equal(0.001, timing.SecondsPerRun, 1e-6);
    }

    [Fact]
    public void Work_that_takes_longer_than_the_whole_length_is_run_a_few_times()
    {
        ManualClock clock = new();
        WarmTiming timing = WarmTiming.Of(() => clock.Advance(10), TimeSpan.FromSeconds(1), clock, TestContext.Current.CancellationToken);
        Assert.Equal(10, timing.SecondsPerRun, 1e-6);
        Assert.Equal(4, timing.Runs);
    }

    private sealed class ManualClock : TimeProvider
    {
        private long nanoseconds;

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => nanoseconds;

        public void Advance(double seconds) => nanoseconds += (long)Math.Round(seconds * 1e9);
    }
}
