using System.Runtime.InteropServices;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

public sealed unsafe class LargePagesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(LargePages.Smallest)]
    [InlineData(LargePages.Smallest + 4097)]
    public void Memory_that_was_asked_for_in_large_pages_can_be_used_to_its_ends(long bytes)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + 64, 64);
        LargePages.Advise(memory, bytes);
        new Span<byte>(memory, (int)bytes + 64).Fill(7);
        Assert.Equal(7, memory[0]);
        Assert.Equal(-1, new Span<byte>(memory, (int)bytes + 64).IndexOfAnyExcept((byte)7));
        NativeMemory.AlignedFree(memory);
    }
}
