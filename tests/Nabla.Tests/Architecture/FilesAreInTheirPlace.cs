using System.Text.RegularExpressions;

namespace Nabla.Tests.Architecture;

/// <summary>A file says where it is, and is short enough to be read.</summary>
public partial class FilesAreInTheirPlace
{
    private const int LongestFile = 450;

    /// <summary>Folders whose files are parts of a class of the folder above.</summary>
    private static readonly string[] parts = ["Nabla.Networks.Losses"];

    [Fact]
    public void A_namespace_is_the_folder()
    {
        foreach ((string path, string text) in Sources())
        {
            string[] folders = path.Split('/')[1..^1];
            string folder = string.Join('.', folders);
            string expected = parts.Contains(folder) ? string.Join('.', folders[..^1]) : folder;
            MatchCollection spaces = Namespace().Matches(text);
            Assert.True(
                spaces.Count == 1 ? spaces[0].Groups["name"].Value == expected : spaces.Count == 0 && Path.GetFileName(path) == "Program.cs",
                $"{path} should be in the namespace {expected}");
        }
    }

    [Fact]
    public void No_file_is_longer_than_450_lines() => Assert.All(Sources(), source =>
        Assert.True(source.Text.Count(c => c == '\n') <= LongestFile, $"{source.Path} has {source.Text.Count(c => c == '\n')} lines"));

    [Fact]
    public void There_are_files_at_all() => Assert.True(Sources().Count() > 50);

    private static IEnumerable<(string Path, string Text)> Sources()
    {
        string root = RepositoryFolder.Root;
        return Directory.EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(root, file).Replace('\\', '/'), File: file))
            .Where(source => !source.Path.Split('/').Any(part => part is "bin" or "obj"))
            .Select(source => (source.Path, File.ReadAllText(source.File)));
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Namespace();
}
