using System.Collections.Immutable;
using System.Numerics;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>
/// Expressions compiled for fixed sizes: a flat list of instructions over slots of one aligned buffer, and over the parameters.
/// Running it allocates nothing.
/// </summary>
/// <typeparam name="T">float, or double for tests and comparisons.</typeparam>
public sealed class Plan<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many levels of an expression are lowered by recursion.</summary>
    private const int LevelsAtOnce = 32;

    private readonly Lowering<T> lowering;
    private readonly KernelSet<T> kernels;
    private readonly Schedule<T> schedule;
    private readonly Instruction<T>[] instructions;
    private readonly AlignedBuffer<T> buffer;
    private readonly int[] phases;
    private readonly TeamRun run;
    private readonly Slot<T>? guard;

    private unsafe Plan(Lowering<T> lowering, KernelSet<T> kernels, int firstUpdate, int batch, int members, Func<Dim, int> sizeOf, Slot<T>? guard)
    {
        (this.lowering, this.kernels, Members, this.guard) = (lowering, kernels, members, guard);
        HashSet<Slot<T>> read = Trim();
        schedule = new(lowering.Drafts, firstUpdate, batch);
        Verify(schedule.Order);
        foreach (Draft<T> draft in schedule.Order)
        {
            Registers<T>.RedirectHead(draft, slot => lowering.Kept.Contains(slot) || IsReadElsewhere(slot, draft));
        }

        long scratch = AlignedBuffer<T>.Padded(schedule.Order.Select(draft => draft.Head?.ScratchLength(kernels) ?? 0).DefaultIfEmpty().Max());
        long registers = (long)schedule.Order.Select(draft => draft.Steps.Count).DefaultIfEmpty().Max() * Chain<T>.Piece;
        HashSet<Slot<T>> always = [.. lowering.Inputs.Values, .. lowering.Constants.Select(constant => constant.Slot), .. lowering.CoefficientSlots, .. lowering.Kept];
        buffer = new(always.Where(slot => !slot.IsParameter), Lifetimes(always), members * (scratch + registers));
        lowering.Workspace.Place(buffer.Scratch, scratch);
        Workspace<T> pieces = new();
        pieces.Place(buffer.Scratch + members * scratch, registers);
        instructions = [.. schedule.Order.Select(draft => Instruction<T>.Of(kernels, draft, batch, members, pieces))];
        phases = [.. schedule.Order.Select(schedule.PhaseOf)];
        run = new(this);
        Fill(sizeOf);

        bool IsReadElsewhere(Slot<T> slot, Draft<T> own) => read.Contains(slot) && schedule.Order.Any(other => other != own && other.Read.Contains(slot));
    }

    /// <summary>The instruction set that runs it: portable, neon, avx2 or avx512.</summary>
    public string PathName => kernels.Name;

    /// <summary>How many threads run it together: a team of so many must be given, where it is more than one.</summary>
    public int Members { get; }

    /// <summary>The size in bytes of the plan's own buffer; the parameters have theirs.</summary>
    public long Bytes => buffer.Bytes;

    /// <summary>What runs, in the order of running.</summary>
    public IReadOnlyList<PlanLine> Listing => [.. instructions.Select(instruction => PlanLine.Of(instruction, schedule.PhaseOf(instruction.Draft), lowering.SlotOf))];

    /// <summary>The value of an expression that was asked for as a result, or that comes from outside; of a result, that before the updates.</summary>
    /// <exception cref="ArgumentException">The plan does not keep the expression.</exception>
    public Matrix this[Expr expression]
    {
        get => SlotOf(expression).Read();
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (lowering.IsParameter(expression))
            {
                lowering.ParameterSlot(expression).Write(value);
            }
            else if (!lowering.Coefficients.Takes(expression) || lowering.Inputs.ContainsKey(expression))
            {
                SlotOf(expression).Write(value);
            }

            if (lowering.Coefficients.Takes(expression))
            {
                lowering.Coefficients.Set(expression, value[0, 0]);
            }
        }
    }

    /// <summary>‖X‖, the root of the sum of the squares, in double precision, of an expression that was asked for as a result or comes from outside. Allocates nothing.</summary>
    /// <exception cref="ArgumentException">The plan does not keep the expression.</exception>
    public unsafe double NormOf(Expr expression)
    {
        Slot<T> slot = SlotOf(expression);
        double sum = 0;
        for (int j = 0; j < slot.Columns; j++)
        {
            T* column = slot.Pointer + (long)j * slot.LeadingDimension;
            for (int i = 0; i < slot.Rows; i++)
            {
                double x = double.CreateChecked(column[i]);
                sum += x * x;
            }
        }

        GC.KeepAlive(this);
        return Math.Sqrt(sum);
    }

    /// <summary>Sets a given number, such as the learning rate, where the plan has it. Allocates nothing.</summary>
    public unsafe void Set(Symbol number, double value)
    {
        lowering.Coefficients.Set(number, value);
        if (lowering.Inputs.TryGetValue(number, out Slot<T>? slot))
        {
            *slot.Pointer = T.CreateTruncating(value);
        }
    }

    /// <summary>Whether what guards the updates is finite. All results are computed before the first update.</summary>
    private unsafe bool MayUpdate => guard is null || T.IsFinite(*guard.Pointer);

    /// <summary>Runs every instruction once. Not for two callers at a time: they would share the buffer.</summary>
    public void Run() => RunUnless(CancellationToken.None);

    /// <summary>
    /// Runs every instruction once, unless it is stopped between two of them. Once the first update has begun it is not: a step is made as a
    /// whole or not at all. Nor is any made where the result that guards them is not finite: the parameters are then those that it came from.
    /// </summary>
    /// <param name="stopped">Asks for the stop.</param>
    /// <param name="team">The threads, where the plan was compiled for more than one.</param>
    /// <exception cref="OperationCanceledException">It was stopped; no parameter has changed.</exception>
    public void RunUnless(CancellationToken stopped, ThreadTeam? team = null)
    {
        if (Members > (team?.Members ?? 1))
        {
            throw new ArgumentException($"the plan is for {Members} threads, but a team of {team?.Members ?? 1} was given", nameof(team));
        }

        lowering.Coefficients.Refresh();
        if (team is null || Members == 1)
        {
            for (int i = 0; i < instructions.Length; i++)
            {
                if (i <= schedule.FirstUpdate)
                {
                    stopped.ThrowIfCancellationRequested();
                    if (i == schedule.FirstUpdate && !MayUpdate)
                    {
                        break;
                    }
                }

                instructions[i].Run(0);
            }
        }
        else
        {
            run.Start(team, stopped);
        }

        // The instructions have pointers into the buffer, which the collector does not see.
        GC.KeepAlive(this);
    }

    /// <summary>
    /// The median time of each line of <see cref="Listing"/> in seconds, by a clock around each instruction. It runs what the plan runs, so updates are made:
    /// parameters that something else uses meanwhile had better be a copy.
    /// </summary>
    /// <param name="clock">The clock.</param>
    /// <param name="runs">How many runs are measured; one before them is not.</param>
    /// <returns>A time for each line; not a number for an update that was never made, because what guards it was not finite.</returns>
    /// <exception cref="InvalidOperationException">The plan is for more than one thread, and instructions of several have no time of their own.</exception>
    public ImmutableArray<double> Measure(TimeProvider clock, int runs = 25)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        if (Members > 1)
        {
            throw new InvalidOperationException($"instructions are measured on one thread, but the plan is for {Members}");
        }

        List<double>[] times = [.. instructions.Select(_ => new List<double>(runs))];
        Run();
        for (int n = 0; n < runs; n++)
        {
            lowering.Coefficients.Refresh();
            for (int i = 0; i < instructions.Length && (i != schedule.FirstUpdate || MayUpdate); i++)
            {
                long start = clock.GetTimestamp();
                instructions[i].Run(0);
                times[i].Add(clock.GetElapsedTime(start).TotalSeconds);
            }
        }

        GC.KeepAlive(this);
        return [.. times.Select(Median)];
    }

    /// <summary>Compiles expressions to be computed, and updates to be made after them.</summary>
    /// <param name="results">The expressions whose values are wanted.</param>
    /// <param name="updates">The updates, made in place once nothing needs the old values any more.</param>
    /// <param name="parameters">The parameters; several plans may share them.</param>
    /// <param name="batch">The number of samples: the size of the dimension without a value that the columns of inputs and targets have.</param>
    /// <param name="path">The instruction set; the best there is where it is null.</param>
    /// <param name="members">How many threads share the work. What is computed is the same to the last bit for any number.</param>
    /// <param name="states">The states of optimizers, which updates change too.</param>
    /// <param name="guard">One of the results, a scalar: where it is not finite, no update is made.</param>
    /// <exception cref="ArgumentException">Another dimension has no value.</exception>
    public static Plan<T> Compile(
        IReadOnlyList<Expr> results, IReadOnlyList<ParameterUpdate> updates, ParameterBuffer<T> parameters, int batch, KernelPath? path = null,
        int members = 1, ParameterBuffer<T>? states = null, Expr? guard = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        KernelSet<T> set = KernelSets.Of<T>(path);
        IReadOnlyList<Expr> nodes = Expr.Reachable([.. results, .. updates.SelectMany(update => update.States.Prepend(update)).Select(update => update.Value)]);
        Dim? samples = nodes.OfType<Symbol>().Where(symbol => symbol.Kind is SymbolKind.Input or SymbolKind.Target)
            .Select(symbol => symbol.Shape.Columns).FirstOrDefault(columns => columns.Value is null);
        int SizeOf(Dim dim) => dim.SizeIn(factor => factor.Equals(samples) ? batch : throw Unsized(factor, samples));
        Lowering<T> lower = new(states is null ? [parameters] : [parameters, states], SizeOf, nodes);

        // Names first and in order, and what is deep between two names level by level: no recursion is then deeper than these levels,
        // however deep the network is.
        foreach (Expr part in nodes.Where(node => node is Named || node.Depth % LevelsAtOnce == 0))
        {
            lower.Lower(part);
        }

        foreach (Expr result in results)
        {
            lower.LowerResult(result);
        }

        int first = new Updates<T>(lower).Lower(updates);
        return new(lower, set, first, batch, members, SizeOf, guard is null ? null : lower.ResultOf(guard));
    }

    internal Slot<T> SlotOf(Expr expression) =>
        lowering.ResultOf(expression) is Slot<T> slot && (lowering.Kept.Contains(slot) || lowering.Inputs.ContainsKey(expression) || slot.IsParameter)
            ? slot
            : throw new ArgumentException($"the plan does not keep {expression.Describe()}");

    /// <summary>
    /// The hazards of an order: once a parameter is written, nothing may read it, nor write it again, and nothing may be read before it is written.
    /// Both hold by construction; a plan without would compute wrongly without a sign, so it is refused.
    /// </summary>
    internal static void Verify(IReadOnlyList<Draft<T>> drafts)
    {
        HashSet<Slot<T>> written = [];
        HashSet<Slot<T>> expected = [.. drafts.SelectMany(draft => draft.Written).Where(slot => !slot.IsParameter)];
        foreach (Draft<T> draft in drafts)
        {
            expected.ExceptWith(draft.Written);
            if (draft.Read.Any(expected.Contains))
            {
                throw new InvalidOperationException($"an instruction of {draft.Grid} reads what is computed only later");
            }

            if (draft.Read.Any(written.Contains))
            {
                throw new InvalidOperationException($"an instruction of {draft.Grid} reads a parameter after it was updated");
            }

            if (draft.Written.Where(slot => slot.IsParameter).ToList().Exists(slot => !written.Add(slot)))
            {
                throw new InvalidOperationException($"an instruction of {draft.Grid} updates a parameter a second time");
            }
        }
    }

    private static double Median(List<double> times)
    {
        times.Sort();
        return times.Count == 0 ? double.NaN : (times[(times.Count - 1) / 2] + times[times.Count / 2]) / 2;
    }

    private static ArgumentException Unsized(Dim dim, Dim? samples) => new(
        $"the dimension {dim} has no value; only the number of samples{(samples is null ? "" : $" {samples}")}, "
        + "which the columns of inputs and targets count, is given when a plan is compiled");

    /// <summary>Drops what nobody reads, from the last draft to the first.</summary>
    /// <returns>The slots that are read.</returns>
    private HashSet<Slot<T>> Trim()
    {
        HashSet<Slot<T>> read = [];
        for (int i = lowering.Drafts.Count - 1; i >= 0; i--)
        {
            Draft<T> draft = lowering.Drafts[i];
            draft.Drop(slot => slot.IsParameter || lowering.Kept.Contains(slot) || read.Contains(slot));
            if (draft.Outputs.Count == 0 && (draft.Head is null || !(draft.Head.Target.IsParameter || lowering.Kept.Contains(draft.Head.Target) || read.Contains(draft.Head.Target))))
            {
                lowering.Drafts.RemoveAt(i);
                continue;
            }

            read.UnionWith(draft.Read);
        }

        return read;
    }

    /// <summary>From when to when each slot is in use that is not always. Members of a team are somewhere in a phase, not at an instruction.</summary>
    private IEnumerable<Lifetime<T>> Lifetimes(HashSet<Slot<T>> always)
    {
        Dictionary<Slot<T>, (int First, int Last)> spans = [];
        for (int i = 0; i < schedule.Order.Count; i++)
        {
            Draft<T> draft = schedule.Order[i];
            int time = Members > 1 ? schedule.PhaseOf(draft) : i;
            foreach (Slot<T> slot in draft.Written.Concat(draft.Read).Where(slot => !slot.IsParameter && !always.Contains(slot)))
            {
                spans[slot] = spans.TryGetValue(slot, out (int First, int Last) span) ? (span.First, time) : (time, time);
            }
        }

        return spans.Select(span => new Lifetime<T>(span.Key, span.Value.First, span.Value.Last));
    }

    private void Fill(Func<Dim, int> sizeOf)
    {
        foreach ((Slot<T> slot, Expr value) in lowering.Constants)
        {
            switch (value)
            {
                case Constant c:
                    slot.Write(Matrix.Scalar(c.Value.Evaluate(sizeOf)));
                    break;
                case Eye:
                    slot.Write(Matrix.From(slot.Rows, slot.Columns, (i, j) => i == j ? 1 : 0));
                    break;
                default:
                    slot.Fill(() => value is Ones ? 1 : 0);
                    break;
            }
        }
    }

    /// <summary>One run by all members of a team, who wait for each other between two phases.</summary>
    private sealed class TeamRun(Plan<T> plan) : ITeamJob
    {
        private const int Nowhere = -1;

        private readonly TeamBarrier barrier = new(plan.Members);
        private CancellationToken token;
        private volatile int stoppedAt;

        public void Start(ThreadTeam team, CancellationToken stopped)
        {
            stopped.ThrowIfCancellationRequested();
            (token, stoppedAt) = (stopped, Nowhere);
            team.Run(this);
            if (stoppedAt != Nowhere)
            {
                throw new OperationCanceledException(token);
            }
        }

        public void Run(int member)
        {
            if (member >= plan.Members)
            {
                return;
            }

            int phase = 0;
            for (int i = 0; i < plan.instructions.Length; i++)
            {
                int own = plan.phases[i];
                if (own != phase || i == plan.schedule.FirstUpdate)
                {
                    // One member decides for all, and says at which barrier: another one may be late in leaving the barrier before.
                    if (member == 0 && i <= plan.schedule.FirstUpdate && token.IsCancellationRequested)
                    {
                        stoppedAt = i;
                    }

                    barrier.Wait();
                    if (stoppedAt == i || (i == plan.schedule.FirstUpdate && !plan.MayUpdate))
                    {
                        return;
                    }

                    phase = own;
                }

                plan.instructions[i].Run(member);
            }
        }
    }
}
