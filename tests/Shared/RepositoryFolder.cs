namespace Nabla.Tests;

/// <summary>Finds the repository that the tests run from.</summary>
internal static class RepositoryFolder
{
    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Nabla.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds Nabla.slnx");
    }
}
