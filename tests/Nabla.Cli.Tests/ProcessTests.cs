using System.Diagnostics;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>What only a process of its own can show: signals, pipes, the current folder.</summary>
public class ProcessTests
{
    [Fact]
    public async Task Without_a_name_the_model_is_written_to_the_current_folder()
    {
        using TemporaryFolder folder = new();
        Run run = await CommandLine.StartAsync(folder.Path, ["train", "book"]);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(["book.safetensors"], folder.Files);
        Assert.Contains("Model          book.safetensors\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_that_goes_into_a_pipe_holds_escape_codes()
    {
        using TemporaryFolder folder = new();
        foreach (string[] args in new[] { new[] { "train", "digits", "--layers", "8", "--epochs", "1" }, ["evaluate", "digits.safetensors", "digits"] })
        {
            Run run = await CommandLine.StartAsync(folder.Path, args);
            Assert.Equal(ExitCode.Done, run.Code);
            Assert.DoesNotContain('\e', run.Output);
            Assert.DoesNotContain('\e', run.Error);
        }
    }

    [Theory]
    [InlineData("-INT", ExitCode.Interrupted)]
    [InlineData("-TERM", ExitCode.Terminated)]
    public async Task An_interrupted_training_saves_the_model_and_says_so(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no kill");
        using TemporaryFolder folder = new();
        Run run = await CommandLine.StartAsync(
            folder.Path,
            ["train", "digits", "--layers", "16", "--epochs", "100000", "--json"],
            async process =>
            {
                using Process kill = Process.Start("kill", [signal, $"{process.Id}"]);
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            });
        Assert.Equal(code, run.Code);
        Assert.Matches(@"\nnabla: interrupted in epoch \d+ of 100000; the model as it was then is in digits.safetensors\n$", run.Error);
        Assert.Equal("done", run.Objects[^1].GetProperty("event").GetString());
        Assert.Equal(run.Objects.Count - 1, run.Objects[^1].GetProperty("epochs").GetInt32());
        Assert.Equal(["digits.safetensors"], folder.Files);
        Run inspected = await CommandLine.RunAsync("inspect", Path.Combine(folder.Path, "digits.safetensors"), "--json");
        Assert.Equal("784-16-10", Assert.Single(inspected.Objects).GetProperty("network").GetString());
    }

    [Fact]
    public async Task A_reader_that_has_seen_enough_is_no_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no head");
        using TemporaryFolder folder = new();
        Run run = await CommandLine.ShellAsync(
            folder.Path, "$NABLA train digits --layers 8 --epochs 1 >train 2>&1; $NABLA predict digits.safetensors digits --json | head -n 1");
        Assert.Single(run.Objects);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task An_error_goes_to_stderr_with_its_exit_code()
    {
        using TemporaryFolder folder = new();
        Run run = await CommandLine.StartAsync(folder.Path, ["train", "digts"]);
        Assert.StartsWith("unknown data set 'digts'; did you mean 'digits'?", run.Refused(ExitCode.Usage));
        Assert.Empty(folder.Files);
    }
}
