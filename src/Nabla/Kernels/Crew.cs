using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>
/// One of the threads that compute a product together: each computes other elements of C, and all read one copy of B, to which each
/// contributes a share.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe struct Crew(int member, int members, Rendezvous* meeting)
{
    /// <summary>A thread on its own.</summary>
    public static Crew Alone => new(0, 1, null);

    /// <summary>The member's part of some pieces.</summary>
    public (int First, int End) Share(int pieces) =>
        members == 1 ? (0, pieces) : ((int)((long)pieces * member / members), (int)((long)pieces * (member + 1) / members));

    /// <summary>Waits until all members have come here.</summary>
    public void Meet()
    {
        if (members > 1)
        {
            meeting->Wait(members);
        }
    }
}

/// <summary>A point at which threads wait for each other, again and again; it begins as zeros and lives in memory that does not move.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Rendezvous
{
    private int arrived;
    private int round;

    /// <summary>Returns when this many threads have called it.</summary>
    public void Wait(int members)
    {
        int current = Volatile.Read(ref round);
        if (Interlocked.Increment(ref arrived) == members)
        {
            Volatile.Write(ref arrived, 0);
            Volatile.Write(ref round, current + 1);
            return;
        }

        SpinWait spin = default;
        while (Volatile.Read(ref round) == current)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}
