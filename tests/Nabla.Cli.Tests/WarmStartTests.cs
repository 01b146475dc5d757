using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary><c>train --from MODEL</c>: a training that begins with the weights of another.</summary>
public class WarmStartTests
{
    [Fact]
    public async Task Two_full_batch_trainings_one_from_the_other_are_one()
    {
        using TemporaryFolder folder = new();
        string[] common = ["train", "xor", "--threads", "1", "--batch-size", "4"];
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync([.. common, "--epochs", "30", "--out", folder.File("whole.safetensors")])).Code);
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync([.. common, "--epochs", "10", "--out", folder.File("first.safetensors")])).Code);
        Run run = await CommandLine.RunAsync([.. common, "--epochs", "20", "--from", folder.File("first.safetensors"), "--out", folder.File("both.safetensors")]);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains($"init the weights of {folder.File("first.safetensors")}", run.Error, StringComparison.Ordinal);
        Assert.Equal(Weights(folder.File("whole.safetensors")), Weights(folder.File("both.safetensors")));
        Assert.NotEqual(Weights(folder.File("first.safetensors")), Weights(folder.File("both.safetensors")));
    }

    [Fact]
    public async Task A_model_of_a_table_goes_on_with_the_same_table_only()
    {
        using TemporaryFolder folder = new();
        string table = folder.File("t.csv");
        await File.WriteAllLinesAsync(table, Enumerable.Range(0, 60).Select(i => i == 0 ? "a,b,y" : $"{i % 7},{(i % 3 == 0 ? "red" : "blue")},{i % 7 * 2 + i % 3}"), TestContext.Current.CancellationToken);
        string[] train = ["train", table, "--task", "regression", "--epochs", "3"];
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync([.. train, "--out", folder.File("m.safetensors")])).Code);
        Run again = await CommandLine.RunAsync([.. train, "--from", folder.File("m.safetensors"), "--out", folder.File("n.safetensors"), "--json"]);
        Assert.Equal(ExitCode.Done, again.Code);
        Run other = await CommandLine.RunAsync([.. train, "--seed", "2", "--from", folder.File("m.safetensors"), "--out", folder.File("n.safetensors")]);
        Assert.Contains("were prepared otherwise than those of t.csv", other.Refused(ExitCode.Usage), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--layers", "30", "so --layers has nothing to say")]
    [InlineData("--activation", "tanh", "so --activation has nothing to say")]
    [InlineData("--init", "he", "so --init has nothing to say")]
    public async Task What_the_model_says_is_not_said_again(string option, string value, string expected)
    {
        using TemporaryFolder folder = new();
        string model = folder.File("m.safetensors");
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("train", "xor", "--epochs", "1", "--out", model)).Code);
        Assert.Contains(expected, (await CommandLine.RunAsync("train", "xor", option, value, "--from", model)).Refused(ExitCode.Usage), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_told_before_anything_is_loaded() =>
        Assert.Contains("there is no model file none.safetensors", (await CommandLine.RunAsync("train", "mnist", "--from", "none.safetensors")).Refused(ExitCode.BadData), StringComparison.Ordinal);

    private static string Weights(string file) => string.Join(
        ' ', Nabla.Models.Safetensors.Read(file).Tensors.SelectMany(tensor => tensor.ToDoubles()).Select(value => $"{value:R}"));
}
