namespace Nabla.Tests;

/// <summary>The most that the managed heap grows while something is done, garbage that was not collected yet included.</summary>
internal static class HeapWatch
{
    /// <summary>Runs an action and gives the largest growth that was seen, in bytes.</summary>
    public static long Growth(Action action)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = before;
        using ManualResetEventSlim done = new();
        Thread watcher = new(() =>
        {
            while (!done.Wait(TimeSpan.FromMilliseconds(2)))
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
            }
        })
        {
            IsBackground = true,
        };
        watcher.Start();
        try
        {
            action();
        }
        finally
        {
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
            done.Set();
            watcher.Join();
        }

        return most - before;
    }
}
