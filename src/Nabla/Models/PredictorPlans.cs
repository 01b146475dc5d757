using Nabla.Calculus.Expressions;
using Nabla.Planning;

namespace Nabla.Models;

/// <summary>The workers of a predictor: a fixed number, each of one caller at a time, taken and given back without a lock.</summary>
internal sealed class PredictorPlans
{
    /// <summary>Elements from one worker to the next: places that threads write to lie in cache lines of their own.</summary>
    private const int Stride = 16;

    private readonly Worker?[] workers;

    public PredictorPlans(int count, Func<Worker> create)
    {
        workers = new Worker?[checked(count * Stride)];
        for (int i = 0; i < count; i++)
        {
            workers[i * Stride] = create();
        }
    }

    /// <summary>A worker that nobody else has until it is given back.</summary>
    /// <param name="place">Where to give it back.</param>
    public Worker Rent(out int place)
    {
        int count = workers.Length / Stride;

        // A thread begins where it began before: its worker's memory is then likely in its cache, and two threads seldom meet.
        int first = (int)((uint)Environment.CurrentManagedThreadId % (uint)count);
        SpinWait wait = default;
        while (true)
        {
            for (int i = 0; i < count; i++)
            {
                place = (first + i < count ? first + i : first + i - count) * Stride;
                if (workers[place] is not null && Interlocked.Exchange(ref workers[place], null) is Worker worker)
                {
                    return worker;
                }
            }

            // Never for a millisecond: a prediction takes less.
            wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>Lets others have it.</summary>
    public void GiveBack(Worker worker, int place) => Volatile.Write(ref workers[place], worker);

    /// <summary>A plan for each size of batch, with memory of its own and the weights that all share.</summary>
    internal sealed unsafe class Worker
    {
        private readonly Plan<float>[] plans;
        private readonly Slot<float>[] inputs;
        private readonly Slot<float>[] outputs;

        public Worker(IEnumerable<Plan<float>> plans, Expr input, Expr output)
        {
            this.plans = [.. plans];
            inputs = [.. this.plans.Select(plan => plan.SlotOf(input))];
            outputs = [.. this.plans.Select(plan => plan.SlotOf(output))];
        }

        /// <summary>Where the inputs of a sample of a plan's batch are written before it runs.</summary>
        public Span<float> InputOf(int level, int sample) => Column(inputs[level], sample);

        /// <summary>Runs a plan on samples that fill its batch.</summary>
        public void Run(int level) => plans[level].Run();

        /// <summary>What the last run computed of a sample; valid until the worker is given back.</summary>
        public ReadOnlySpan<float> OutputOf(int level, int sample) => Column(outputs[level], sample);

        private static Span<float> Column(Slot<float> slot, int sample) => new(slot.Pointer + (long)sample * slot.LeadingDimension, slot.Rows);
    }
}
