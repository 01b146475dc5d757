namespace Nabla.Kernels;

/// <summary>Where the members of a team wait for each other. They spin, because the others are here within microseconds.</summary>
internal sealed class TeamBarrier(int members)
{
    private int waiting;
    private int round;

    /// <summary>Returns when all members have come. What each wrote before is seen by all after.</summary>
    public void Wait()
    {
        int own = Volatile.Read(ref round);
        if (Interlocked.Increment(ref waiting) == members)
        {
            waiting = 0;
            Interlocked.Increment(ref round);
            return;
        }

        SpinWait spin = default;
        for (int look = 0; Volatile.Read(ref round) == own; look++)
        {
            if (look < 4000)
            {
                Thread.SpinWait(1);
            }
            else
            {
                // Somebody else has the processor.
                spin.SpinOnce(sleep1Threshold: -1);
            }
        }
    }
}

/// <summary>A piece of work whose parts belong to the members of a team.</summary>
internal interface ITeamJob
{
    /// <summary>Does the part of one member, numbered from 0. It must not throw: the others would wait for it.</summary>
    void Run(int member);
}
