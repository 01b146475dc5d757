using Nabla.Tests;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>What is promised of MNIST, which takes half a minute and the real images: run where NABLA_SLOW_TESTS is set, as in the continuous integration.</summary>
public class MnistIsLearned
{
    [Fact]
    public async Task A_hundred_hidden_neurons_with_cross_entropy_read_97_8_per_cent()
    {
        using TemporaryFolder folder = new();
        Run run = await CommandLine.RunAsync(
            "train", "mnist", "--data-folder", Images(), "--layers", "100", "--loss", "cross-entropy", "--optimizer", "adam", "--epochs", "10", "--batch-size", "32",
            "--schedule", "cosine", "--out", folder.File("m.safetensors"), "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.InRange(run.Objects[^1].GetProperty("test_accuracy").GetDouble(), 0.978, 1);
    }

    [Fact]
    public async Task The_recipe_of_the_samples_reads_98_4_per_cent()
    {
        string images = Images();
        using TemporaryFolder folder = new();
        string recipe = Path.Combine(RepositoryFolder.Root, "samples", "mnist", "recipe.sh");
        Run run = await CommandLine.ShellAsync(folder.Path, $"sh '{recipe}' --data-folder '{images}' --json");
        Assert.True(run.Code == ExitCode.Done, run.Error);
        Assert.InRange(run.Objects[^1].GetProperty("test_accuracy").GetDouble(), 0.984, 1);
    }

    private static string Images()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("NABLA_SLOW_TESTS") is null or "", "NABLA_SLOW_TESTS is not set");
        string? images = SharedFolder.Find("data", "mnist");
        Assert.SkipWhen(images is null, "the images are not there");
        return images;
    }
}
