using System.Runtime.ExceptionServices;

namespace Nabla.Kernels;

/// <summary>A piece of work that the members of a <see cref="ThreadTeam"/> divide among themselves.</summary>
internal interface ITeamWork
{
    /// <summary>Does the part of one member, numbered from 0.</summary>
    void Run(int member, int members);
}

/// <summary>
/// Threads that stay: running gives each its part of one piece of work and returns when all are done. The caller is member 0.
/// </summary>
/// <remarks>
/// A member that waits for work looks for it for a while, because the next step of a training comes soon, and then sleeps
/// until it is woken. Nothing is allocated by a run. One run at a time: a team belongs to one caller.
/// </remarks>
public sealed unsafe class ThreadTeam : IDisposable
{
    private const int Looks = 2000;

    private readonly Lock gate = new();
    private readonly object bell = new();
    private readonly Thread[] threads;
    private void* work;
    private delegate*<ThreadTeam, void*, int, void> run;
    private ITeamJob? job;
    private ExceptionDispatchInfo? failure;
    private volatile bool stopping;
    private int round;
    private int sleepers;
    private int unfinished;

    /// <summary>A team of this many members, the caller among them: one thread fewer is started.</summary>
    public ThreadTeam(int members)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        Members = members;
        threads = new Thread[members - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            int member = i + 1;
            threads[i] = new Thread(() => Serve(member)) { IsBackground = true, Name = $"Nabla {member}" };
            threads[i].Start();
        }
    }

    /// <summary>How many threads share the work.</summary>
    public int Members { get; }

    /// <summary>Runs every member's part and waits for all. What a member throws is thrown here.</summary>
    /// <param name="shared">The work, which must not move meanwhile: a local variable or fixed memory.</param>
    /// <exception cref="InvalidOperationException">The team is running already.</exception>
    internal void Run<TWork>(TWork* shared)
        where TWork : unmanaged, ITeamWork => Run(shared, &Invoke<TWork>, null);

    private void Run(void* shared, delegate*<ThreadTeam, void*, int, void> part, ITeamJob? own)
    {
        if (!gate.TryEnter())
        {
            throw new InvalidOperationException("the team is running already: a team belongs to one caller at a time");
        }

        try
        {
            // A lock may be taken twice by one thread: a part that calls Run would wait for itself.
            if (work != null)
            {
                throw new InvalidOperationException("a part of the team's work must not start the team");
            }

            ObjectDisposedException.ThrowIf(stopping, this);
            work = shared;
            run = part;
            job = own;
            failure = null;
            Volatile.Write(ref unfinished, threads.Length);
            Announce();
            try
            {
                run(this, work, 0);
            }
            finally
            {
                SpinWait spin = default;
                while (Volatile.Read(ref unfinished) != 0)
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                }

                work = null;
                job = null;
            }

            failure?.Throw();
        }
        finally
        {
            gate.Exit();
        }
    }

    /// <summary>Runs every member's part of a job and waits for all.</summary>
    /// <exception cref="InvalidOperationException">The team is running already.</exception>
    internal void Run(ITeamJob shared)
    {
        byte nothing = 0;
        Run(&nothing, &Invoke, shared);
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (stopping)
            {
                return;
            }

            stopping = true;
            Announce();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    }

    private static void Invoke<TWork>(ThreadTeam team, void* work, int member)
        where TWork : unmanaged, ITeamWork => ((TWork*)work)->Run(member, team.Members);

    private static void Invoke(ThreadTeam team, void* work, int member) => team.job!.Run(member);

    /// <summary>
    /// Begins a round. The full fence of Increment stands between it and the look at the sleepers, as between a sleeper's counting itself
    /// and its last look at the round: one of the two sees the other.
    /// </summary>
    private void Announce()
    {
        Interlocked.Increment(ref round);
        if (Volatile.Read(ref sleepers) > 0)
        {
            lock (bell)
            {
                Monitor.PulseAll(bell);
            }
        }
    }

    private void Serve(int member)
    {
        int seen = 0;
        while (true)
        {
            Await(seen);
            seen++;
            if (stopping)
            {
                return;
            }

            try
            {
                run(this, work, member);
            }
#pragma warning disable CA1031 // It is thrown again where the work was started.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }

            Interlocked.Decrement(ref unfinished);
        }
    }

    /// <summary>Waits until the round is no longer the one that was seen.</summary>
    private void Await(int seen)
    {
        for (int look = 0; look < Looks; look++)
        {
            if (Volatile.Read(ref round) != seen)
            {
                return;
            }

            // Where other programs leave one processor for both, the caller cannot go on before this thread gives way.
            if (look % 8 == 7)
            {
                Thread.Yield();
            }
            else
            {
                Thread.SpinWait(8);
            }
        }

        lock (bell)
        {
            Interlocked.Increment(ref sleepers);
            while (Volatile.Read(ref round) == seen)
            {
                Monitor.Wait(bell);
            }

            Interlocked.Decrement(ref sleepers);
        }
    }
}
