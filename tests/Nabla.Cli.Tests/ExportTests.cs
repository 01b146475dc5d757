using System.Text.Json;
using Nabla.Models;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>export and import: a model goes out and comes back.</summary>
public sealed class ExportTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    public async ValueTask InitializeAsync() =>
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("train", "xor", "--epochs", "50", "--out", File("xor.safetensors"))).Code);

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_model_comes_back_from_onnx_with_the_same_bits()
    {
        Run export = await CommandLine.RunAsync("export", File("xor.safetensors"), "--onnx", File("xor.onnx"));
        Assert.Equal((ExitCode.Done, ""), (export.Code, export.Error));
        Assert.Equal($"onnx         {File("xor.onnx")}, {new FileInfo(File("xor.onnx")).Length:N0} bytes\n", export.Output);
        Run import = await CommandLine.RunAsync("import", File("xor.onnx"), "--out", File("back.safetensors"));
        Assert.Equal((ExitCode.Done, ""), (import.Code, import.Error));
        Assert.Equal(System.IO.File.ReadAllBytes(File("xor.safetensors")), System.IO.File.ReadAllBytes(File("back.safetensors")));
    }

    [Fact]
    public async Task A_model_comes_back_from_its_tensors_when_one_says_what_they_do_not()
    {
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("export", File("xor.safetensors"), "--safetensors", File("weights.safetensors"))).Code);
        SafetensorsFile weights = Safetensors.Read(File("weights.safetensors"));
        Assert.Equal(["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"], weights.Tensors.Select(tensor => tensor.Name));
        Assert.Equal("pt", Assert.Single(weights.Metadata).Value);
        Run run = await CommandLine.RunAsync("import", File("weights.safetensors"), "--out", File("back.safetensors"));
        Assert.Equal(
            "weights.safetensors does not say which activation follows 'layers.0.weight', so it must be given (--activation relu)", run.Refused(ExitCode.Usage));
        (ModelDescription before, _) = ModelFile.Read(File("xor.safetensors"));
        run = await CommandLine.RunAsync(
            "import", File("weights.safetensors"), "--out", File("back.safetensors"), "--activation", before.Network.Layers[0].Activation.Name,
            "--output-activation", before.Network.Layers[^1].Activation.Name, "--loss", before.Loss, "--json");
        JsonElement json = Assert.Single(run.Objects);
        Assert.Equal(["model", "network", "activations", "loss", "parameters"], json.EnumerateObject().Select(member => member.Name));
        string expected = (await CommandLine.RunAsync("predict", File("xor.safetensors"), "xor")).Output;
        Assert.Equal(expected, (await CommandLine.RunAsync("predict", File("back.safetensors"), "xor")).Output);
    }

    [Fact]
    public async Task A_program_is_called_as_its_file()
    {
        Run run = await CommandLine.RunAsync("export", File("xor.safetensors"), "--csharp", File("my-xor.cs"));
        Assert.Equal(ExitCode.Done, run.Code);
        string source = System.IO.File.ReadAllText(File("my-xor.cs"));
        Assert.Contains("public sealed class MyXor\n", source, StringComparison.Ordinal);
        Assert.Contains("// ∂C/∂W¹ = ", source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_learns_by_the_optimizer_that_is_named()
    {
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("export", File("xor.safetensors"), "--csharp", File("Sgd.cs"))).Code);
        Assert.Contains("/// <summary>One step of sgd on m samples.</summary>\n", System.IO.File.ReadAllText(File("Sgd.cs")), StringComparison.Ordinal);
        Run run = await CommandLine.RunAsync("export", File("xor.safetensors"), "--csharp", File("Xor.cs"), "--optimizer", "adam", "--beta1", "0.8125");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Error));
        string source = System.IO.File.ReadAllText(File("Xor.cs"));
        Assert.Contains("/// <summary>One step of adam on m samples.</summary>\n", source, StringComparison.Ordinal);
        Assert.Contains("0.8125 * ", source, StringComparison.Ordinal);
        Assert.Equal(
            "unknown optimizer 'adan'; did you mean 'adam'? Known: adagrad, adam, adamw, momentum, nesterov, rmsprop, sgd",
            (await CommandLine.RunAsync("export", File("xor.safetensors"), "--csharp", File("none.cs"), "--optimizer", "adan")).Refused(ExitCode.Usage));
        Assert.Equal(
            "adam is for the training step that --csharp writes, but no file of C# is asked for",
            (await CommandLine.RunAsync("export", File("xor.safetensors"), "--card", File("none.md"), "--optimizer", "adam")).Refused(ExitCode.Usage));
        Assert.DoesNotContain("none.md", folder.Files);
    }

    [Fact]
    public async Task A_card_says_what_the_model_is()
    {
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("export", File("xor.safetensors"), "--card", File("xor.md"))).Code);
        string card = System.IO.File.ReadAllText(File("xor.md"));
        (ModelDescription description, _) = ModelFile.Read(File("xor.safetensors"));
        Assert.StartsWith($"# xor\n\nA feed-forward network {description.Network} with {description.Network.ParameterCount} weights and biases", card);
        Assert.All(["## Network", "## Training", "## Figures", "## Limits", "- Data: xor.", "- epochs: 50", $"- Loss: `{description.Loss}`"], part => Assert.Contains(part, card));
    }

    [Fact]
    public async Task What_is_no_network_is_refused()
    {
        folder.Write("text.onnx", "This is no network."u8.ToArray());
        Assert.Equal(
            "text.onnx: the file is not an ONNX model: its messages are cut off or damaged",
            (await CommandLine.RunAsync("import", File("text.onnx"), "--out", File("out.safetensors"))).Refused(ExitCode.BadData));
        Assert.Equal(
            $"{File("xor.safetensors")} is a model of this program already; nabla inspect shows it",
            (await CommandLine.RunAsync("import", File("xor.safetensors"), "--out", File("out.safetensors"))).Refused(ExitCode.BadData));
        Assert.Equal(
            $"there is no file {File("none.onnx")}",
            (await CommandLine.RunAsync("import", File("none.onnx"), "--out", File("out.safetensors"))).Refused(ExitCode.BadData));
        Assert.Equal(
            $"there is no model file {File("none")}; nabla train writes one",
            (await CommandLine.RunAsync("export", File("none"), "--onnx", File("out.onnx"))).Refused(ExitCode.BadData));
        Assert.DoesNotContain("out.safetensors", folder.Files);
        Assert.DoesNotContain("out.onnx", folder.Files);
    }

    private string File(string name) => Path.Combine(folder.Path, name);
}
