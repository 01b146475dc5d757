using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Nabla.Cli.Report;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>The page that <c>train --report</c> writes.</summary>
public partial class ReportTests
{
    [Fact]
    public async Task A_classifier_of_pictures_is_reported_with_everything_and_nothing_from_elsewhere()
    {
        using TemporaryFolder folder = new();
        Run run = await CommandLine.RunAsync("train", "digits", "--layers", "12", "--epochs", "3", "--out", folder.File("m.safetensors"), "--report", folder.File("r.html"), "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        string page = await File.ReadAllTextAsync(folder.File("r.html"), TestContext.Current.CancellationToken);
        Assert.Equal(
            ["Curves", "Confusion", "Worst examples", "Weights of the first layer", "Settings", "The gradient check", "What was compiled and run", "The derivation"],
            Headings().Matches(page).Select(match => match.Groups["text"].Value));
        Assert.DoesNotContain("http:", page.Replace("http://www.w3.org", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("https:", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain(">NaN", page, StringComparison.Ordinal);
        Assert.Equal(20, Regex.Count(page, "alt=\"test sample"));
        Assert.Equal(12, Regex.Count(page, "alt=\"weights of neuron"));
        Assert.Equal(2, Regex.Count(page, "<svg "));
        Assert.Contains("on several roads: <b>all agree</b>", page, StringComparison.Ordinal);
        Assert.Contains("<math display=\"block\">", page, StringComparison.Ordinal);

        // The figures are those of the events.
        string accuracy = $"{100 * run.Objects[^1].GetProperty("test_accuracy").GetDouble():0.00} %";
        Assert.Contains($"<b>{accuracy}</b>of 2,000 test samples right", page, StringComparison.Ordinal);
        Assert.Contains($"<td>{run.Objects[1].GetProperty("loss").GetDouble():G5}</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_of_numbers_is_reported_without_what_it_has_not()
    {
        using TemporaryFolder folder = new();
        Run run = await CommandLine.RunAsync("train", "book", "--out", folder.File("m.safetensors"), "--report", folder.File("r.html"));
        Assert.Equal(ExitCode.Done, run.Code);
        string page = await File.ReadAllTextAsync(folder.File("r.html"), TestContext.Current.CancellationToken);
        Assert.Equal(["Curves", "Worst examples", "Settings", "The gradient check", "What was compiled and run", "The derivation"], Headings().Matches(page).Select(match => match.Groups["text"].Value));
        Assert.Contains("<td class=\"text\">1, 1, 1</td><td>0</td><td>0.08995</td>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_checked_and_derived_is_what_was_minimized()
    {
        using TemporaryFolder folder = new();
        Run run = await CommandLine.RunAsync(
            "train", "digits", "--layers", "6", "--epochs", "1", "--l1", "0.001", "--l2", "0.01", "--dropout", "0.2", "--label-smoothing", "0.1", "--class-weights", "balanced",
            "--out", folder.File("m.safetensors"), "--report", folder.File("r.html"));
        Assert.Equal(ExitCode.Done, run.Code);
        string page = await File.ReadAllTextAsync(folder.File("r.html"), TestContext.Current.CancellationToken);
        Assert.Contains("The gradients of what is minimized (the loss with the penalties, ", page, StringComparison.Ordinal);
        Assert.Contains("on several roads: <b>all agree</b>", page, StringComparison.Ordinal);

        // J is the cost with penalties, M¹ the mask: both are in what ran and in how it came about.
        string[] parts = page[page.IndexOf("<h2>What was compiled and run</h2>", StringComparison.Ordinal)..].Split("<h2>The derivation</h2>");
        Assert.Equal(2, parts.Length);
        Assert.All(parts, part => Assert.Contains("<mi>J</mi>", part, StringComparison.Ordinal));
        Assert.All(parts, part => Assert.Contains("<msup><mi>M</mi><mn>1</mn></msup>", part, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_curves_are_drawn_as_a_PNG_and_as_nothing_else()
    {
        using TemporaryFolder folder = new();
        Run run = await CommandLine.RunAsync("train", "xor", "--epochs", "20", "--out", folder.File("m.safetensors"), "--plot", folder.File("curves.png"));
        Assert.Equal(ExitCode.Done, run.Code);
        byte[] file = await File.ReadAllBytesAsync(folder.File("curves.png"), TestContext.Current.CancellationToken);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], file[..4]);
        Assert.Equal(900, BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)));
        Assert.Contains("a picture of curves is a PNG", (await CommandLine.RunAsync("train", "xor", "--plot", folder.File("c.svg"))).Refused(ExitCode.Usage), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_told_before_training()
    {
        string sentence = (await CommandLine.RunAsync("train", "xor", "--report", "/no/such/folder/r.html")).Refused(ExitCode.Usage);
        Assert.Contains("--report '/no/such/folder/r.html' cannot be written: there is no folder /no/such/folder", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(28, 28)]
    [InlineData(7, 300)]
    public void A_picture_is_a_PNG_that_holds_its_pixels(int width, int height)
    {
        byte[] pixels = new byte[3 * width * height];
        new Random(1).NextBytes(pixels);
        byte[] file = Png.Encode(width, pixels);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], file[..8]);
        Assert.Equal((width, height), (BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20))));

        // The checksum of an empty IEND is the same in every file: AE426082.
        Assert.Equal([0xAE, 0x42, 0x60, 0x82], file[^4..]);
        int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(33));
        using ZLibStream content = new(new MemoryStream(file, 41, length), CompressionMode.Decompress);
        using MemoryStream rows = new();
        content.CopyTo(rows);
        byte[] unpacked = rows.ToArray();
        Assert.Equal(height * (3 * width + 1), unpacked.Length);
        Assert.Equal(pixels, unpacked.Where((_, i) => i % (3 * width + 1) != 0).ToArray());
    }

    [Fact]
    public void A_chart_has_round_numbers_and_tells_lines_apart_without_colour()
    {
        string svg = LineChart.Svg("Loss", "epoch", [new("training", [(1, 0.9), (2, 0.02), (3, 0.001)]), new("validation", [(1, 0.95), (2, 0.05), (3, null)])]);
        Assert.Contains(">0.001</text>", svg, StringComparison.Ordinal);
        Assert.Contains(">1</text>", svg, StringComparison.Ordinal);
        Assert.Equal(2, Lines().Matches(svg).Select(match => match.Groups["dashes"].Value).Distinct().Count());
        Assert.Empty(LineChart.Svg("nothing", "epoch", [new("training", [(1, null)])]));
        Assert.DoesNotContain("NaN", LineChart.Svg("one", "epoch", [new("training", [(1, 0.5)])]), StringComparison.Ordinal);
    }

    [GeneratedRegex("<polyline [^>]*stroke-dasharray=\"(?<dashes>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Lines();

    [GeneratedRegex("<h2>(?<text>[^<]*)</h2>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Headings();
}
