using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Planning;

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
    {
        List<Slot<T>> list = [.. slots];
        long length = list.Sum(slot => Padded(slot.Length)) + scratchLength + Alignment / sizeof(T);
        if (length > Array.MaxLength)
        {
            throw new ArgumentException($"all matrices together take {length} numbers in memory, but at most {Array.MaxLength} are possible");
        }

        memory = GC.AllocateArray<T>((int)length, pinned: true);
        nint start = (nint)Unsafe.AsPointer(ref memory[0]);
        T* next = (T*)((start + Alignment - 1) & ~(nint)(Alignment - 1));
        foreach (Slot<T> slot in list)
        {
            slot.Pointer = next;
            next += Padded(slot.Length);
        }

        Scratch = next;
    }

    /// <summary>Elements for kernels to use as they like.</summary>
    public T* Scratch { get; }

    /// <summary>The size in bytes.</summary>
    public long Bytes => (long)memory.Length * sizeof(T);

    private static long Padded(long length)
    {
        long step = Alignment / sizeof(T);
        return (length + step - 1) / step * step;
    }
}
