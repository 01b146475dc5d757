namespace Nabla.Tests;

/// <summary>What an action allocates on its thread.</summary>
internal static class Allocations
{
    /// <summary>
    /// The least of some runs. A collection that another test's thread sets off retires this thread's allocation window, whose unused rest
    /// then counts as allocated; an action that allocates does so in every run.
    /// </summary>
    public static long Least(Action action)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 20 && least > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
