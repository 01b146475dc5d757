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
        if (Find(parts) is string path)
        {
            return path;
        }

        Assert.Skip($"there is no shared/{Path.Combine(parts)} in a folder above the tests");
        return "";
    }

    /// <summary>The full path of a file or folder in it; null where there is none.</summary>
    public static string? Find(params string[] parts)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine([folder.FullName, "shared", .. parts]);
            if (Path.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
