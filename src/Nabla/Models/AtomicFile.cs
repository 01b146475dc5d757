using System.Runtime.InteropServices;

namespace Nabla.Models;

/// <summary>
/// Writes a file so that a reader sees the old one or the new one, never a part, whenever the program or the machine stops.
/// </summary>
public static partial class AtomicFile
{
    /// <summary>
    /// Lets the action write a temporary file in the target's folder, puts its bytes on the disk and moves it over the
    /// target.
    /// </summary>
    /// <param name="path">The target; a link is followed, and stays.</param>
    /// <param name="write">Writes the content. Where it throws, the target is as it was.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the target may not be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);

        // Moving over a link would replace the link and leave the file that it names stale.
        FileInfo file = new(path);
        string target = file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        string folder = Path.GetDirectoryName(target) ?? throw new IOException($"'{path}' is a folder, but a file is needed");

        // A name of its own length: the target's may already be the longest that the folder allows.
        string temporary = Path.Combine(folder, $".nabla-{Path.GetRandomFileName()}");
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                WriteOut(stream, write);
            }

            File.Move(temporary, target, overwrite: true);
            FlushFolder(folder);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    /// <summary>Writes to a file and puts its bytes on the disk.</summary>
    /// <exception cref="IOException">The disk is full, or the file is larger than the file system allows.</exception>
    internal static void WriteOut(FileStream stream, Action<Stream> write)
    {
        try
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // What the framework makes of the system's EFBIG.
            throw new IOException($"the file is larger than the file system allows: {stream.Name}", e);
        }
    }

    /// <summary>Puts the names in a folder on the disk: a file that was moved has its new name after a power failure too. Nothing where the system has no such call.</summary>
    internal static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return;
        }

        // The framework does not open folders. Some file systems refuse to flush them; the file itself is on the disk in any case.
        int handle = Open(folder, 0);
        if (handle >= 0)
        {
            _ = Synchronize(handle);
            _ = Close(handle);
        }
    }

    /// <summary>Removes what was not finished.</summary>
    internal static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What stopped the writing is the error to report, not that the remains could not be removed.
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Synchronize(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int handle);
}
