namespace Nabla.Tests.Data;

/// <summary>A folder of one test, gone when the test is.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("nabla-test-").FullName;

    /// <summary>The paths of all files in it, relative to it.</summary>
    public IEnumerable<string> Files => Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
        .Select(file => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    /// <summary>The names of what lies in it, files and folders.</summary>
    public string[] Entries => [.. new DirectoryInfo(Path).EnumerateFileSystemInfos().Select(entry => entry.Name).Order()];

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Write(string file, byte[] content) => System.IO.File.WriteAllBytes(File(file), content);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
