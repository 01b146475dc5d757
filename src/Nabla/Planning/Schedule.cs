using System.Numerics;

namespace Nabla.Planning;

/// <summary>
/// The order of a plan's instructions in phases. Within a phase the members of a team go on without waiting for each other: none reads there what
/// another one writes. A phase ends where all wait for all.
/// </summary>
internal sealed class Schedule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Dictionary<Draft<T>, int> phases = [];

    /// <summary>The fewest phases for drafts in an order that is right for one thread; the updates begin at a number.</summary>
    public Schedule(IReadOnlyList<Draft<T>> drafts, int firstUpdate, int batch)
    {
        Dictionary<Slot<T>, Draft<T>> producers = [];
        Dictionary<Slot<T>, int> lastRead = [];
        int last = 0;
        foreach (Draft<T> draft in drafts)
        {
            int phase = draft.Number >= firstUpdate ? last : 0;
            foreach (Slot<T> slot in draft.Read)
            {
                if (producers.TryGetValue(slot, out Draft<T>? producer) && producer != draft)
                {
                    phase = Math.Max(phase, phases[producer] + (MayGoOn(producer, draft, slot, batch) ? 0 : 1));
                }
            }

            // What a parameter had before may be read by all in the phase of its last reader.
            foreach (Slot<T> slot in draft.Written.Where(slot => slot.IsParameter))
            {
                phase = Math.Max(phase, lastRead.GetValueOrDefault(slot, -1) + 1);
            }

            phases[draft] = phase;
            foreach (Slot<T> slot in draft.Read)
            {
                lastRead[slot] = Math.Max(lastRead.GetValueOrDefault(slot, -1), draft.Written.Contains(slot) ? -1 : phase);
            }

            foreach (Slot<T> slot in draft.Written)
            {
                producers[slot] = draft;
            }

            last = draft.Number < firstUpdate ? Math.Max(last, phase) : last;
        }

        Order = [.. drafts.OrderBy(draft => phases[draft])];
        FirstUpdate = Order.ToList().FindIndex(draft => draft.Number >= firstUpdate) is int first and >= 0 ? first : Order.Count;
    }

    /// <summary>The drafts in the order of running.</summary>
    public IReadOnlyList<Draft<T>> Order { get; }

    /// <summary>The place of the first update in that order.</summary>
    public int FirstUpdate { get; }

    /// <summary>The phase of a draft.</summary>
    public int PhaseOf(Draft<T> draft) => phases[draft];

    /// <summary>Whether a member needs of what a draft wrote only its own part: both are divided by the same columns.</summary>
    private static bool MayGoOn(Draft<T> producer, Draft<T> reader, Slot<T> slot, int batch) =>
        Instruction<T>.SplitOf(producer, batch) == Split.Columns && Instruction<T>.SplitOf(reader, batch) == Split.Columns
        && producer.Grid.Columns == reader.Grid.Columns
        && (reader.Head is null || !reader.Head.Sources.Contains(slot) || reader.Head.ReadsOwnColumnsOf(slot))
        && reader.Steps.SelectMany(step => step.Arguments).All(argument => argument.Slot != slot || argument.Access is Kernels.Access.Matrix or Kernels.Access.Row);
}
