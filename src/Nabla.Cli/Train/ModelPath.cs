namespace Nabla.Cli.Train;

/// <summary>Where a model will be written. Asked before training: an hour's work should not end with "no such folder".</summary>
internal static class ModelPath
{
    private static readonly string[] systemFolders = ["/dev/", "/proc/", "/sys/"];

    /// <exception cref="ArgumentException">A file cannot be written there.</exception>
    public static void RequireWritable(string path)
    {
        if (path.Length == 0)
        {
            throw new ArgumentException("--out '' names no file; the model is one, such as model.safetensors");
        }

        if (Path.EndsInDirectorySeparator(path) || Directory.Exists(path))
        {
            throw new ArgumentException($"--out '{path}' is a folder, but the model is one file, such as {Path.Combine(path, "model.safetensors")}");
        }

        // The model replaces the file at its path as a whole; a device or what the system only shows as a file must not be replaced.
        if (!OperatingSystem.IsWindows() && systemFolders.Any(Path.GetFullPath(path).StartsWith))
        {
            throw new ArgumentException($"--out '{path}' is not an ordinary file; the model is one, such as model.safetensors");
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        if (!Directory.Exists(folder))
        {
            throw new ArgumentException($"--out '{path}' cannot be written: there is no folder {folder}");
        }

        // Rights are best asked by doing what will be done later: a new file beside the target.
        string probe = Path.Combine(folder, $".nabla-{Path.GetRandomFileName()}");
        try
        {
            using FileStream stream = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"--out '{path}' cannot be written: no file can be made in {folder} ({e.Message.TrimEnd('.')})", e);
        }
    }
}
