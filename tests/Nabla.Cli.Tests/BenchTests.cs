using System.Diagnostics;
using System.Text.Json;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>What nabla bench prints. How fast anything is decides nothing here.</summary>
public class BenchTests
{
    [Fact]
    public async Task A_step_is_one_json_object_with_the_members_of_the_contract()
    {
        Run run = await CommandLine.RunAsync("bench", "--layers", "7-5-3", "--batch-size", "6", "--seconds", "0.02", "--json");
        Assert.True(run.Code == ExitCode.Done, run.Error);
        JsonElement row = Assert.Single(run.Objects);
        Assert.Equal(
            ["layers", "batch_size", "threads", "path", "microseconds_per_step", "samples_per_second", "gflops", "peak_gflops"],
            row.EnumerateObject().Select(member => member.Name));
        Assert.Equal("7-5-3", row.GetProperty("layers").GetString());
        Assert.Equal(6, row.GetProperty("batch_size").GetInt32());
        Assert.Equal(1, row.GetProperty("threads").GetInt32());
        double microseconds = row.GetProperty("microseconds_per_step").GetDouble();
        Assert.Equal(6e6 / microseconds, row.GetProperty("samples_per_second").GetDouble(), 1e-4 * 6e6 / microseconds);
        double operations = 2.0 * 6 * (2 * (7 * 5 + 5 * 3) + 5 * 3);
        Assert.Equal(operations / microseconds * 1e-3, row.GetProperty("gflops").GetDouble(), 1e-4 * operations / microseconds * 1e-3);
        Assert.Contains("Verified  the weights of 7-5-3, batch 6, after 100 steps are the reference evaluator's within ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_product_is_one_json_object_with_the_members_of_the_contract()
    {
        Run run = await CommandLine.RunAsync("bench", "--gemm", "48", "--threads", "2", "--path", "portable", "--seconds", "0.02", "--json");
        Assert.True(run.Code == ExitCode.Done, run.Error);
        JsonElement row = Assert.Single(run.Objects);
        Assert.Equal(["gemm", "threads", "path", "microseconds", "gflops", "peak_gflops"], row.EnumerateObject().Select(member => member.Name));
        Assert.Equal(48, row.GetProperty("gemm").GetInt32());
        Assert.Equal(2, row.GetProperty("threads").GetInt32());
        Assert.Equal("portable", row.GetProperty("path").GetString());
    }

    [Fact]
    public async Task A_table_for_people_names_what_was_measured_and_the_path()
    {
        Run run = await CommandLine.RunAsync(
            "bench", "--layers", "50-45-10", "--batch-size", "3", "--activation", "relu", "--loss", "cross-entropy", "--path", "portable", "--seconds", "0.02");
        Assert.True(run.Code == ExitCode.Done, run.Error);
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(@"^  what +batch +threads +path +µs +samples/s +GFLOP/s +peak +of peak$", lines[0]);
        Assert.Matches(@"^  50-45-10, relu, softmax, cross-entropy, sgd +3 +1 +portable +[\d.,]+ +[\d,]+ +[\d.]+ +[\d.]+ +\d+ %$", lines[^1]);
        Assert.Contains("the small copy 40-40-10, batch 3, after ", run.Error, StringComparison.Ordinal);
        Assert.Contains("; the weights of 50-45-10, batch 3, after 1 step are ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outputs_alone_can_be_measured()
    {
        Run run = await CommandLine.RunAsync("bench", "--layers", "7-5-3", "--batch-size", "1", "--infer", "--seconds", "0.02");
        Assert.True(run.Code == ExitCode.Done, run.Error);
        Assert.Contains("  7-5-3, outputs only, sigmoid ", run.Output, StringComparison.Ordinal);
        Assert.Contains("Verified  the outputs of 7-5-3, batch 1, are the reference evaluator's within ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("784-40-10", "--infer", "the outputs of 784-40-10, batch 64, are ")]
    [InlineData("784-40-10", "--threads 1", "the weights of 784-40-10, batch 64, after 1 step are ")]
    public async Task Inputs_with_zeros_can_be_measured_and_are_verified(string layers, string option, string verified)
    {
        Run run = await CommandLine.RunAsync(["bench", "--layers", layers, "--batch-size", "64", "--zeros", "0.81", .. option.Split(' '), "--seconds", "0.02"]);
        Assert.True(run.Code == ExitCode.Done, run.Error);
        Assert.Contains(", 81 % zeros ", run.Output, StringComparison.Ordinal);
        Assert.Contains(verified, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bench --gemm 64 --zeros 0.5", "--zeros does not go with --gemm")]
    [InlineData("bench --layers 3-4-1 --zeros 1", "--zeros takes a number")]
    [InlineData("bench --batch-size 10", "--batch-size does not go with the table of standard sizes; --layers 784-30-10 names one network")]
    [InlineData("bench --threads 2", "--threads does not go with the table of standard sizes")]
    [InlineData("bench --gemm 64 --layers 3-4-1", "--layers does not go with --gemm")]
    [InlineData("bench --gemm 64 --infer", "--infer does not go with --gemm")]
    [InlineData("bench --gemm 0", "--gemm takes a whole number from 1 to 2147483647, but '0' is given")]
    [InlineData("bench --gemm 1000000", "three 1000000×1000000 matrices take ")]
    [InlineData("bench --layers 3", "a network needs at least two sizes")]
    [InlineData("bench --layers 3x4", "'3x4' is not a network")]
    [InlineData("bench --layers 1000000-1000000", "the network 1000000-1000000 has ")]
    [InlineData("bench --layers 3-4-1 --seconds 0", "--seconds takes a positive number, but '0' is given")]
    [InlineData("bench --layers 3-4-1 --path avx3", "unknown value of --path 'avx3'; did you mean 'avx2'?")]
    [InlineData("bench --layers 3-4-1 --optimizer sdg", "unknown optimizer 'sdg'; did you mean 'sgd'?")]
    [InlineData("bench --layers 3-4-1 --activation sigmod", "unknown activation 'sigmod'; did you mean 'sigmoid'?")]
    [InlineData("bench --layers 3-4-1 --loss cross-entropy --output-activation relu", "the loss cross-entropy is made for softmax in the last layer")]
    [InlineData("bench --layer 3-4-1", "unknown option '--layer'; did you mean '--layers'?")]
    [InlineData("bench digits", "nabla bench does not take 'digits'")]
    public async Task A_slip_is_named_with_what_would_be_right(string line, string expected)
    {
        Run run = await CommandLine.RunAsync(line.Split(' '));
        Assert.StartsWith(expected, run.Refused(ExitCode.Usage), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_the_machine_lacks_is_a_usage_error()
    {
        Run run = await CommandLine.ShellAsync(Path.GetTempPath(), "DOTNET_EnableAVX2=0 $NABLA bench --layers 3-4-1 --path avx2");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("nabla: --path avx2: the kernels for Avx2 were asked for, but this machine (or this build) runs only Portable", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loss_that_cannot_be_compiled_is_a_usage_error()
    {
        Run run = await CommandLine.RunAsync("bench", "--layers", "3-2-2", "--loss", "det(a*y')/m", "--seconds", "0.02");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("nabla: --loss \"det(a*y')/m\": ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_that_is_printed_holds_escape_codes()
    {
        using TemporaryFolder folder = new();
        Run run = await CommandLine.StartAsync(folder.Path, ["bench", "--layers", "3-4-1", "--seconds", "0.02"]);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.DoesNotContain('\e', run.Output + run.Error);
        Assert.Empty(folder.Files);
    }

    [Theory]
    [InlineData("-INT", ExitCode.Interrupted)]
    [InlineData("-TERM", ExitCode.Terminated)]
    public async Task An_interrupted_table_keeps_what_was_measured(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no kill");
        using TemporaryFolder folder = new();
        Run run = await CommandLine.StartAsync(
            folder.Path,
            ["bench", "--seconds", "0.05", "--json"],
            async process =>
            {
                using Process kill = Process.Start("kill", [signal, $"{process.Id}"]);
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            });
        Assert.Equal(code, run.Code);
        Assert.Equal("3-4-1", run.Objects[0].GetProperty("layers").GetString());
        Assert.EndsWith($"nabla: interrupted; {run.Objects.Count} of the measurements were made\n", run.Error, StringComparison.Ordinal);
    }
}
