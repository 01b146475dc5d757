namespace Nabla.Cli.Train;

/// <summary>Where a model will be written. Asked before training: an hour's work should not end with "no such folder".</summary>
internal static class ModelPath
{
    /// <exception cref="ArgumentException">A file cannot be written there.</exception>
    public static void RequireWritable(string path)
    {
        if (path.Length == 0 || Path.EndsInDirectorySeparator(path) || Directory.Exists(path))
        {
            throw new ArgumentException($"--out '{path}' is a folder, but the model is one file, such as {Path.Combine(path, "model.safetensors")}");
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
