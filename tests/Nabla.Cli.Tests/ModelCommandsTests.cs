using System.Text.Json;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>evaluate, predict and inspect on models that train has written.</summary>
public sealed class ModelCommandsTests(ModelCommandsTests.Models models) : IClassFixture<ModelCommandsTests.Models>
{
    [Fact]
    public async Task The_digits_of_the_training_are_found_again_by_their_seed()
    {
        Run stored = await CommandLine.RunAsync("evaluate", models.Digits, "digits", "--json");
        JsonElement json = Assert.Single(stored.Objects);
        Assert.Equal(["model", "data", "part", "samples", "accuracy", "loss", "classes", "confusion", "metrics"], json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(models.Accuracy, json.GetProperty("accuracy").GetDouble());
        Assert.Equal("test", json.GetProperty("part").GetString());
        Assert.Equal(2000, json.GetProperty("confusion").EnumerateArray().SelectMany(row => row.EnumerateArray()).Sum(count => count.GetInt32()));
        Assert.Equal(stored.Output, (await CommandLine.RunAsync("evaluate", models.Digits, "digits", "--json", "--seed", "3")).Output);
        Assert.NotEqual(stored.Output, (await CommandLine.RunAsync("evaluate", models.Digits, "digits", "--json", "--seed", "4")).Output);
    }

    [Fact]
    public async Task An_evaluation_is_readable()
    {
        Run run = await CommandLine.RunAsync("evaluate", models.Digits, "digits");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.StartsWith($"Accuracy   {100 * models.Accuracy:0.00} % of 2,000 test samples of digits\nMean loss  ", run.Output);
        Assert.Contains("\nLog loss   ", run.Output, StringComparison.Ordinal);
        Assert.Contains("\nTop 5      ", run.Output, StringComparison.Ordinal);
        Assert.Equal(10, run.Output.Split("──\n")[^1].Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_table_without_held_out_rows_is_evaluated_on_its_own_rows()
    {
        JsonElement json = Assert.Single((await CommandLine.RunAsync("evaluate", models.Book, "book", "--json")).Objects);
        Assert.Equal("train", json.GetProperty("part").GetString());
        Assert.Equal(4, json.GetProperty("samples").GetInt32());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("accuracy").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("confusion").ValueKind);
        Assert.InRange(json.GetProperty("loss").GetDouble(), 0.0024, 0.0026);
    }

    [Theory]
    [InlineData("evaluate")]
    [InlineData("predict")]
    public async Task Data_that_does_not_fit_the_model_is_refused_with_both_shapes(string command)
    {
        Run run = await CommandLine.RunAsync(command, models.Book, "digits");
        Assert.Equal(
            "the model book.safetensors is 3-4-1, with 3 inputs and 1 outputs, but digits has 784 inputs and 10 outputs", run.Refused(ExitCode.BadData));
    }

    [Fact]
    public async Task Predictions_are_one_row_a_sample()
    {
        Run run = await CommandLine.RunAsync("predict", models.Digits, "digits", "--count", "300");
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("index,predicted,probability,target", lines[0]);
        Assert.Equal(301, lines.Length);
        Assert.All(lines.Skip(1), line => Assert.Matches(@"^\d+,\d,[01]\.\d{4},\d$", line));
        int right = lines.Skip(1).Count(line => line.Split(',') is [_, var predicted, _, var target] && predicted == target);
        Assert.InRange(right, 200, 300);
    }

    [Fact]
    public async Task Predictions_as_json_hold_the_outputs_and_the_target()
    {
        IReadOnlyList<JsonElement> digits = (await CommandLine.RunAsync("predict", models.Digits, "digits", "--json", "--count", "2")).Objects;
        Assert.Equal([0, 1], digits.Select(json => json.GetProperty("index").GetInt32()));
        Assert.All(digits, json => Assert.Equal(1, json.GetProperty("outputs").EnumerateArray().Sum(output => output.GetDouble()), 1e-5));
        Assert.All(digits, json => Assert.Matches(@"^\d$", json.GetProperty("target").GetString()!));
        Assert.All(digits, json => Assert.Matches(@"^\d$", json.GetProperty("predicted").GetString()!));
        IReadOnlyList<JsonElement> book = (await CommandLine.RunAsync("predict", models.Book, "book", "--json")).Objects;
        Assert.Equal([0, 1, 1, 0], book.Select(json => json.GetProperty("target")[0].GetDouble()));
        Assert.Equal([0, 1, 1, 0], book.Select(json => Math.Round(json.GetProperty("outputs")[0].GetDouble())));
    }

    [Fact]
    public async Task A_model_tells_what_it_is()
    {
        Run run = await CommandLine.RunAsync("inspect", models.Digits);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("Network   784-16-10, 12,730 parameters\nLoss      cross-entropy (mean)\nInputs    divided by 255\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("Classes   0, 1, 2, 3, 4, 5, 6, 7, 8, 9\n", run.Output, StringComparison.Ordinal);
        JsonElement json = Assert.Single((await CommandLine.RunAsync("inspect", models.Book, "--json")).Objects);
        Assert.Equal("3-4-1", json.GetProperty("network").GetString());
        Assert.Equal("sum", json.GetProperty("reduction").GetString());
        Assert.Equal("1000", json.GetProperty("training").GetProperty("epochs").GetString());
        JsonElement tensor = json.GetProperty("tensors")[1];
        Assert.Equal("layers.1.weight", tensor.GetProperty("name").GetString());
        Assert.Equal("F64", tensor.GetProperty("type").GetString());
        Assert.Equal([1, 4], tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
        Assert.True(tensor.GetProperty("min").GetDouble() < tensor.GetProperty("mean").GetDouble());
    }

    /// <summary>Two models for all tests: digits in float from seed 3, the book in double.</summary>
    public sealed class Models : IAsyncLifetime
    {
        private readonly TemporaryFolder folder = new();

        public string Digits => Path.Combine(folder.Path, "digits.safetensors");

        public string Book => Path.Combine(folder.Path, "book.safetensors");

        public double Accuracy { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Run digits = await CommandLine.RunAsync("train", "digits", "--layers", "16", "--epochs", "2", "--seed", "3", "--json", "--out", Digits);
            Accuracy = digits.Objects[^1].GetProperty("test_accuracy").GetDouble();
            Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("train", "book", "--precision", "double", "--out", Book)).Code);
        }

        public ValueTask DisposeAsync()
        {
            folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
