using System.Numerics;
using System.Runtime.InteropServices;

namespace Nabla.Tests.Kernels;

/// <summary>
/// Memory whose neighbours must not be touched: on Linux and macOS the pages before and after it cannot be accessed, so that a read
/// too far ends the test run; everywhere, the elements around the part in use are checked for writes.
/// </summary>
internal sealed unsafe partial class GuardedBuffer<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Page = 16384;

    private readonly nint mapping;
    private readonly nuint mapped;
    private readonly T* first;
    private readonly nint capacity;
    private readonly T canary;
    private T* start;
    private nint length;

    public GuardedBuffer(nint elements)
    {
        nuint bytes = (nuint)((elements * sizeof(T) + Page - 1) / Page * Page);
        capacity = (nint)bytes / sizeof(T);
        canary = T.NaN;
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            mapped = bytes + 2 * Page;
            mapping = Native.Map(0, mapped, 3, OperatingSystem.IsLinux() ? 0x22 : 0x1002, -1, 0);
            Assert.NotEqual(-1, mapping);
            Assert.Equal(0, Native.Protect(mapping, Page, 0));
            Assert.Equal(0, Native.Protect(mapping + Page + (nint)bytes, Page, 0));
            first = (T*)(mapping + Page);
        }
        else
        {
            mapping = (nint)NativeMemory.AlignedAlloc(bytes, 64);
            first = (T*)mapping;
        }
    }

    /// <summary>n elements before the forbidden page, or after it; all of the buffer's elements are NaN.</summary>
    public T* Take(nint n, bool atEnd)
    {
        Assert.True(n <= capacity);
        new Span<T>(first, (int)capacity).Fill(canary);
        start = atEnd ? first + capacity - n : first;
        length = n;
        return start;
    }

    /// <summary>Fails if an element outside of the part in use was written.</summary>
    public void CheckNeighbours()
    {
        ReadOnlySpan<T> all = new(first, (int)capacity);
        int before = (int)(start - first);
        Assert.True(IsUntouched(all[..before]), "elements before the buffer were written");
        Assert.True(IsUntouched(all[(before + (int)length)..]), "elements after the buffer were written");
    }

    public void Dispose()
    {
        if (mapped != 0)
        {
            _ = Native.Unmap(mapping, mapped);
        }
        else
        {
            NativeMemory.AlignedFree((void*)mapping);
        }
    }

    private bool IsUntouched(ReadOnlySpan<T> elements)
    {
        T expected = canary;
        ReadOnlySpan<byte> pattern = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref expected));
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(elements);
        return bytes.IsEmpty || (bytes[..sizeof(T)].SequenceEqual(pattern) && bytes[sizeof(T)..].SequenceEqual(bytes[..^sizeof(T)]));
    }
}

internal static partial class Native
{
    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Unmap(nint address, nuint length);
}
