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
    public async Task The_studio_prints_an_address_with_a_token_lets_nobody_in_without_it_and_ends_when_it_is_interrupted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no kill");
        using TemporaryFolder folder = new();
        using System.Net.Sockets.TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        System.Net.HttpStatusCode answer = default;
        Run run = await CommandLine.StartAsync(folder.Path, ["studio", "--no-browser", "--port", $"{port}"], async process =>
        {
            using HttpClient client = new();
            using HttpResponseMessage response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/"), TestContext.Current.CancellationToken);
            answer = response.StatusCode;
            using Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        });
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, answer);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Matches(@$"^http://127\.0\.0\.1:{port}/\?token=[0-9a-f]{{32}}\n$", run.Output);
        Assert.Equal("nabla: the studio is open at this address, on this machine only; Ctrl-C ends it\n", run.Error);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_failure_with_one_sentence()
    {
        using System.Net.Sockets.TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        Run run = await CommandLine.RunAsync("studio", "--no-browser", "--port", $"{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}");
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.StartsWith("nabla: the studio cannot listen on port", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task An_interrupted_training_with_patience_keeps_the_best_weights_so_far()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no kill");
        using TemporaryFolder folder = new();

        // A rate at which the loss goes up and down, so that the last epoch is seldom the best.
        Run run = await CommandLine.StartAsync(
            folder.Path,
            ["train", "digits", "--layers", "8", "--learning-rate", "3", "--epochs", "100000", "--validation", "0.2", "--patience", "100000", "--json"],
            async process =>
            {
                await Task.Delay(1000, TestContext.Current.CancellationToken);
                using Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            });
        Assert.Equal(ExitCode.Interrupted, run.Code);
        var best = run.Objects.SkipLast(1).MinBy(one => one.GetProperty("validation_loss").GetDouble());
        int epoch = best.GetProperty("epoch").GetInt32();
        Assert.Equal(epoch, run.Objects[^1].GetProperty("restored_epoch").GetInt32());
        Assert.EndsWith($"; the weights of epoch {epoch}, the best so far, are in digits.safetensors\n", run.Error, StringComparison.Ordinal);

        // The metrics are those of the weights that are in the file.
        Assert.Equal(best.GetProperty("test_accuracy").GetDouble(), run.Objects[^1].GetProperty("metrics").GetProperty("accuracy").GetDouble(), 12);
        Assert.Equal(best.GetProperty("test_accuracy").GetDouble(), run.Objects[^1].GetProperty("test_accuracy").GetDouble(), 12);
    }

    [Fact]
    public async Task An_earlier_model_survives_an_interruption_in_the_first_epoch_and_its_end_is_told()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no kill");
        using TemporaryFolder folder = new();
        Run first = await CommandLine.StartAsync(folder.Path, ["train", "digits", "--layers", "4", "--epochs", "1"]);
        Assert.DoesNotContain("is there already", first.Error, StringComparison.Ordinal);
        byte[] before = await File.ReadAllBytesAsync(folder.File("digits.safetensors"), TestContext.Current.CancellationToken);
        using Process process = CommandLine.Open(folder.Path, "train", "digits", "--layers", "2000-2000", "--epochs", "2", "--json");
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string error = "";
        while (!error.Contains("it is replaced when this training ends", StringComparison.Ordinal))
        {
            error += await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException(error);
        }

        using Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Interrupted, process.ExitCode);
        Assert.EndsWith("nabla: interrupted in epoch 1 of 2; digits.safetensors is still the model that was there before\n", error, StringComparison.Ordinal);
        Assert.Contains("\"model\":null", await output, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(folder.File("digits.safetensors"), TestContext.Current.CancellationToken));

        Run again = await CommandLine.StartAsync(folder.Path, ["train", "digits", "--layers", "5", "--epochs", "1"]);
        Assert.Contains("digits.safetensors is there already; it is replaced when this training ends", again.Error, StringComparison.Ordinal);
        Assert.NotEqual(before, await File.ReadAllBytesAsync(folder.File("digits.safetensors"), TestContext.Current.CancellationToken));
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

    [Theory]
    [InlineData("train xor --epochs 1")]
    [InlineData("train xor --epochs 1 --json")]
    [InlineData("derive 3-4-2")]
    [InlineData("predict xor.safetensors xor")]
    [InlineData("inspect xor.safetensors --json")]
    [InlineData("--help")]
    public async Task Results_that_cannot_be_written_are_a_failure_with_one_sentence(string command)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        using TemporaryFolder folder = new();
        await CommandLine.RunAsync("train", "xor", "--epochs", "1", "--out", Path.Combine(folder.Path, "xor.safetensors"));
        Run run = await CommandLine.ShellAsync(folder.Path, $"$NABLA {command} >/dev/full");
        Assert.Equal(ExitCode.Failure, run.Code);
        string last = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.StartsWith("nabla: the results cannot be written to the standard output: No space left on device", last);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_that_cannot_be_written_stop_nothing()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        using TemporaryFolder folder = new();
        Run run = await CommandLine.ShellAsync(folder.Path, "$NABLA train xor --epochs 3 --json 2>/dev/full");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(4, run.Objects.Count);
    }

    /// <summary>The heap may hold 120 MiB: enough for what the check lets through (72 MB), and the check refuses what is more (162 MB).</summary>
    [Fact]
    public async Task A_network_is_trained_where_it_fits_into_memory_and_refused_where_it_does_not()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no sh");
        using TemporaryFolder folder = new();
        Run fits = await CommandLine.ShellAsync(folder.Path, "DOTNET_GCHeapHardLimit=0x7800000 $NABLA train xor --layers 3000-3000 --epochs 1");
        Assert.True(fits.Code == ExitCode.Done, fits.Error);
        Run large = await CommandLine.ShellAsync(folder.Path, "DOTNET_GCHeapHardLimit=0x7800000 $NABLA train xor --layers 4500-4500 --epochs 1");
        Assert.StartsWith("the network 2-4500-4500-1 has 20,272,501 weights and biases; training it takes 0.2 GiB", large.Refused(ExitCode.Usage));
        Run wide = await CommandLine.ShellAsync(folder.Path, "DOTNET_GCHeapHardLimit=0x7800000 $NABLA train digits --layers 500 --batch-size 10000");
        Assert.StartsWith("the network 784-500-10 has 397,510 weights and biases; training it takes 0.2 GiB", wide.Refused(ExitCode.Usage));
    }

    /// <summary>Thrown where results are written, as a stand-in for anywhere.</summary>
    [Fact]
    public async Task What_no_check_foresees_ends_with_a_sentence_and_not_with_a_stack_trace()
    {
        foreach ((Exception thrown, string sentence) in new (Exception, string)[]
        {
            (new InsufficientMemoryException(), "there is not enough memory for this"),
            (new NotSupportedException("no\nsuch thing"), "an error in the program itself: no such thing (NotSupportedException)"),
            (new InvalidOperationException("not now"), "an error in the program itself: not now (InvalidOperationException)"),
        })
        {
            StringWriter error = new();
            int code = await Tool.RunAsync(["derive", "3-4-2"], new Terminal(new ThrowingWriter(thrown), error));
            Assert.StartsWith(sentence, Assert.Single($"{error}".Split('\n', StringSplitOptions.RemoveEmptyEntries))["nabla: ".Length..], StringComparison.Ordinal);
            Assert.Equal(ExitCode.Failure, code);
        }
    }

    [Fact]
    public async Task An_error_goes_to_stderr_with_its_exit_code()
    {
        using TemporaryFolder folder = new();
        Run run = await CommandLine.StartAsync(folder.Path, ["train", "digts"]);
        Assert.StartsWith("unknown data set 'digts'; did you mean 'digits'?", run.Refused(ExitCode.Usage));
        Assert.Empty(folder.Files);
    }

    private sealed class ThrowingWriter(Exception thrown) : StringWriter
    {
        public override void Write(char value) => throw thrown;

        public override void Write(string? value) => throw thrown;

        public override void WriteLine(string? value) => throw thrown;
    }
}
