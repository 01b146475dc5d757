using System.Text;

namespace Nabla.Tests;

/// <summary>
/// Files with the text that the program is known to print. They are reviewed like code; NABLA_WRITE_GOLDEN=1 writes them
/// anew, and fails.
/// </summary>
internal static class Golden
{
    /// <summary>Asserts that a text is what the golden file holds.</summary>
    /// <param name="path">The file, from the root of the repository.</param>
    /// <param name="actual">The text.</param>
    public static void Matches(string path, string actual) =>
        Matches(path, actual, Environment.GetEnvironmentVariable("NABLA_WRITE_GOLDEN") == "1");

    /// <summary>Asserts it, or writes the file and fails: a file that was just written proves nothing.</summary>
    internal static void Matches(string path, string actual, bool write)
    {
        string file = Path.Combine(RepositoryFolder.Root, path);
        if (write)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual, new UTF8Encoding(false));
            Assert.Fail($"{path} was written anew; look at what changed and run the tests again without NABLA_WRITE_GOLDEN");
        }

        Assert.True(File.Exists(file), $"{path} is missing; NABLA_WRITE_GOLDEN=1 writes it");
        Assert.Equal(File.ReadAllText(file), actual);
    }
}
