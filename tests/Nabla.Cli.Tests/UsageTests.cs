using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

public class UsageTests
{
    [Theory]
    [InlineData("trian", "unknown command 'trian'; did you mean 'train'?")]
    [InlineData("bogus --json", "unknown command 'bogus'; Known: bench, check, derive, evaluate, export, import, inspect, plan, predict, studio, train")]
    [InlineData("train digts", "unknown data set 'digts'; did you mean 'digits'?")]
    [InlineData("train xor --target y", "--target goes with a file, such as table.csv, but 'xor' is a built-in data set")]
    [InlineData("train table.csv --test 1", "--test takes a fraction from 0 to less than 1, such as 0.2, but '1' is given")]
    [InlineData("train table.csv --task clasification", "unknown value of --task 'clasification'; did you mean 'classification'?")]
    [InlineData("train --learnin-rate 3", "unknown option '--learnin-rate'; did you mean '--learning-rate'?")]
    [InlineData("train book --epoch=3", "unknown option '--epoch'; did you mean '--epochs'?")]
    [InlineData("evaluate model digits --sed 3", "unknown option '--sed'; did you mean '--seed'?")]
    [InlineData("train book extra", "nabla train does not take 'extra'")]
    [InlineData("train --activation rellu", "unknown activation 'rellu'; did you mean 'relu'?")]
    [InlineData("train --output-activation sofmax", "unknown activation 'sofmax'; did you mean 'softmax'?")]
    [InlineData("train --loss crossentropy", "unknown loss 'crossentropy'; did you mean 'cross-entropy'?")]
    [InlineData("train --optimizer sdg", "unknown optimizer 'sdg'; did you mean 'sgd'?")]
    [InlineData("train --init norml", "unknown initializer 'norml'; did you mean 'normal'?")]
    [InlineData("train --reduction men", "unknown value of --reduction 'men'; did you mean 'mean'?")]
    [InlineData("train --precision half", "unknown value of --precision 'half'; Known: double, float")]
    [InlineData("train --epochs 0", "--epochs takes a whole number from 1 to 2147483647, but '0' is given")]
    [InlineData("train --epochs 1.5", "--epochs takes a whole number from 1 to 2147483647, but '1.5' is given")]
    [InlineData("train --epochs", "Required argument missing for option: '--epochs'")]
    [InlineData("train --batch-size -1", "--batch-size takes a whole number from 1 to 2147483647, but '-1' is given")]
    [InlineData("train --threads 0", "--threads takes a whole number from 1 to 2147483647, but '0' is given")]
    [InlineData("train --learning-rate -1", "--learning-rate takes a positive number, but '-1' is given")]
    [InlineData("train --learning-rate NaN", "--learning-rate takes a positive number, but 'NaN' is given")]
    [InlineData("train --learning-rate 0", "--learning-rate takes a positive number, but '0' is given")]
    [InlineData("train --seed -3", "--seed takes a whole number from 0 to 18446744073709551615, but '-3' is given")]
    [InlineData("train --layers 3x4", "'3x4' is not a network: '3x4' should be a whole number from 1 to 1000000, as in 784-30-10")]
    [InlineData("train --layers 784--10", "'784--10' is not a network: '' (nothing) should be a whole number")]
    [InlineData("train --layers 1000000-1000000", "the network 784-1000000-1000000-10 has 1,000,796,000,010 weights and biases;")]
    [InlineData("train xor --activation softmax", "layer 1: softmax belongs to the last layer, which is layer 2")]
    [InlineData("train digits --output-activation sigmoid", "the loss cross-entropy is made for softmax in the last layer, but the last layer has sigmoid")]
    [InlineData("derive 3-2 --loss binary-cross-entropy --output-activation relu", "the loss binary-cross-entropy is made for sigmoid in the last layer, but the last layer has relu")]
    [InlineData("derive 3", "a network needs at least two sizes, inputs and outputs, such as 3-4-2, but there is only '3'")]
    [InlineData("train xor --out /dev/null", "--out '/dev/null' is not an ordinary file; the model is one, such as model.safetensors")]
    [InlineData("export model.safetensors", "nabla export needs to be told what to write: --onnx, ")]
    [InlineData("export model.safetensors --onnx /nowhere/model.onnx", "--onnx '/nowhere/model.onnx' cannot be written: there is no folder /nowhere")]
    [InlineData("export model.safetensors --card /tmp", "--card '/tmp' is a folder, but the export is one file, such as /tmp/model.md")]
    [InlineData("import model.onnx", "nabla import needs --out, the model file to write, such as model.safetensors")]
    [InlineData("import model.onnx --out m --activation rellu", "unknown activation 'rellu'; did you mean 'relu'?")]
    [InlineData("train xor --loss cross-entropy", "softmax over 1 output is always 1, so nothing can be learned;")]
    public async Task A_slip_in_a_command_line_is_named_with_what_would_be_right(string line, string expected)
    {
        Run run = await CommandLine.RunAsync(line.Split(' '));
        Assert.StartsWith(expected, run.Refused(ExitCode.Usage), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_model_cannot_be_written_is_said_before_training()
    {
        using TemporaryFolder folder = new();
        string nowhere = Path.Combine(folder.Path, "nowhere", "model.safetensors");
        Assert.StartsWith($"--out '{nowhere}' cannot be written: there is no folder ", (await Train(nowhere)).Refused(ExitCode.Usage));
        Assert.StartsWith($"--out '{folder.Path}' is a folder", (await Train(folder.Path)).Refused(ExitCode.Usage));
        Assert.StartsWith("--out '' names no file", (await Train("")).Refused(ExitCode.Usage));
        Assert.Empty(folder.Files);

        static Task<Run> Train(string path) => CommandLine.RunAsync("train", "book", "--out", path);
    }

    [Fact]
    public async Task The_tool_alone_prints_its_help()
    {
        Run run = await CommandLine.RunAsync();
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.StartsWith("Examples:\n  nabla train\n", run.Output);
        Assert.Contains("inspect", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("evaluate")]
    [InlineData("predict")]
    [InlineData("inspect")]
    [InlineData("import")]
    [InlineData("bench")]
    public async Task The_help_of_a_command_begins_with_examples(string command)
    {
        Run run = await CommandLine.RunAsync(command, "--help");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.StartsWith($"Examples:\n  nabla {command}", run.Output);
        Assert.Contains("--json", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_a_number_alone()
    {
        Run run = await CommandLine.RunAsync("--version");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Matches(@"^\d+\.\d+\.\d+", run.Output);
    }
}
