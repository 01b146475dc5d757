namespace Nabla.Tests;

/// <summary>
/// The folder <c>shared</c> that lies beside the repository where there is one: reference figures and data that the repository
/// does not carry.
/// </summary>
internal static class SharedFolder
{
    /// <summary>The full path of a file or folder in it; where there is none, the calling test is skipped, visibly.</summary>
    public static string Require(params string[] parts)
    {
        string relative = Path.Combine(parts);
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", relative);
            if (Path.Exists(path))
            {
                return path;
            }
        }

        Assert.Skip($"there is no shared/{relative} in a folder above the tests");
        return "";
    }
}
