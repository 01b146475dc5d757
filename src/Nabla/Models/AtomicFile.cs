namespace Nabla.Models;

/// <summary>
/// Writes a file so that a reader sees the old one or the new one, never a part, whenever the program or the machine stops.
/// </summary>
public static class AtomicFile
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
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    private static void Remove(string temporary)
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
}
