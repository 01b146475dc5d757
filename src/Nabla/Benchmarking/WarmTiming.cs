namespace Nabla.Benchmarking;

/// <summary>The time of a piece of work that is repeated: the median over blocks of runs.</summary>
/// <remarks>
/// A block is long enough for the clock and short enough to lie between two interruptions of a machine that does other things too; the median of
/// many blocks is then the time of the work and not of its neighbours.
/// </remarks>
/// <param name="SecondsPerRun">The median.</param>
/// <param name="Runs">How often the work was run, warm-up included.</param>
internal sealed record WarmTiming(double SecondsPerRun, long Runs)
{
    private const double BlockSeconds = 1e-3;
    private const int FewestBlocks = 3;

    // Code that is compiled while it runs gets its last form after some tenths of a second.
    private const double ShortestWarmUp = 0.3;

    /// <summary>Runs the work until its time no longer falls, at most for half of the length, and then measures for the rest.</summary>
    /// <param name="run">The work.</param>
    /// <param name="length">How long all takes, unless a few runs take longer.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="stop">Ends it between two blocks.</param>
    public static WarmTiming Of(Action run, TimeSpan length, TimeProvider clock, CancellationToken stop)
    {
        Blocks blocks = new(run, clock, stop);
        long begin = clock.GetTimestamp();
        double seconds = length.TotalSeconds;
        double last = double.PositiveInfinity;
        while (true)
        {
            double median = Median(blocks.For(seconds / 10, fewest: 1));
            double spent = clock.GetElapsedTime(begin).TotalSeconds;
            if (spent >= seconds / 2 || (spent >= Math.Min(ShortestWarmUp, seconds / 4) && median > 0.98 * last))
            {
                blocks.RunsPerBlock = Math.Max(1, (long)Math.Ceiling(BlockSeconds / median));
                return new(Median(blocks.For(seconds - spent, FewestBlocks)), blocks.Runs);
            }

            last = median;
        }
    }

    /// <summary>The middle one of some numbers; the mean of the two in the middle where there are two.</summary>
    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Runs work in blocks and times each.</summary>
    private sealed class Blocks(Action run, TimeProvider clock, CancellationToken stop)
    {
        private const int MostGrowth = 10;

        public long RunsPerBlock { get; set; } = 1;

        public long Runs { get; private set; }

        /// <summary>The seconds of a run, once for each block; blocks that are too short grow.</summary>
        public List<double> For(double seconds, int fewest)
        {
            List<double> times = [];
            long begin = clock.GetTimestamp();
            do
            {
                stop.ThrowIfCancellationRequested();
                long before = clock.GetTimestamp();
                for (long i = 0; i < RunsPerBlock; i++)
                {
                    run();
                }

                double time = clock.GetElapsedTime(before).TotalSeconds;
                Runs += RunsPerBlock;
                times.Add(time / RunsPerBlock);
                if (time < BlockSeconds / 2)
                {
                    RunsPerBlock *= (long)Math.Clamp(BlockSeconds / time, 2, MostGrowth);
                }
            }
            while (times.Count < fewest || clock.GetElapsedTime(begin).TotalSeconds < seconds);
            return times;
        }
    }
}
