using System.Globalization;
using System.Text.RegularExpressions;
using Nabla.Tests;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>docs/data.md shows files and commands: the files are written, the commands are run, and what is shown is what they print.</summary>
public sealed partial class TheDocumentOfDataIsTrue
{
    private static readonly string document = File.ReadAllText(Path.Combine(RepositoryFolder.Root, "docs", "data.md"));

    [Fact]
    public async Task Every_command_runs_on_the_files_that_are_shown_and_prints_what_is_shown()
    {
        using TemporaryFolder folder = new();
        foreach (Match file in Table().Matches(document))
        {
            await File.WriteAllTextAsync(Path.Combine(folder.Path, file.Groups["name"].Value), file.Groups["text"].Value, TestContext.Current.CancellationToken);
        }

        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "flats.parquet"), await FlatsInParquet.OfAsync(Path.Combine(folder.Path, "flats.csv")), TestContext.Current.CancellationToken);
        List<Run> runs = [];
        foreach (Match block in Console().Matches(document))
        {
            foreach (string part in block.Groups["text"].Value.Split("$ nabla ", StringSplitOptions.RemoveEmptyEntries))
            {
                string[] lines = part.TrimEnd('\n').Split('\n');
                Run run = await CommandLine.StartAsync(folder.Path, lines[0].Split(' '));
                Assert.True(run.Code == 0, $"nabla {lines[0]}: {run.Error}");
                AssertShown(lines[1..], run.Output.Split('\n'), lines[0]);
                runs.Add(run);
            }
        }

        Assert.Equal(4, runs.Count);
        AssertNotes(runs[0].Error);
        Assert.Contains($"```text\n{runs[1].Error}```\n", document, StringComparison.Ordinal);
        Run wrong = await CommandLine.StartAsync(folder.Path, ["predict", "flats.safetensors", "wrong.csv"]);
        Assert.Contains($"```text\n{wrong.Error}```\n", document, StringComparison.Ordinal);
    }

    /// <summary>An option that the document does not name is one that nobody finds.</summary>
    [Fact]
    public async Task Every_option_of_tables_is_named()
    {
        string help = (await CommandLine.RunAsync("train", "--help")).Output;
        foreach (string option in new[]
        {
            "--target", "--features", "--categories", "--task", "--no-header", "--missing-numbers", "--missing-categories", "--validation", "--test", "--test-file", "--labels", "--window",
        })
        {
            Assert.Contains($"{option} ", help, StringComparison.Ordinal);
            Assert.Contains(option, document, StringComparison.Ordinal);
        }
    }

    private static void AssertNotes(string error)
    {
        string[] shown = document.Split("```text\nData ")[1].Split("```")[0].TrimEnd('\n').Split('\n');
        Assert.Equal(5, shown.Length);
        Assert.Equal(["Data " + shown[0], .. shown[1..]], error.Split('\n')[..5]);
    }

    /// <summary>The lines come in this order, with others between them only at an ellipsis. Numbers may differ by a hundredth: another processor adds in another order.</summary>
    private static void AssertShown(string[] shown, string[] printed, string command)
    {
        int at = 0;
        bool gap = false;
        foreach (string line in shown)
        {
            if (line == "...")
            {
                gap = true;
                continue;
            }

            int found = gap ? Array.FindIndex(printed, at, text => Same(line, text)) : at < printed.Length && Same(line, printed[at]) ? at : -1;
            Assert.True(found >= 0, $"nabla {command} does not print '{line}' where the document shows it, but\n{string.Join('\n', printed)}");
            (at, gap) = (found + 1, false);
        }
    }

    private static bool Same(string shown, string printed)
    {
        string[] left = shown.Split(' ', ',');
        string[] right = printed.Split(' ', ',');
        return left.Length == right.Length && left.Zip(right).All(pair => pair.First == pair.Second
            || (double.TryParse(pair.First, CultureInfo.InvariantCulture, out double a) && double.TryParse(pair.Second, CultureInfo.InvariantCulture, out double b)
                && Math.Abs(a - b) <= 0.01 * Math.Abs(a)));
    }

    [GeneratedRegex(@"^(?<name>\w+\.csv):\n\n```csv\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Table();

    [GeneratedRegex(@"^```console\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Console();
}
