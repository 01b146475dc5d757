using System.Diagnostics;
using System.Globalization;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>A training that was killed, interrupted or out of room goes on to the same file, byte for byte.</summary>
public class TrainingIsResumed
{
    /// <summary>The continuous integration asks for all fifty.</summary>
    private static readonly int kills = int.Parse(Environment.GetEnvironmentVariable("NABLA_KILLS") ?? "3", CultureInfo.InvariantCulture);

    private static readonly string[] training = ["train", "digits", "--layers", "16", "--epochs", "2", "--out", "model.safetensors"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task After_every_kill_the_newest_checkpoint_is_whole_and_the_end_is_the_same(int threads)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no kill");
        string[] optimizer = threads == 1 ? ["--optimizer", "adam", "--learning-rate", "0.001"] : ["--layers", "512", "--batch-size", "200", "--optimizer", "momentum"];
        string[] words = [.. training.Where(word => threads == 1 || word is not ("--layers" or "16")), .. optimizer, "--threads", $"{threads}"];
        using TemporaryFolder whole = new();
        Assert.Equal(ExitCode.Done, (await CommandLine.StartAsync(whole.Path, words)).Code);
        byte[] expected = await File.ReadAllBytesAsync(whole.File("model.safetensors"), TestContext.Current.CancellationToken);

        // A checkpoint after every second step: half of the time a save is under way.
        string every = threads == 1 ? "2" : "1";
        Random random = new(threads);
        int killed = 0;
        int finished = 0;
        while (killed < kills)
        {
            using TemporaryFolder folder = new();
            bool done = false;
            while (!done)
            {
                string[] args = Directory.Exists(folder.File("run")) && Directory.EnumerateFiles(folder.File("run"), "step-*").Any()
                    ? ["train", "--resume", "run"]
                    : [.. words, "--checkpoint", "run", "--every", every];
                using Process process = CommandLine.Open(folder.Path, args);
                Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
                Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
                done = process.WaitForExit(killed < kills ? random.Next(300, 1500) : 300_000);
                if (!done)
                {
                    process.Kill();
                    await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                    killed++;
                    await output;
                    Assert.DoesNotContain("does not hold what its name promises", await error, StringComparison.Ordinal);
                    continue;
                }

                await output;
                Assert.True(process.ExitCode == ExitCode.Done, await error);
                finished++;
            }

            Assert.Equal(expected, await File.ReadAllBytesAsync(folder.File("model.safetensors"), TestContext.Current.CancellationToken));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{killed} kills, {finished} trainings came to their end");
    }

    [Theory]
    [InlineData("-INT", ExitCode.Interrupted)]
    [InlineData("-TERM", ExitCode.Terminated)]
    public async Task An_interrupted_training_says_how_it_goes_on(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no kill");
        using TemporaryFolder folder = new();
        string[] words = ["train", "digits", "--layers", "64", "--epochs", "6", "--json"];
        Assert.Equal(ExitCode.Done, (await CommandLine.StartAsync(folder.Path, [.. words, "--out", "whole.safetensors"])).Code);
        Run run = await CommandLine.StartAsync(
            folder.Path,
            [.. words, "--out", "part.safetensors", "--checkpoint", "my run"],
            async process =>
            {
                using Process kill = Process.Start("kill", [signal, $"{process.Id}"]);
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            });
        Assert.Equal(code, run.Code);
        Assert.Matches("""\nnabla: interrupted in epoch \d+ of 6; the model as it was then is in part.safetensors; nabla train --resume "my run" goes on from there\n$""", run.Error);
        Run rest = await CommandLine.StartAsync(folder.Path, ["train", "--resume", "my run", "--json"]);
        Assert.Equal(ExitCode.Done, rest.Code);
        Assert.Equal(6, rest.Objects[^1].GetProperty("epochs").GetInt32());
        Assert.Equal(6, run.Objects.Count - 1 + rest.Objects.Count - 1);
        Assert.Equal(await Bytes("whole.safetensors"), await Bytes("part.safetensors"));

        Task<byte[]> Bytes(string name) => File.ReadAllBytesAsync(folder.File(name), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_full_disk_ends_the_training_and_leaves_the_checkpoint_before_it_whole()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no ulimit");
        using TemporaryFolder folder = new();

        // A limit on the size of a file stands for the disk: the write fails in the middle in the same way. The runtime itself must not need such a file.
        string words = string.Join(' ', training);
        Run run = await CommandLine.ShellAsync(folder.Path, $"$NABLA {words} --checkpoint run --every 600 >/dev/null; cp -r run before; rm run/step-*1250*; rm -r before/step-*1250*; " +
            "trap '' 25; ulimit -f 60; export DOTNET_EnableWriteXorExecute=0; $NABLA train --resume run");
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.Matches(@"nabla: the checkpoint of epoch \d, step 1250 cannot be written to run, so training stops; the checkpoints before it are whole: ", run.Error);
        string[] kept = [.. Directory.GetFiles(folder.File("before")).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
        Assert.Equal<string[]>(kept, [.. Directory.GetFiles(folder.File("run")).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)]);
        Assert.NotEmpty(kept);
        foreach (string name in kept)
        {
            Assert.Equal(
                await File.ReadAllBytesAsync(Path.Combine(folder.File("before"), name), TestContext.Current.CancellationToken),
                await File.ReadAllBytesAsync(Path.Combine(folder.File("run"), name), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_folder_without_permission_ends_the_training_and_leaves_the_checkpoint_before_it_whole()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no chmod");

        // The superuser may write anywhere, unless that is taken from the process.
        string held = Environment.IsPrivilegedProcess ? "setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search " : "";
        Assert.SkipWhen(held.Length > 0 && !File.Exists("/usr/bin/setpriv"), "the superuser may write anywhere, and there is no setpriv");
        using TemporaryFolder folder = new();
        string words = string.Join(' ', training);
        Run run = await CommandLine.ShellAsync(
            folder.Path,
            $"$NABLA {words} --checkpoint run --every 600 >/dev/null 2>&1; rm run/step-*1250*; cp -r run before; chmod 555 run; {held}$NABLA train --resume run; code=$?; chmod 755 run; exit $code");
        Assert.Contains("checkpoints cannot be written to run", run.Refused(ExitCode.Failure), StringComparison.Ordinal);
        string[] kept = Directory.GetFiles(folder.File("before"));
        Assert.NotEmpty(kept);
        Assert.Equal(kept.Length, Directory.GetFiles(folder.File("run")).Length);
        foreach (string file in kept)
        {
            Assert.Equal(
                await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken),
                await File.ReadAllBytesAsync(Path.Combine(folder.File("run"), Path.GetFileName(file)), TestContext.Current.CancellationToken));
        }

        Run first = await CommandLine.ShellAsync(folder.Path, $"mkdir closed; chmod 555 closed; {held}$NABLA {words} --checkpoint closed/run; code=$?; chmod 755 closed; exit $code");
        Assert.Contains("checkpoints cannot be written to closed/run", first.Refused(ExitCode.Failure), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.File("closed")));
    }

    [Fact]
    public async Task What_cannot_be_resumed_or_kept_is_refused_with_one_sentence()
    {
        using TemporaryFolder folder = new();
        string model = folder.File("model.safetensors");
        string run = folder.File("run");
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("train", "xor", "--epochs", "3", "--out", model, "--checkpoint", run)).Code);
        Assert.Contains("there is no folder", (await CommandLine.RunAsync("train", "--resume", folder.File("none"))).Refused(ExitCode.BadData), StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("empty"));
        Assert.Contains("holds no checkpoint", (await CommandLine.RunAsync("train", "--resume", folder.File("empty"))).Refused(ExitCode.BadData), StringComparison.Ordinal);
        Assert.Contains("--resume takes everything from the checkpoint", (await CommandLine.RunAsync("train", "--resume", run, "--epochs", "5")).Refused(ExitCode.Usage), StringComparison.Ordinal);
        Assert.Contains("--resume takes everything from the checkpoint", (await CommandLine.RunAsync("train", "digits", "--resume", run)).Refused(ExitCode.Usage), StringComparison.Ordinal);
        Assert.Contains("--every says how often", (await CommandLine.RunAsync("train", "xor", "--every", "5")).Refused(ExitCode.Usage), StringComparison.Ordinal);

        // Before anything is announced, and even before the data is looked for.
        Assert.Contains(
            "holds the checkpoints of another training; nabla train --resume", (await CommandLine.RunAsync("train", "none.csv", "--out", model, "--checkpoint", run)).Refused(ExitCode.Usage), StringComparison.Ordinal);
        Assert.Contains("checkpoints cannot be written to", (await CommandLine.RunAsync("train", "xor", "--out", model, "--checkpoint", model)).Refused(ExitCode.Failure), StringComparison.Ordinal);
        Assert.Contains("--checkpoint does not go with --optimizer lbfgs", (await CommandLine.RunAsync("train", "xor", "--optimizer", "lbfgs", "--out", model, "--checkpoint", folder.File("new"))).Refused(ExitCode.Usage), StringComparison.Ordinal);
        Run again = await CommandLine.RunAsync("train", "--resume", run, "--out", folder.File("again.safetensors"));
        Assert.Equal(ExitCode.Done, again.Code);
        Assert.Equal(await File.ReadAllBytesAsync(model, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(folder.File("again.safetensors"), TestContext.Current.CancellationToken));
    }
}
