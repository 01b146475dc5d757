using Nabla.Studio.Server;

namespace Nabla.Studio.Experiments;

/// <summary>Counts the experiments that are open: each has a network in memory and, while it runs, a thread.</summary>
public sealed class OpenExperiments(StudioOptions options)
{
    private int open;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref open);

    /// <summary>How many there may be.</summary>
    public int Most => options.MostExperiments;

    /// <returns>Whether there was room for one more.</returns>
    public bool TryOpen()
    {
        if (Interlocked.Increment(ref open) <= options.MostExperiments)
        {
            return true;
        }

        Interlocked.Decrement(ref open);
        return false;
    }

    public void Close() => Interlocked.Decrement(ref open);
}
