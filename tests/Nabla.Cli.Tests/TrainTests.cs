using System.Globalization;
using System.Text.Json;
using Nabla.Cli.Train;
using Nabla.Tests;
using Nabla.Tests.Data;
using Nabla.Training;

namespace Nabla.Cli.Tests;

public class TrainTests
{
    [Fact]
    public async Task Each_epoch_is_an_event_and_the_last_event_says_done()
    {
        using TemporaryFolder folder = new();
        Run run = await Train(folder, "digits", "--layers", "12", "--epochs", "2", "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(["epoch", "epoch", "done"], run.Objects.Select(Event));
        foreach (JsonElement epoch in run.Objects.SkipLast(1))
        {
            Assert.Equal(["event", "epoch", "loss", "train_accuracy", "test_accuracy", "seconds"], Keys(epoch));
            Assert.InRange(epoch.GetProperty("train_accuracy").GetDouble(), 0.2, 1);
            Assert.InRange(epoch.GetProperty("test_accuracy").GetDouble(), 0.2, 1);
            Assert.InRange(epoch.GetProperty("loss").GetDouble(), 0.01, 2.5);
            Assert.InRange(epoch.GetProperty("seconds").GetDouble(), 0.0001, 60);
        }

        JsonElement done = run.Objects[^1];
        Assert.Equal(["event", "epochs", "loss", "test_accuracy", "best_test_accuracy", "seconds", "model", "metrics"], Keys(done));
        Assert.Equal(
            done.GetProperty("test_accuracy").GetDouble(), done.GetProperty("metrics").GetProperty("accuracy").GetDouble());
        Assert.Equal(2, done.GetProperty("epochs").GetInt32());
        Assert.Equal(run.Objects[1].GetProperty("loss").GetDouble(), done.GetProperty("loss").GetDouble());
        Assert.Equal(
            run.Objects.Take(2).Max(epoch => epoch.GetProperty("test_accuracy").GetDouble()), done.GetProperty("best_test_accuracy").GetDouble());
        Assert.Equal(Model(folder), done.GetProperty("model").GetString());
        Assert.Equal(["model.safetensors"], folder.Files);
    }

    [Fact]
    public async Task A_figure_that_does_not_exist_is_null()
    {
        using TemporaryFolder folder = new();
        Run run = await Train(folder, "book", "--epochs", "3", "--json");
        Assert.Equal(4, run.Objects.Count);
        Assert.Equal(JsonValueKind.Null, run.Objects[0].GetProperty("train_accuracy").ValueKind);
        Assert.Equal(JsonValueKind.Null, run.Objects[0].GetProperty("test_accuracy").ValueKind);
        Assert.Equal(JsonValueKind.Null, run.Objects[^1].GetProperty("test_accuracy").ValueKind);
        Assert.Equal(JsonValueKind.Null, run.Objects[^1].GetProperty("best_test_accuracy").ValueKind);
    }

    [Fact]
    public async Task The_digits_are_learned_without_any_option_but_the_file()
    {
        using TemporaryFolder folder = new();
        Run run = await Train(folder);
        Assert.Equal(ExitCode.Done, run.Code);
        string accuracy = run.Output.Split("Test accuracy  ")[1].Split(' ')[0];
        Assert.InRange(double.Parse(accuracy, CultureInfo.InvariantCulture), 95, 100);
        Assert.StartsWith("Data      digits: 10,000 samples to train, 2,000 to test\n", run.Error);
        Assert.Contains($"  nabla evaluate {Model(folder)} digits\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("  nabla derive 784-128-64-10 --activation relu --output-activation softmax --loss cross-entropy --batch\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("Confusion", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_book_is_printed_as_the_book_prints_it()
    {
        using TemporaryFolder folder = new();
        foreach (string precision in new[] { "float", "double" })
        {
            Run run = await Train(folder, "book", "--precision", precision);
            Assert.Equal(["0.028", "0.925", "0.925", "0.090"], LastColumn(run));
            Assert.Contains("Network   3-4-1 (sigmoid, sigmoid), 16 weights, no biases, init the weights of the book\n", run.Error, StringComparison.Ordinal);
            Assert.Contains("Loss      squared-error (sum over the batch)\n", run.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("double", 1e-9)]
    [InlineData("float", 2e-5)]
    public async Task The_book_is_reproduced_to_the_last_digits(string precision, double tolerance)
    {
        string reference = SharedFolder.Require("reference", "book-3-4-1.json");
        using TemporaryFolder folder = new();
        using JsonDocument book = JsonDocument.Parse(await File.ReadAllTextAsync(reference, TestContext.Current.CancellationToken));

        // The reference's outputs are those before the last of its 1000 updates.
        await Train(folder, "book", "--precision", precision, "--epochs", "999");
        Run predicted = await CommandLine.RunAsync("predict", Model(folder), "book", "--json");
        double[] expected = [.. book.RootElement.GetProperty("final_outputs").EnumerateArray().Select(row => row[0].GetDouble())];
        Assert.Equal(4, expected.Length);
        Assert.All(predicted.Objects.Zip(expected), pair =>
            Assert.Equal(pair.Second, pair.First.GetProperty("outputs")[0].GetDouble(), tolerance));
    }

    [Fact]
    public async Task Exclusive_or_is_learned_from_every_seed()
    {
        using TemporaryFolder folder = new();
        for (int seed = 1; seed <= 10; seed++)
        {
            Run run = await Train(folder, "xor", "--seed", $"{seed}");
            double[] outputs = [.. LastColumn(run).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
            Assert.All(outputs.Zip([0.0, 1, 1, 0]), pair => Assert.Equal(pair.Second, pair.First, 0.02));
        }
    }

    [Theory]
    [InlineData("--layers 5", "2-5-1 (tanh, sigmoid)")]
    [InlineData("--layers 5-3", "2-5-3-1 (tanh, tanh, sigmoid)")]
    [InlineData("--layers 2-5-1", "2-5-1 (tanh, sigmoid)")]
    [InlineData("--layers 2", "2-2-1 (tanh, sigmoid)")]
    [InlineData("--loss squared-error", "2-4-1 (tanh, identity)")]
    [InlineData("--loss huber --activation relu", "2-4-1 (relu, identity)")]
    [InlineData("--loss squared-error --output-activation tanh", "2-4-1 (tanh, tanh)")]
    [InlineData("--no-bias", "2-4-1 (tanh, sigmoid), 12 weights, no biases")]
    public async Task Options_change_the_preset_one_by_one(string options, string network)
    {
        using TemporaryFolder folder = new();
        Run run = await Train(folder, ["xor", "--epochs", "3", .. options.Split(' ')]);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains($"Network   {network}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_classes_the_outputs_of_a_squared_error_have_the_hidden_activation()
    {
        using TemporaryFolder folder = new();
        Run run = await Train(folder, "digits", "--layers", "784-5-10", "--activation", "sigmoid", "--loss", "squared-error", "--epochs", "1", "--batch-size", "100");
        Assert.Contains("Network   784-5-10 (sigmoid, sigmoid), ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("digits", "784-30-9", "the network 784-30-9 ends with 9 outputs, but digits has 10 classes; give the whole network, such as 784-30-10, or only its hidden layers, such as 30")]
    [InlineData("digits", "100-10", "the network 100-10 begins with 100 inputs, but digits has 784 inputs; give the whole network, such as 784-100-10, or only its hidden layers, such as 100")]
    [InlineData("digits", "784-100", "the network 784-100 ends with 100 outputs, but digits has 10 classes; give the whole network, such as 784-100-10, or only its hidden layers, such as 100")]
    [InlineData("book", "4-5-1", "the network 4-5-1 begins with 4 inputs, but book has 3 inputs; give the whole network, such as 3-4-5-1, or only its hidden layers, such as 4-5")]
    [InlineData("book", "3-5-2", "the network 3-5-2 ends with 2 outputs, but book has 1 output; give the whole network, such as 3-5-1, or only its hidden layers, such as 5")]
    public async Task Layers_that_do_not_fit_are_refused_with_both_numbers(string data, string layers, string sentence)
    {
        using TemporaryFolder folder = new();
        Run run = await Train(folder, data, "--layers", layers);
        Assert.Equal(sentence, run.Refused(ExitCode.Usage));
        Assert.Empty(folder.Files);
    }

    [Fact]
    public async Task One_seed_gives_one_model_and_another_seed_another()
    {
        using TemporaryFolder folder = new();
        List<byte[]> files = [];
        foreach (string seed in new[] { "7", "7", "8" })
        {
            await Train(folder, "xor", "--epochs", "5", "--batch-size", "3", "--seed", seed);
            files.Add(await File.ReadAllBytesAsync(Model(folder), TestContext.Current.CancellationToken));
        }

        Assert.Equal(files[0], files[1]);
        Assert.NotEqual(files[0], files[2]);
    }

    [Fact]
    public async Task Training_that_diverges_leaves_the_old_model_as_it_was()
    {
        using TemporaryFolder folder = new();
        folder.Write("model.safetensors", [1, 2, 3]);
        foreach (string precision in new[] { "float", "double" })
        {
            Run run = await Train(folder, "xor", "--loss", "squared-error", "--learning-rate", "1e20", "--precision", precision, "--json");
            Assert.Equal(ExitCode.NonFinite, run.Code);
            string sentence = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
            Assert.Matches(@"training has diverged; the first value that is not finite is that of .* in layer \d: element \d+ of sample \d+ is .*; a smaller learning rate than 1E\+20 may help|training has diverged; all outputs are finite; the first value that is not is that of the loss itself, C = .*; a smaller learning rate than 1E\+20 may help", sentence);
            Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("done", run.Output, StringComparison.Ordinal);
        }

        Assert.Equal(["model.safetensors"], folder.Files);
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(Model(folder), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_batch_larger_than_the_data_is_all_of_it()
    {
        using TemporaryFolder folder = new();
        Run run = await Train(folder, "xor", "--epochs", "2", "--batch-size", "1000");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains(" batches of 4, 2 epochs,", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_for_data_that_has_no_files_is_answered_with_a_note()
    {
        using TemporaryFolder folder = new();
        Run run = await Train(folder, "xor", "--epochs", "1", "--data-folder", folder.Path);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("Note      xor needs no files: --data-folder changes nothing\n", run.Error, StringComparison.Ordinal);
        Run evaluated = await CommandLine.RunAsync("evaluate", Model(folder), "xor", "--data-folder", folder.Path);
        Assert.Contains("--data-folder changes nothing\n", evaluated.Error, StringComparison.Ordinal);
    }

    /// <summary>The least important goes first, nothing is ever wider than the screen, and a test accuracy says which epoch it is of.</summary>
    [Fact]
    public void The_line_of_progress_fits_the_screen_and_says_which_epoch_was_tested()
    {
        TrainingProgress progress = new(3, 500, 0.25, 0.9, 10);
        EpochReport last = new(2, 0.3, 0.8, 0.975, 8);
        Assert.Equal(
            "epoch 3/20  loss 0.2500  train 90.00 %  test 97.50 % after epoch 2  250 samples/s  1:10 left", LiveView.Line(progress, 20, 2500, 20_000, last, 200));
        Assert.Equal("epoch 3/20  loss 0.2500  1:10 left", LiveView.Line(progress, 20, 2500, 20_000, last, 40));
        Assert.Equal("epoch 3/20  loss 0.2500  train 90.00 %  1:10 left", LiveView.Line(progress, 20, 2500, 20_000, null, 60));
        for (int width = -5; width < 120; width++)
        {
            Assert.InRange(LiveView.Line(progress, 20, 2500, 20_000, last, width).Length, 0, Math.Max(0, width));
        }

        Assert.EndsWith("  27777:46:40 left", LiveView.Line(progress with { Seconds = 1e8 }, 20, 1, 2, last, 200), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_threads_train_the_same_model()
    {
        using TemporaryFolder folder = new();
        byte[][] models = [.. await Task.WhenAll(new[] { 1, 3 }.Select(async threads =>
        {
            string file = Path.Combine(folder.Path, $"{threads}.safetensors");
            Run run = await CommandLine.RunAsync("train", "digits", "--epochs", "1", "--batch-size", "100", "--threads", $"{threads}", "--out", file);
            Assert.True(run.Code == ExitCode.Done, run.Error);
            return await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        }))];
        Assert.Equal(models[0], models[1]);
    }

    [Fact]
    public async Task Hundreds_of_threads_are_refused()
    {
        using TemporaryFolder folder = new();
        Run run = await Train(folder, "xor", "--threads", "300");
        Assert.NotEqual(ExitCode.Done, run.Code);
        Assert.Contains("the number of threads must be from 1 to 256, but it is 300", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_gets_about_twenty_lines_however_many_epochs_there_are()
    {
        using TemporaryFolder folder = new();
        Run run = await Train(folder, "xor");
        Assert.Equal(20, run.Error.Split('\n').Count(line => line.StartsWith("epoch", StringComparison.Ordinal)));
        Assert.Contains("epoch 1000/1000  loss ", run.Error, StringComparison.Ordinal);
    }

    private static string Model(TemporaryFolder folder) => Path.Combine(folder.Path, "model.safetensors");

    private static Task<Run> Train(TemporaryFolder folder, params string[] args) =>
        CommandLine.RunAsync(["train", .. args, "--out", Model(folder)]);

    private static string? Event(JsonElement json) => json.GetProperty("event").GetString();

    private static IEnumerable<string> Keys(JsonElement json) => json.EnumerateObject().Select(member => member.Name);

    /// <summary>The last column of the table of a small data set's outputs.</summary>
    private static IEnumerable<string> LastColumn(Run run) => run.Output
        .Split("──\n")[1]
        .Split('\n')
        .TakeWhile(line => line.Length > 0)
        .Select(line => line.Split(' ')[^1]);
}
