namespace Nabla.Tests;

/// <summary>The most that the managed heap grows while something is done.</summary>
internal static class HeapWatch
{
    /// <summary>Runs an action and gives the largest growth that was seen, in bytes, garbage that was not collected yet included.</summary>
    public static long Growth(Action action) => Growth(action, collect: false);

    /// <summary>The same without garbage, for a reader that stands on a library: when its garbage is collected depends on how much memory the machine has.</summary>
    public static long GrowthWithoutGarbage(Action action) => Growth(action, collect: true);

    private static long Growth(Action action, bool collect)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = before;
        using ManualResetEventSlim done = new();
        Thread watcher = new(() =>
        {
            while (!done.Wait(TimeSpan.FromMilliseconds(2)))
            {
                most = Math.Max(most, Now(collect));
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
            most = Math.Max(most, Now(collect));
            done.Set();
            watcher.Join();
        }

        return most - before;
    }

    private static long Now(bool collect)
    {
        if (collect)
        {
            GC.Collect();
        }

        return GC.GetTotalMemory(forceFullCollection: false);
    }
}
