using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>What is read is never what is written over, and what cannot be learned is not trained.</summary>
public class NothingIsLost
{
    [Theory]
    [InlineData("train t.csv --out t.csv", "--out 't.csv' is the file of the data too")]
    [InlineData("train t.csv --report t.csv", "--report 't.csv' is the file of the data too")]
    [InlineData("train t.csv --out m.safetensors --report ./m.safetensors", "--report './m.safetensors' is the file of --out too")]
    [InlineData("train t.csv --test-file u.csv --out u.csv", "--out 'u.csv' is the file of --test-file too")]
    [InlineData("export x.safetensors --card x.safetensors", "--card 'x.safetensors' is the file of the model too")]
    [InlineData("import x.safetensors --out x.safetensors", "--out 'x.safetensors' is the file of what is imported too")]
    public async Task A_file_that_is_read_is_not_written(string line, string expected)
    {
        using TemporaryFolder folder = new();
        string table = "a,b\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{i * i}\n"));
        await File.WriteAllTextAsync(folder.File("t.csv"), table, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.File("u.csv"), table, TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("train", "xor", "--epochs", "1", "--out", folder.File("x.safetensors"))).Code);
        byte[] model = await File.ReadAllBytesAsync(folder.File("x.safetensors"), TestContext.Current.CancellationToken);
        Run run = await CommandLine.StartAsync(folder.Path, line.Split(' '));
        Assert.Contains(expected, run.Refused(ExitCode.Usage), StringComparison.Ordinal);
        Assert.Equal(table, await File.ReadAllTextAsync(folder.File("t.csv"), TestContext.Current.CancellationToken));
        Assert.Equal(table, await File.ReadAllTextAsync(folder.File("u.csv"), TestContext.Current.CancellationToken));
        Assert.Equal(model, await File.ReadAllBytesAsync(folder.File("x.safetensors"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("--loss", "binary-cross-entropy", "the loss binary-cross-entropy cannot learn them")]
    [InlineData("--output-activation", "sigmoid", "sigmoid in the last layer cannot learn them")]
    public async Task Standardized_numbers_are_not_learned_by_what_is_bounded(string option, string value, string expected)
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(
            folder.File("t.csv"), "a,b\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{i * i}\n")), TestContext.Current.CancellationToken);
        Run run = await CommandLine.RunAsync("train", folder.File("t.csv"), "--task", "regression", option, value, "--out", folder.File("m.safetensors"));
        Assert.Contains(expected, run.Refused(ExitCode.Usage), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("m.safetensors")));
    }
}
