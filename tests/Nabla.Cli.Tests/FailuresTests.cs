using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>What cannot be written is a failure (1) with one sentence, and not bad data (3).</summary>
public class FailuresTests
{
    [Fact]
    public async Task A_stdout_that_was_closed_is_a_failure_and_no_bad_data()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no sh");
        using TemporaryFolder folder = new();
        Run run = await CommandLine.ShellAsync(folder.Path, "$NABLA derive 3-4-2 >&-");
        Assert.StartsWith("the results cannot be written to the standard output: ", run.Refused(ExitCode.Failure));
    }

    [Fact]
    public async Task A_model_that_cannot_be_written_in_the_end_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no file modes");
        using TemporaryFolder folder = new();
        string model = Path.Combine(folder.Path, "gone", "model.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(model)!);
        StringWriter error = new();

        // The folder goes away when the first epoch is reported.
        Acting output = new(() => Directory.Delete(Path.GetDirectoryName(model)!, recursive: true));
        int code = await Tool.RunAsync(["train", "xor", "--epochs", "1", "--json", "--out", model], new Terminal(output, error));
        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains($"\nnabla: the model cannot be written to {model}: ", $"{error}", StringComparison.Ordinal);
    }

    /// <summary>A stream that does something when it is written to.</summary>
    private sealed class Acting(Action act) : StringWriter
    {
        public override void Write(string? value) => act();
    }
}
