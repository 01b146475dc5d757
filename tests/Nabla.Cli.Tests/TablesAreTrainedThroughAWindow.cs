using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary><c>nabla train FILE --window N</c>: tables larger than memory, and everything that goes with a table in memory.</summary>
public sealed class TablesAreTrainedThroughAWindow : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>The heap may hold 24 MiB, which is more than the tool itself takes; the table's numbers alone are 40 MB as doubles, and they cannot be packed.</summary>
    [Fact]
    public async Task A_table_larger_than_the_heap_may_become_is_trained_with_and_judged_on_and_refused_without_a_window()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no sh");
        using (StreamWriter file = new(folder.File("big.csv")))
        {
            await file.WriteLineAsync(string.Join(',', Enumerable.Range(1, 50).Select(i => $"x{i}")) + ",y");
            SeededRandom random = new(1);
            for (int row = 0; row < 100_000; row++)
            {
                for (int i = 0; i < 50; i++)
                {
                    await file.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{random.NextDouble():0.000000},"));
                }

                await file.WriteLineAsync(row % 2 == 0 ? "even" : "odd");
            }
        }

        const string limit = "DOTNET_GCHeapHardLimit=0x1800000";
        const string words = $"{limit} $NABLA train big.csv --layers 4 --epochs 1 --batch-size 500 --seed 1";
        Run streamed = await CommandLine.ShellAsync(folder.Path, $"{words} --window 1000 --out small.safetensors");
        Assert.True(streamed.Code == ExitCode.Done, streamed.Error);
        Assert.True(File.Exists(folder.File("small.safetensors")));
        Run judged = await CommandLine.ShellAsync(folder.Path, $"{limit} $NABLA evaluate small.safetensors big.csv --json");
        Assert.True(judged.Code == ExitCode.Done, judged.Error);
        Run free = await CommandLine.ShellAsync(folder.Path, "$NABLA evaluate small.safetensors big.csv --json");
        Assert.Equal(free.Output, judged.Output);
        Assert.Equal(100_000, judged.Objects[0].GetProperty("samples").GetInt32());
        Run whole = await CommandLine.ShellAsync(folder.Path, $"{words} --out whole.safetensors");
        Assert.StartsWith("there is not enough memory for this", whole.Refused(ExitCode.Failure), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("whole.safetensors")));
    }

    [Fact]
    public async Task After_kills_the_model_is_that_of_a_training_that_was_not_interrupted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no kill");
        Write("rows.csv", Rows(3000));
        string[] words = ["train", "rows.csv", "--window", "200", "--validation", "0.1", "--layers", "8", "--epochs", "12", "--batch-size", "10", "--seed", "3"];
        Run whole = await CommandLine.StartAsync(folder.Path, [.. words, "--out", "whole.safetensors"]);
        Assert.True(whole.Code == ExitCode.Done, whole.Error);
        string[] args = [.. words, "--out", "part.safetensors", "--checkpoint", "run", "--every", "7"];
        for (int steps = 50; steps <= 1650; steps += 800)
        {
            using Process process = CommandLine.Open(folder.Path, args);
            Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            while (!process.HasExited && LastStep() < steps)
            {
                await Task.Delay(2, TestContext.Current.CancellationToken);
            }

            Assert.False(process.HasExited, $"the training was over before it was killed: {(process.HasExited ? await error : "")}");
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            await output;
            Assert.False(File.Exists(folder.File("part.safetensors")));
            args = ["train", "--resume", "run"];
        }

        Run rest = await CommandLine.StartAsync(folder.Path, args);
        Assert.True(rest.Code == ExitCode.Done, rest.Error);
        Assert.Equal(await Bytes("whole.safetensors"), await Bytes("part.safetensors"));

        int LastStep() => !Directory.Exists(folder.File("run")) ? 0 : Directory.EnumerateFiles(folder.File("run"), "step-*.safetensors")
            .Select(file => int.Parse(Path.GetFileName(file).Split('-', '.')[1], CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();
    }

    [Theory]
    [InlineData("digits --window 100", "--window goes with a file, such as table.csv, but 'digits' is a built-in data set")]
    [InlineData("x.npy --labels y.npy --window 100", "x.npy is a file of arrays, which is read whole; without --window it is trained with")]
    [InlineData("xy.npz --window 100", "xy.npz is a file of arrays, which is read whole; without --window it is trained with")]
    [InlineData("x.idx --labels y.idx --window 100", "x.idx is a file of arrays, which is read whole; without --window it is trained with")]
    [InlineData("rows.csv --window 0", "--window takes a whole number from 1 to 2147483647, but '0' is given")]
    [InlineData("rows.csv --window 50 --optimizer lbfgs", "L-BFGS takes all samples at once, but those of rows")]
    public async Task What_cannot_be_streamed_is_refused(string words, string sentence)
    {
        Write("rows.csv", Rows(100));
        foreach (string name in new[] { "x.npy", "y.npy", "xy.npz", "x.idx", "y.idx" })
        {
            Write(name, "");
        }

        Run run = await CommandLine.RunAsync(["train", .. words.Split(' ').Select(word => word.Contains('.', StringComparison.Ordinal) ? folder.File(word) : word), "--out", folder.File("m.safetensors")]);
        Assert.Contains(sentence, run.Refused(ExitCode.Usage), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("m.safetensors")));
    }

    [Fact]
    public async Task A_damaged_row_in_a_late_line_is_named_and_leaves_no_model()
    {
        Write("rows.csv", Rows(5000) + "1,2\n" + Rows(10));
        Run run = await TrainAsync("rows.csv", "m");
        Assert.StartsWith("rows.csv, line 5002: the row has 2 fields, but there are 4 columns", run.Refused(ExitCode.BadData), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("m.safetensors")));
    }

    [Fact]
    public async Task Text_with_gzip_and_one_or_two_threads_give_the_same_model_and_a_report()
    {
        string text = Rows(2000);
        Write("rows.csv", text);
        await using (GZipStream gzip = new(File.Create(folder.File("rows.csv.gz")), CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        string[] words = ["--layers", "300", "--batch-size", "200"];
        Done(await TrainAsync("rows.csv", "one", [.. words, "--threads", "1"]));
        Done(await TrainAsync("rows.csv", "two", [.. words, "--threads", "2", "--report", folder.File("report.html")]));
        Done(await TrainAsync("rows.csv.gz", "gzip", [.. words, "--threads", "1"]));
        byte[] one = await Bytes("one.safetensors");
        Assert.Equal(one, await Bytes("two.safetensors"));
        Assert.Equal(Weights(one), Weights(await Bytes("gzip.safetensors")));
        string report = await File.ReadAllTextAsync(folder.File("report.html"), TestContext.Current.CancellationToken);
        Assert.Contains("rows.csv", report, StringComparison.Ordinal);
        Assert.EndsWith("</html>", report.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_learns_what_is_learned_in_memory()
    {
        string digits = InstalledTables.Digits();
        string[] words = ["--layers", "50", "--epochs", "20", "--no-header", "--task", "classification"];
        double memory = Accuracy(await CommandLine.RunAsync(["train", digits, .. words, "--json", "--out", folder.File("memory.safetensors")]));
        double streamed = Accuracy(await CommandLine.RunAsync(["train", digits, .. words, "--json", "--window", "300", "--out", folder.File("streamed.safetensors")]));
        Assert.InRange(memory, 0.9, 1);
        Assert.InRange(streamed, memory - 0.03, memory + 0.03);

        static double Accuracy(Run run)
        {
            Done(run);
            return run.Objects[^1].GetProperty("test_accuracy").GetDouble();
        }
    }

    private static void Done(Run run) => Assert.True(run.Code == ExitCode.Done, run.Error);

    /// <summary>What follows the header of a safetensors file, which is as long as its first eight bytes say.</summary>
    private static byte[] Weights(byte[] file) => file[(8 + (int)BitConverter.ToUInt64(file))..];

    /// <summary>Three numbers and a class that they decide, with a header.</summary>
    private static string Rows(int count)
    {
        StringBuilder text = new("a,b,c,kind\n");
        SeededRandom random = new(5);
        for (int i = 0; i < count; i++)
        {
            (double a, double b) = (random.NextNormal(), random.NextNormal());
            text.Append(CultureInfo.InvariantCulture, $"{a:0.0000},{b:0.0000},{random.NextNormal():0.0000},{(a * b > 0 ? "same" : "other")}\n");
        }

        return $"{text}";
    }

    private void Write(string name, string text) => File.WriteAllText(folder.File(name), text);

    private Task<byte[]> Bytes(string name) => File.ReadAllBytesAsync(folder.File(name), TestContext.Current.CancellationToken);

    private Task<Run> TrainAsync(string file, string model, params string[] more) =>
        CommandLine.RunAsync(["train", folder.File(file), "--window", "150", "--epochs", "2", "--seed", "2", "--out", folder.File($"{model}.safetensors"), .. more]);
}
