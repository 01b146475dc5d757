using Nabla.Models;

namespace Nabla.Cli.Train;

/// <summary>Where a model, or what goes with it, will be written. Asked before training: an hour's work should not end with "no such folder".</summary>
internal static class ModelPath
{
    private static readonly string[] systemFolders = ["/dev/", "/proc/", "/sys/"];

    /// <summary>Asserts that a file can be written.</summary>
    /// <exception cref="ArgumentException">It cannot be written there.</exception>
    public static void RequireWritable(string path, string option = "--out", string what = "model", string example = "model.safetensors")
    {
        if (path.Length == 0)
        {
            throw new ArgumentException($"{option} '' names no file; the {what} is one, such as {example}");
        }

        if (Path.EndsInDirectorySeparator(path) || Directory.Exists(path))
        {
            throw new ArgumentException($"{option} '{path}' is a folder, but the {what} is one file, such as {Path.Combine(path, example)}");
        }

        // The model replaces the file at its path as a whole; a device or what the system only shows as a file must not be replaced.
        if (!OperatingSystem.IsWindows() && systemFolders.Any(Path.GetFullPath(path).StartsWith))
        {
            throw new ArgumentException($"{option} '{path}' is not an ordinary file; the {what} is one, such as {example}");
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        if (!Directory.Exists(folder))
        {
            throw new ArgumentException($"{option} '{path}' cannot be written: there is no folder {folder}");
        }

        // Rights are best asked by doing what will be done later: a new file beside the target.
        string probe = Path.Combine(folder, $".nabla-{Path.GetRandomFileName()}");
        try
        {
            using FileStream stream = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"{option} '{path}' cannot be written: no file can be made in {folder} ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>Asserts that nothing that is written takes the place of what is read, or of something else that is written.</summary>
    /// <exception cref="ArgumentException">Something does.</exception>
    public static void RequireDistinct(IEnumerable<(string What, string? Path)> read, IEnumerable<(string What, string? Path)> written)
    {
        Dictionary<string, string> taken = [];
        foreach ((string what, string? path) in read.Where(one => one.Path is not null && File.Exists(one.Path)))
        {
            taken[Resolved(path!)] = what;
        }

        foreach ((string what, string? path) in written.Where(one => one.Path is not null))
        {
            if (!taken.TryAdd(Resolved(path!), what))
            {
                throw new ArgumentException($"{what} '{path}' is the file of {taken[Resolved(path!)]} too, which would be lost; another name is needed");
            }
        }

        static string Resolved(string path) => (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path);
    }

    /// <summary>Asserts that a folder for checkpoints holds none: those of another training shall not be lost.</summary>
    /// <exception cref="ArgumentException">It does.</exception>
    public static void RequireUnused(CheckpointFolder folder)
    {
        if (folder.IsInUse)
        {
            throw new ArgumentException(
                $"{folder.Path} holds the checkpoints of another training; nabla train --resume {Quoted(folder.Path)} goes on with that, and a new one needs another folder");
        }
    }

    /// <summary>A path as it is written on a command line.</summary>
    public static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
