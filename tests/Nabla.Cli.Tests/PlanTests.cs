using Nabla.Cli.CommandLine;

namespace Nabla.Cli.Tests;

/// <summary><c>nabla plan</c>.</summary>
public class PlanTests
{
    [Fact]
    public async Task A_plan_is_shown_with_its_equations_and_costs()
    {
        Run run = await CommandLine.RunAsync("plan", "784-30-10", "--batch-size", "10", "--path", "portable");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Empty(run.Error);
        Assert.StartsWith("8 instructions in 2 phases, portable, 1 thread; 961 kFLOP; buffer ", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n       BP2   Δ¹ = ((W²)ᵀ Δ²) ⊙ A¹ ⊙ (1 − A¹)\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n       BP4   W¹ ← W¹ − η Δ¹ (A⁰)ᵀ\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n       BP3   b² ← b² − η Δ² 1\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_as_json_has_an_object_for_each_instruction()
    {
        Run run = await CommandLine.RunAsync("plan", "784-30-10", "--batch-size", "10", "--optimizer", "adam", "--threads", "2", "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(8, run.Objects.Count);
        Assert.Equal(
            ["operation", "equations", "rows", "columns", "flop", "bytes", "phase", "split", "update"],
            run.Objects[0].EnumerateObject().Select(member => member.Name));

        // The products of a step: 2·10·(784·30 + 30·10) forward, as many for the weights, 2·10·30·10 for Δ¹.
        Assert.InRange(run.Objects.Sum(line => line.GetProperty("flop").GetInt64()), 2 * 10 * (2 * (784 * 30 + 30 * 10) + 300), 1_300_000);
        Assert.Equal(4, run.Objects.Count(line => line.GetProperty("update").GetBoolean()));
    }

    [Theory]
    [InlineData("plan", "NETWORK")]
    [InlineData("plan 3", "a network needs at least two sizes")]
    [InlineData("plan 3-4-1 --loss mse", "unknown loss 'mse'")]
    [InlineData("plan 3-4-1 --path avx3", "unknown value of --path 'avx3'")]
    [InlineData("plan 3-4-1 --threads 0", "--threads takes a whole number from 1")]
    [InlineData("plan 3-4-1 --loss cross-entropy --output-activation relu", "the loss cross-entropy is made for softmax in the last layer")]
    public async Task A_slip_is_named_with_what_would_be_right(string line, string expected)
    {
        Run run = await CommandLine.RunAsync(line.Split(' '));
        Assert.Contains(expected, run.Refused(ExitCode.Usage), StringComparison.Ordinal);
    }
}
