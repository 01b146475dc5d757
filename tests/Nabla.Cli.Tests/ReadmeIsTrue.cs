using System.Text.RegularExpressions;
using Nabla.Tests;

namespace Nabla.Cli.Tests;

/// <summary>Everything that the README shows is run, or is the text of a file that is.</summary>
public sealed partial class ReadmeIsTrue
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(RepositoryFolder.Root, "README.md"));

    [Fact]
    public async Task Every_command_runs_and_prints_what_is_shown()
    {
        string folder = Directory.CreateTempSubdirectory("nabla-readme-").FullName;
        try
        {
            int commands = 0;
            foreach (string block in Blocks("console"))
            {
                foreach (string part in block.Split("$ nabla ", StringSplitOptions.RemoveEmptyEntries))
                {
                    string[] lines = part.TrimEnd('\n').Split('\n');
                    Run run = await CommandLine.StartAsync(folder, [.. Word().Matches(lines[0]).Select(word => word.Value.Trim('"'))]);
                    Assert.True(run.Code == 0, $"nabla {lines[0]}: {run.Error}");
                    AssertShown(lines[1..], run.Output.Split('\n'), lines[0]);
                    commands++;
                }
            }

            Assert.True(commands >= 15);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Every_program_is_the_text_of_a_sample()
    {
        string[] samples = [.. Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Root, "samples"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText)];
        Assert.Equal(4, Blocks("csharp").Count);
        Assert.All(Blocks("csharp"), block => Assert.Contains(block, samples));
    }

    [Theory]
    [InlineData("FirstNetwork", "epoch 5: 9")]
    [InlineData("OwnData", "0.5 times -0.4 is about -0.2")]
    [InlineData("CustomLoss", "δ² = (2 σ(2 (a² − y)) − 1) ⊙ a² ⊙ (1 − a²)")]
    [InlineData("Derivatives", "only-if-symmetric: the formula is right only if A is symmetric; right is (A+A')*x")]
    public async Task Every_sample_runs(string sample, string shown)
    {
        string folder = Directory.CreateTempSubdirectory("nabla-sample-").FullName;
        try
        {
            Run run = await CommandLine.ShellAsync(folder, $"dotnet '{Path.Combine(AppContext.BaseDirectory, sample)}.dll'");
            Assert.True(run.Code == 0, run.Error);
            Assert.Contains(shown, run.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_two_commands_are_those_that_the_continuous_integration_runs()
    {
        string[] commands = Assert.Single(Blocks("sh")).TrimEnd('\n').Split('\n');
        Assert.Equal(["dotnet run -c Release --project src/Nabla.Cli -- train", "dotnet test"], commands);
        string script = File.ReadAllText(Path.Combine(RepositoryFolder.Root, ".ci", "run"));
        Assert.Contains("dotnet run -c Release --project src/Nabla.Cli -- train", script, StringComparison.Ordinal);
        Assert.Contains("\ndotnet test 2>&1", script, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tool_is_published_as_native_code_as_the_continuous_integration_does()
    {
        string script = File.ReadAllText(Path.Combine(RepositoryFolder.Root, ".ci", "run"));
        string document = File.ReadAllText(Path.Combine(RepositoryFolder.Root, "docs", "native-aot.md"));
        const string Command = "dotnet publish src/Nabla.Cli -c Release --use-current-runtime -p:PublishAot=true -o ";
        Assert.Contains(Command, script, StringComparison.Ordinal);
        Assert.Contains(Command, document, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_that_is_linked_exists()
    {
        foreach (string document in new[] { "README.md", "CONTRIBUTING.md", "docs/decisions/README.md" })
        {
            string path = Path.Combine(RepositoryFolder.Root, document);
            foreach (Match link in Link().Matches(File.ReadAllText(path)))
            {
                string target = link.Groups["target"].Value;
                Assert.True(target.StartsWith("https://", StringComparison.Ordinal) || Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, target)), $"{document}: {target}");
            }
        }
    }

    /// <summary>The shown lines come in this order; between them only where the README has an ellipsis there may be others.</summary>
    private static void AssertShown(string[] shown, string[] printed, string command)
    {
        if (shown.Length == 0)
        {
            return;
        }

        int at = 0;
        bool gap = false;
        foreach (string line in shown)
        {
            if (line == "...")
            {
                gap = true;
                continue;
            }

            int found = gap ? Array.IndexOf(printed, line, at) : at < printed.Length && printed[at] == line ? at : -1;
            Assert.True(found >= 0, $"nabla {command} does not print '{line}' where the README shows it");
            at = found + 1;
            gap = false;
        }
    }

    private static List<string> Blocks(string language) =>
        [.. Block().Matches(Readme).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["text"].Value)];

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();

    /// <summary>A word of a command, or several between quotation marks.</summary>
    [GeneratedRegex("""
        "[^"]*"|[^\s"]+
        """, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\]\((?<target>[^)#]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
