namespace Nabla.Studio.Tests;

/// <summary>A clock that goes on when it is told to, and rings its timers then.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly List<Timer> timers = [];
    private TimeSpan now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(this, () => callback(state), now + dueTime);
        timers.Add(timer);
        return timer;
    }

    public void GoOn(TimeSpan by)
    {
        now += by;
        foreach (Timer timer in timers.Where(timer => timer.Due <= now).ToArray())
        {
            timers.Remove(timer);
            timer.Ring();
        }
    }

    private sealed class Timer(ManualClock clock, Action ring, TimeSpan due) : ITimer
    {
        public TimeSpan Due => due;

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException("it rings once");

        public void Dispose() => clock.timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
