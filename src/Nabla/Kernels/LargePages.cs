using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>Asks the system for pages of 2 MB, which save the large products the search for the addresses of pages of 4 KB.</summary>
internal static unsafe partial class LargePages
{
    /// <summary>Below this size, a buffer has little to win and up to a page to lose.</summary>
    public const long Smallest = 4 << 20;

    private const nuint Page = 2 << 20;

    private const int HugePages = 14;

    /// <summary>
    /// Advises Linux to back memory that was not written yet with large pages, as far as whole ones lie in it. It is a hint: elsewhere, and
    /// where the system refuses, nothing happens.
    /// </summary>
    public static void Advise(void* memory, long bytes)
    {
        if (!OperatingSystem.IsLinux() || bytes < Smallest)
        {
            return;
        }

        nuint start = ((nuint)memory + Page - 1) / Page * Page;
        nuint end = ((nuint)memory + (nuint)bytes) / Page * Page;
        try
        {
            _ = AdviseSystem(start, end - start, HugePages);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A system without this function of the C library has no such pages to give.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AdviseSystem(nuint address, nuint length, int advice);
}
