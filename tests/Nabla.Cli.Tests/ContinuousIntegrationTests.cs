using Nabla.Tests;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>What .ci/run makes of what dotnet says, here a script in its place.</summary>
public class ContinuousIntegrationTests
{
    private const string AllPassed = "x/A.Tests.dll (net10.0|x64) passed (1s 074ms)\nx/B.Tests.dll (net10.0|x64) passed (2s)\n  total: 9\n  failed: 0\n  succeeded: 9\n  skipped: 0\n";
    private const string Native = "echo '  1  1  0.925'";
    private const string Trained = """{"event":"done","test_accuracy":0.97,"best_test_accuracy":0.98}""";

    [Theory]
    [InlineData("everything succeeds", AllPassed, 0, Trained, 0, Native, 0, 0, "9 passed, 0 failed, 0 skipped")]
    [InlineData("a test fails", "x/A.Tests.dll (net10.0|x64) failed with 1 error(s) (1s)\nx/B.Tests.dll (net10.0|x64) passed (2s)\n  failed: 1\n  succeeded: 8\n  skipped: 0\n", 2, Trained, 0, Native, 0, 2, "8 passed, 1 failed, 0 skipped")]
    [InlineData("the main job fails", AllPassed, 0, "", 3, Native, 0, 1, "9 passed, 0 failed, 0 skipped")]
    [InlineData("the main job reads too little", AllPassed, 0, """{"event":"done","test_accuracy":0.94,"best_test_accuracy":0.98}""", 0, Native, 0, 1, "9 passed, 0 failed, 0 skipped")]
    [InlineData("a project ran no test", "x/A.Tests.dll (net10.0|x64) passed (1s)\n  failed: 0\n  succeeded: 9\n  skipped: 0\n", 0, Trained, 0, Native, 0, 1, "9 passed, 0 failed, 0 skipped")]
    [InlineData("no test ran", "", 0, Trained, 0, Native, 0, 1, "0 passed, 0 failed, 0 skipped")]
    [InlineData("the native tool is not published", AllPassed, 0, Trained, 0, Native, 1, 1, "9 passed, 0 failed, 0 skipped")]
    [InlineData("the native tool has a warning", AllPassed, 0, Trained, 0, "echo 0.925 # warning IL2026", 0, 1, "9 passed, 0 failed, 0 skipped")]
    [InlineData("the native tool does not start", AllPassed, 0, Trained, 0, "exit 1", 0, 1, "9 passed, 0 failed, 0 skipped")]
    [InlineData("the native tool trains to other numbers", AllPassed, 0, Trained, 0, "echo 0.5", 0, 1, "9 passed, 0 failed, 0 skipped")]
    public async Task The_last_line_counts_the_tests_whatever_failed(
        string what, string tests, int testsCode, string trained, int trainedCode, string native, int nativeCode, int code, string last)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no bash");
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(Path.Combine(folder.Path, "repository", ".ci"));
        Directory.CreateDirectory(Path.Combine(folder.Path, "bin"));
        Directory.CreateDirectory(Path.Combine(folder.Path, "tmp"));
        File.Copy(Path.Combine(RepositoryFolder.Root, ".ci", "run"), Path.Combine(folder.Path, "repository", ".ci", "run"));
        foreach (string project in new[] { "A.Tests", "B.Tests" })
        {
            string projectFolder = Path.Combine(folder.Path, "repository", "tests", project);
            Directory.CreateDirectory(projectFolder);
            folder.Write(Path.Combine(projectFolder, $"{project}.csproj"), []);
        }

        string script = $$"""
            #!/bin/sh
            case $1 in
              test) [ -z "$NABLA_WRITE_GOLDEN" ] || exit 77; cat "$(dirname "$0")/tests"; exit {{testsCode}};;
              run) cat "$(dirname "$0")/trained"; exit {{trainedCode}};;
              publish)
                while [ "$1" != -o ]; do shift; done
                mkdir -p "$2"; cp "$(dirname "$0")/native" "$2/nabla"; chmod +x "$2/nabla"
                grep warning "$2/nabla"; exit {{nativeCode}};;
            esac
            """;
        folder.Write(Path.Combine(folder.Path, "bin", "dotnet"), System.Text.Encoding.UTF8.GetBytes(script));
        folder.Write(Path.Combine(folder.Path, "bin", "tests"), System.Text.Encoding.UTF8.GetBytes(tests));
        folder.Write(Path.Combine(folder.Path, "bin", "trained"), System.Text.Encoding.UTF8.GetBytes(trained));
        folder.Write(Path.Combine(folder.Path, "bin", "native"), System.Text.Encoding.UTF8.GetBytes($"#!/bin/sh\n{native}\n"));
        Run run = await CommandLine.ShellAsync(
            folder.Path, "chmod +x bin/dotnet; PATH=$PWD/bin:$PATH TMPDIR=$PWD/tmp NABLA_WRITE_GOLDEN=1 bash repository/.ci/run");
        Assert.True(run.Code == code, $"{what}: {run.Code} instead of {code}: {run.Output}{run.Error}");
        Assert.Equal(last, run.Output.TrimEnd('\n').Split('\n')[^1]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder.Path, "tmp")));
    }

    [Fact]
    public void A_golden_file_that_was_just_written_proves_nothing()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "golden.txt");
        Assert.Contains("was written anew", Assert.ThrowsAny<Exception>(() => Golden.Matches(path, "text", write: true)).Message, StringComparison.Ordinal);
        Golden.Matches(path, "text", write: false);
        Assert.ThrowsAny<Exception>(() => Golden.Matches(path, "another", write: false));
    }
}
