using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Nabla.Data;
using Nabla.Studio.Experiments;
using Nabla.Studio.Server;
using Nabla.Tests;

namespace Nabla.Studio.Tests;

public sealed partial class TheDocumentIsTrue
{
    private static readonly string document = File.ReadAllText(Path.Combine(RepositoryFolder.Root, "docs", "studio.md"));

    [Fact]
    public void It_names_every_setting_of_an_address_and_no_other()
    {
        string table = document[document.IndexOf("| setting |", StringComparison.Ordinal)..document.IndexOf("## Keys", StringComparison.Ordinal)];
        IEnumerable<string> named = table.Split('\n').Skip(2).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(line => Code().Matches(line.Split('|')[1])).Select(match => match.Groups["text"].Value);
        IEnumerable<string> keys = [.. new ExperimentSettings().ToQuery().Split('&').Select(pair => pair.Split('=')[0]), .. StudioAddress.DocumentKeys];
        Assert.Equal(keys.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void It_names_every_built_in_data_set() =>
        Assert.All(Datasets.All, data => Assert.Contains($"`{data.Name}`", document, StringComparison.Ordinal));

    [Fact]
    public void Its_pictures_are_those_that_are_made_and_no_other()
    {
        string folder = Path.Combine(RepositoryFolder.Root, "docs", "images");
        IEnumerable<string> shown = Picture().Matches(document).Select(match => match.Groups["name"].Value).Distinct();
        Assert.Equal(Directory.EnumerateFiles(folder, "*.png").Select(Path.GetFileName).Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Its_limits_are_those_of_the_studio()
    {
        StudioOptions options = new();
        Assert.Equal((64L << 20, 512L << 20, 32), (options.MostUploadBytes, options.MostUnpackedBytes, options.MostExperiments));
        Assert.Equal(1L << 30, StepMemory.Most);
        Assert.Contains("1 GiB", document, StringComparison.Ordinal);
        Assert.Contains("64 MB, and 512 MB unpacked", document, StringComparison.Ordinal);
        Assert.Contains("32 experiments", document, StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_of_an_address_are_read_as_the_document_says()
    {
        ExperimentSettings settings = ExperimentSettings.FromQuery("?data=moons&hidden=8-4&activation=relu&loss=&output-activation=", out ImmutableArray<string> problems);
        Assert.Empty(problems);
        Assert.Equal([new HiddenLayer(8, "relu"), new HiddenLayer(4, "relu")], settings.Hidden);
        Assert.Null(settings.Loss);
    }

    [GeneratedRegex(@"\(images/(?<name>[^)]+\.png)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Picture();

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();
}
