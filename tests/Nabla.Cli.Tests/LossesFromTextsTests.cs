namespace Nabla.Cli.Tests;

/// <summary><c>--loss EXPRESSION</c>, and texts that are too large or too deep for an expression.</summary>
public class LossesFromTextsTests
{
    [Fact]
    public async Task A_loss_from_a_text_is_trained_with_saved_and_evaluated()
    {
        string folder = Directory.CreateTempSubdirectory("nabla-loss-").FullName;
        try
        {
            Run trained = await CommandLine.StartAsync(folder, ["train", "xor", "--loss", "sum((y-a).^4)/m", "--learning-rate", "0.05", "--json"]);
            Assert.True(trained.Code == 0, trained.Error);
            Run evaluated = await CommandLine.StartAsync(folder, ["evaluate", "xor.safetensors", "xor"]);
            Assert.True(evaluated.Code == 0, evaluated.Error);
            Run inspected = await CommandLine.StartAsync(folder, ["inspect", "xor.safetensors"]);
            Assert.Contains("sum((y-a).^4)/m", inspected.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("train xor --loss (y-a).^2", "nabla: a loss is a scalar")]
    [InlineData("train xor --loss sum(y-b)", "unknown name 'b'")]
    [InlineData("train xor --loss det(a*y'+eye(n))", "the operation det cannot be compiled")]
    [InlineData("train xor --loss sum((y-a).^2)/m --reduction sum", "--reduction goes with the name of a loss")]
    [InlineData("derive 3-4-2 --loss sum((y-a)", "this bracket is never closed")]
    [InlineData("derive 3-4-2 --loss sum(y.*z) --style textbook", "the textbook style goes from the loss through the outputs a alone")]
    public async Task A_loss_that_cannot_be_used_is_refused_with_a_sentence(string arguments, string said)
    {
        Run run = await CommandLine.StartAsync(Path.GetTempPath(), arguments.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("deep brackets")]
    [InlineData("a long name")]
    public async Task A_claim_that_is_too_deep_or_too_long_is_refused_with_one_sentence(string what)
    {
        string claim = what == "deep brackets" ? new string('(', 10_000) + "x" + new string(')', 10_000) : new string('a', 100_000);
        Run run = await CommandLine.StartAsync(Path.GetTempPath(), ["check", "x'*x", "--where", "x: n", "--wrt", "x", "--claim", claim]);
        Assert.Equal(2, run.Code);
        Assert.Equal(3, run.Error.TrimEnd('\n').Split('\n').Length);
        Assert.True(run.Error.Length < 700, run.Error);
    }
}
