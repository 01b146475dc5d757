using System.Text;
using Microsoft.Playwright;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Rendering;
using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Onnx;
using Nabla.Tests.Data;
using Nabla.Training;

namespace Nabla.Studio.Tests;

public sealed class WhatIsTakenAway(OpenStudio studio)
{
    [Fact]
    public async Task Is_what_the_library_writes_and_reads_back()
    {
        await using StudioView view = await studio.OpenAsync("data=moons&epochs=20");
        await view.Page.Locator("#run").ClickAsync();
        await view.UntilAsync("document.querySelector('#state').textContent === 'Done'");
        await view.Page.Locator("#downloads summary").ClickAsync();

        Network network = new(2, [new(8, Activation.Named("tanh")), new(4, Activation.Named("tanh")), new(2, Activation.Softmax)]);
        IReadOnlyList<Section> sections = NetworkDerivation.Of(network.Express(Loss.CrossEntropy, batch: false), DerivationStyle.Textbook, Dialect.Nielsen, assume: true).Sections;
        const string Title = "The network 2-8-4-2 with tanh, softmax and cross-entropy, one sample";
        Assert.Equal(DerivationLatex.Write(Title, sections, document: true), Encoding.UTF8.GetString(await DownloadAsync(view, "latex", "moons-2-8-4-2.tex")));
        Assert.Equal(DerivationMarkdown.Write(Title, sections), Encoding.UTF8.GetString(await DownloadAsync(view, "markdown", "moons-2-8-4-2.md")));
        Assert.Contains("public sealed class Moons2842", Encoding.UTF8.GetString(await DownloadAsync(view, "csharp", "Moons2842.cs")), StringComparison.Ordinal);
        Assert.Equal(21, Encoding.UTF8.GetString(await DownloadAsync(view, "csv", "moons-2-8-4-2.csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        // The same experiment, trained here: what the files predict is what it predicts, and that is what the page says.
        Dataset data = await Datasets.All.First(one => one.Name == "moons").LoadAsync(new() { Seed = 1 }, TestContext.Current.CancellationToken);
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "model.safetensors");
        await File.WriteAllBytesAsync(path, await DownloadAsync(view, "safetensors", "moons-2-8-4-2.safetensors"), TestContext.Current.CancellationToken);
        (ModelDescription description, Model<float> saved) = ModelFile.Load<float>(path);
        Assert.Equal("800", description.Training["steps"]);
        using MemoryStream stream = new(await DownloadAsync(view, "onnx", "moons-2-8-4-2.onnx"));
        (_, Model<float> imported) = OnnxFile.Load(stream, "moons.onnx", new() { Loss = Loss.CrossEntropy });
        Assert.Equal(Outputs(saved, data.Test!), Outputs(imported, data.Test!));
        Model<float> trained = new(network, Loss.CrossEntropy);
        trained.Initialize(Initializer.Named("glorot"), 1);
        trained.Fit(new Dataset("moons", data.Train, null, data.Classes), new() { Optimizer = Optimizer.Sgd, LearningRate = 0.1, BatchSize = 10, Epochs = 20, Seed = 1 }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Outputs(trained, data.Test!), Outputs(saved, data.Test!));
        view.IsQuiet();
        await view.IsAccessibleAsync();
    }

    [Fact]
    public async Task Can_be_a_copy_on_the_clipboard()
    {
        await using StudioView view = await studio.OpenAsync("data=xor");
        await view.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await view.Page.Locator("#downloads summary").ClickAsync();
        await view.Page.Locator("#copy-latex").ClickAsync();
        await view.UntilAsync("document.querySelector('#download-message')?.textContent.includes('xor-2-4-1.tex is on the clipboard') ?? false");
        Assert.StartsWith("\\documentclass", await view.Page.EvaluateAsync<string>("navigator.clipboard.readText()"), StringComparison.Ordinal);
        view.IsQuiet();
    }

    private static float[] Outputs(Model<float> model, Samples samples)
    {
        List<float> outputs = [];
        model.Predict(samples, (_, column) => outputs.AddRange(column));
        return [.. outputs];
    }

    private static async Task<byte[]> DownloadAsync(StudioView view, string what, string name)
    {
        IDownload download = await view.Page.RunAndWaitForDownloadAsync(() => view.Page.Locator($"#save-{what}").ClickAsync());
        Assert.Equal(name, download.SuggestedFilename);
        return await File.ReadAllBytesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
    }
}
