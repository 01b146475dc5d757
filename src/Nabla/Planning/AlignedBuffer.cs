using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>When a slot is in use: from the instruction that writes it to the last that reads it, both included.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="First">When it is written.</param>
/// <param name="Last">When it is last read.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Lifetime<T>(Slot<T> Slot, int First, int Last)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>
/// Memory for slots, each at a multiple of 64 bytes. An array that the collector neither moves nor leaves behind: there is nothing to dispose of.
/// </summary>
internal sealed unsafe class AlignedBuffer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Alignment = 64;

    private readonly T[] memory;

    /// <summary>Lays the slots out one behind the other, with scratch elements behind them, all zero.</summary>
    /// <exception cref="ArgumentException">They do not fit into one array.</exception>
    public AlignedBuffer(IEnumerable<Slot<T>> slots, long scratchLength = 0)
        : this(slots, [], scratchLength)
    {
    }

    /// <summary>Lays out slots that are always in use, then others that may share memory when they are not in use at the same time.</summary>
    /// <exception cref="ArgumentException">They do not fit into one array.</exception>
    public AlignedBuffer(IEnumerable<Slot<T>> always, IEnumerable<Lifetime<T>> others, long scratchLength)
    {
        List<(Slot<T> Slot, long Place)> places = [];
        long next = 0;
        foreach (Slot<T> slot in always)
        {
            places.Add((slot, next));
            next += Padded(slot.Length);
        }

        long end = next;
        List<(long Place, long Length, int Last)> taken = [];
        foreach (Lifetime<T> lifetime in others.OrderBy(lifetime => lifetime.First))
        {
            taken.RemoveAll(piece => piece.Last < lifetime.First);
            long length = Padded(lifetime.Slot.Length);
            long place = next;
            int at = 0;
            while (at < taken.Count && taken[at].Place - place < length)
            {
                place = taken[at].Place + taken[at].Length;
                at++;
            }

            taken.Insert(at, (place, length, lifetime.Last));
            places.Add((lifetime.Slot, place));
            end = Math.Max(end, place + length);
        }

        long total = end + scratchLength + Alignment / sizeof(T);
        if (total > Array.MaxLength)
        {
            throw new ArgumentException($"all matrices together take {total} numbers in memory, but at most {Array.MaxLength} are possible");
        }

        // Cleared by the system, where it is large: nothing has been written when the advice comes.
        memory = GC.AllocateArray<T>((int)total, pinned: true);
        nint start = (nint)Unsafe.AsPointer(ref memory[0]);
        LargePages.Advise((void*)start, total * sizeof(T));
        T* first = (T*)((start + Alignment - 1) & ~(nint)(Alignment - 1));
        foreach ((Slot<T> slot, long place) in places)
        {
            slot.Pointer = first + place;
            slot.Memory = memory;
        }

        Scratch = first + end;
    }

    /// <summary>Elements for kernels to use as they like.</summary>
    public T* Scratch { get; }

    /// <summary>The size in bytes.</summary>
    public long Bytes => (long)memory.Length * sizeof(T);

    /// <summary>A length rounded up to the alignment.</summary>
    public static long Padded(long length)
    {
        long step = Alignment / sizeof(T);
        return (length + step - 1) / step * step;
    }
}
