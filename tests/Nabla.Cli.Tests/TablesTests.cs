using System.Globalization;
using System.Text;
using System.Text.Json;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>From a table to a model and to predictions, a command each.</summary>
public sealed class TablesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("iris.csv", 0.85)]
    [InlineData("wine_data.csv", 0.9)]
    [InlineData("breast_cancer.csv", 0.95)]
    public async Task Classes_are_learned_with_one_command(string file, double least)
    {
        Run run = await Train(InstalledTables.Classes(folder, file), "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        JsonElement metrics = run.Objects[^1].GetProperty("metrics");
        Assert.InRange(metrics.GetProperty("accuracy").GetDouble(), least, 1);
        Assert.InRange(metrics.GetProperty("roc_auc").GetDouble(), 0.98, 1);
        Assert.InRange(metrics.GetProperty("log_loss").GetDouble(), 0, 0.4);
    }

    [Fact]
    public async Task The_compressed_digits_without_names_are_learned_with_one_command()
    {
        Run run = await Train(InstalledTables.Digits(), "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.InRange(run.Objects[^1].GetProperty("test_accuracy").GetDouble(), 0.97, 1);
        Assert.Contains("the first row holds numbers and no names", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_of_names_alone_is_predicted_to_names_alone()
    {
        folder.Write("t.csv", Encoding.UTF8.GetBytes("a,b,y\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{i % 3},{i * 1.5}\n"))));
        Assert.Equal(ExitCode.Done, (await Train(folder.File("t.csv"), "--epochs", "1")).Code);
        folder.Write("names.csv", "a,b\n"u8.ToArray());
        folder.Write("all.csv", "b,y,a\n"u8.ToArray());
        folder.Write("missing.csv", "a,b,y\n1,2,\n"u8.ToArray());
        Assert.Equal("index,output\n", (await CommandLine.RunAsync("predict", Model, folder.File("names.csv"))).Output);
        Assert.Equal("index,output,target\n", (await CommandLine.RunAsync("predict", Model, folder.File("all.csv"))).Output);
        Run json = await CommandLine.RunAsync("predict", Model, folder.File("names.csv"), "--json");
        Assert.Equal((ExitCode.Done, ""), (json.Code, json.Output));
        JsonElement row = Assert.Single((await CommandLine.RunAsync("predict", Model, folder.File("missing.csv"), "--json")).Objects);
        Assert.Equal(JsonValueKind.Null, row.GetProperty("target").ValueKind);
    }

    [Fact]
    public async Task Numbers_are_learned_with_one_command_and_measured_in_their_own_units()
    {
        string table = InstalledTables.Diabetes(folder);
        Run run = await Train(table, "--json");
        JsonElement metrics = run.Objects[^1].GetProperty("metrics");
        Assert.Equal(["mse", "mae", "r2"], metrics.EnumerateObject().Select(member => member.Name));
        Assert.InRange(metrics.GetProperty("r2").GetDouble(), 0.3, 0.7);
        Assert.InRange(metrics.GetProperty("mae").GetDouble(), 30, 60);
        Assert.Equal(JsonValueKind.Null, run.Objects[^1].GetProperty("test_accuracy").ValueKind);

        Run predicted = await CommandLine.RunAsync("predict", Model, table, "--json");
        (double Output, double Target)[] rows =
            [.. predicted.Objects.Select(row => (row.GetProperty("outputs")[0].GetDouble(), row.GetProperty("target").GetDouble()))];
        Assert.Equal(442, rows.Length);
        Assert.InRange(rows.Average(row => Math.Abs(row.Output - row.Target)), 10, 50);

        // The same numbers on another road: evaluate measures what predict prints.
        JsonElement evaluated = Assert.Single((await CommandLine.RunAsync("evaluate", Model, table, "--json")).Objects).GetProperty("metrics");
        Assert.Equal(rows.Average(row => Math.Abs(row.Output - row.Target)), evaluated.GetProperty("mae").GetDouble(), 1e-3);
        Assert.Equal(rows.Average(row => Math.Pow(row.Output - row.Target, 2)), evaluated.GetProperty("mse").GetDouble(), 1e-1);
    }

    [Fact]
    public async Task A_model_knows_its_columns_by_name_and_what_was_learned_of_them()
    {
        string table = Write("t.csv", Cats(200));
        Run run = await Train(table, "--target", "kind", "--epochs", "30");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("t.csv: 160 samples to train, 40 to test", run.Error, StringComparison.Ordinal);
        Assert.Contains($"  nabla predict {Model} {table} --count 5\n", run.Output, StringComparison.Ordinal);

        // Other order, no target, a level that is new, and a value that is missing.
        string other = Write("other.csv", "colour,size,name\nred,10,a\ngreen,0.5,b\n,,\"c,d\"\n");
        Run predicted = await CommandLine.RunAsync("predict", Model, other);
        Assert.Equal(ExitCode.Done, predicted.Code);
        string[] lines = predicted.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("index,predicted,probability", lines[0]);
        Assert.Equal(["0,dog", "1,\"cat, small\""], lines[1..3].Select(line => line[..line.LastIndexOf(',')]));
        Assert.Equal(4, lines.Length);

        Run asked = await CommandLine.RunAsync("predict", Model, table, "--count", "2");
        Assert.Equal(["index,predicted,probability,target", "0,", "1,"], asked.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select((line, i) => i == 0 ? line : line[..2]));
        Run inspected = await CommandLine.RunAsync("inspect", Model);
        Assert.Contains("Inputs    the columns size, colour (2 levels)\n", inspected.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_shows_the_figures_of_the_test_samples()
    {
        Run run = await Train(Write("t.csv", Cats(200)), "--target", "kind", "--epochs", "30");
        Assert.Contains("On the 40 test samples, which chose nothing\nLog loss   ", run.Output, StringComparison.Ordinal);
        Run evaluated = await CommandLine.RunAsync("evaluate", Model, Path.Combine(folder.Path, "t.csv"));
        Assert.StartsWith("Accuracy   100.00 % of 200 file samples of t.csv\n", evaluated.Output);
        Assert.Contains("ROC AUC    1.0000", evaluated.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_test_file_judges_and_the_validation_part_is_announced()
    {
        string table = Write("t.csv", Cats(100));
        string test = Write("held.csv", Cats(37, first: 100));
        Run run = await Train(table, "--test-file", test, "--validation", "0.1", "--epochs", "1", "--target", "kind");
        Assert.Contains("t.csv: 90 samples to train, 10 to validate, 37 to test", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_seed_gives_one_model()
    {
        string table = Write("t.csv", Cats(60));
        List<byte[]> models = [];
        foreach (string seed in new[] { "3", "3", "4" })
        {
            await Train(table, "--seed", seed, "--epochs", "2", "--target", "kind");
            models.Add(await File.ReadAllBytesAsync(Model, TestContext.Current.CancellationToken));
        }

        Assert.Equal(models[0], models[1]);
        Assert.NotEqual(models[0], models[2]);
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_with_a_sentence()
    {
        string table = Write("t.csv", Cats(60));
        await Train(table, "--epochs", "1", "--target", "kind");
        Assert.StartsWith("there is no file none.csv", (await CommandLine.RunAsync("train", "none.csv")).Refused(ExitCode.BadData));
        Assert.StartsWith("t.csv: there is no column 'knd'; did you mean 'kind'?", (await Tries("train", table, "--target", "knd")).Refused(ExitCode.BadData));
        Assert.StartsWith("the model model.safetensors was trained on the columns of a table (size, colour, …), but xor has none", (await Tries("evaluate", Model, "xor")).Refused(ExitCode.BadData));
        Assert.StartsWith("other.csv: there is no column 'size'", (await Tries("predict", Model, Write("other.csv", "a,b\n1,2\n"))).Refused(ExitCode.BadData));
        await CommandLine.RunAsync("train", "xor", "--epochs", "1", "--out", Model);
        Assert.StartsWith("the model was not trained on a table", (await Tries("predict", Model, table)).Refused(ExitCode.Usage));

        Task<Run> Tries(params string[] args) => CommandLine.RunAsync(args);
    }

    [Fact]
    public async Task Rows_before_a_damaged_one_are_predicted()
    {
        await Train(Write("t.csv", Cats(60)), "--epochs", "1", "--target", "kind");
        string rows = string.Concat(Enumerable.Range(0, 300).Select(i => $"{i},red\n"));
        Run run = await CommandLine.RunAsync("predict", Model, Write("bad.csv", $"size,colour\n{rows}1,red,3\n"));
        Assert.Equal(ExitCode.BadData, run.Code);
        Assert.Equal("nabla: bad.csv, line 302: the row has 3 fields, but there are 2 columns\n", run.Error);
        Assert.Equal(301, run.Output.Count(c => c == '\n'));
        Run half = await CommandLine.RunAsync("predict", Model, Write("half.csv", "size,colour\n1,red\n2,blue\nx,red\n4,red\n"));
        Assert.Equal(ExitCode.BadData, half.Code);
        Assert.Equal(["index", "0", "1"], half.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(',')[0]));
        Assert.Contains("half.csv, line 4: column 'size': 'x' is no number", half.Error, StringComparison.Ordinal);
    }

    /// <summary>Beside results that are the same as without them.</summary>
    [Fact]
    public async Task Categories_that_the_model_never_saw_are_told_by_predict_and_evaluate()
    {
        await Train(Write("t.csv", Cats(60)), "--epochs", "1", "--target", "kind");
        string other = Write("other.csv", "size,colour,kind\n1,red,dog\n9,green,dog\n2,grün,\n3,green,dog\n");
        const string note = "Note      column 'colour': 3 of 4 rows have a category that the model never saw: 'green', 'grün'; all inputs of the column are 0 there\n";
        foreach (string[] options in new string[][] { [], ["--json"] })
        {
            Run predicted = await CommandLine.RunAsync(["predict", Model, other, .. options]);
            Assert.Equal((ExitCode.Done, note), (predicted.Code, predicted.Error));
            Assert.Equal(options.Length == 0 ? 5 : 4, predicted.Output.Count(c => c == '\n'));
            Run evaluated = await CommandLine.RunAsync(["evaluate", Model, other, .. options]);
            Assert.Equal((ExitCode.Done, note.Replace("3 of 4", "2 of 3", StringComparison.Ordinal).Replace(", 'grün'", "", StringComparison.Ordinal)), (evaluated.Code, evaluated.Error));
        }

        Assert.Equal("", (await CommandLine.RunAsync("predict", Model, other, "--count", "1")).Error);
        Run bad = await CommandLine.RunAsync("predict", Model, Write("bad.csv", "size,colour\n1,green\nx,red\n"));
        Assert.Equal(
            "Note      column 'colour': 1 of 1 row has a category that the model never saw: 'green'; all inputs of the column are 0 there\n"
            + "nabla: bad.csv, line 3: column 'size': 'x' is no number; write one, or nothing where it is missing\n", bad.Error);
        Assert.StartsWith("index,predicted,probability\n0,", bad.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parquet_table_goes_where_a_text_goes()
    {
        string text = Write("flats.csv", "listed,area,rooms,town,rent\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"2024-01-{i % 28 + 1:00},{(i % 9 == 8 ? "" : $"{40 + i}")},{i % 4 + 1},{(i % 2 == 0 ? "Ulm" : "Bonn")},{400 + 10 * i}\n")));
        folder.Write("flats.parquet", await FlatsInParquet.OfAsync(text));
        string parquet = Path.Combine(folder.Path, "flats.parquet");
        Run ofText = await Train(text, "--epochs", "5", "--json");
        Run run = await Train(parquet, "--epochs", "5", "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(ofText.Objects[^1].GetProperty("metrics").GetRawText(), run.Objects[^1].GetProperty("metrics").GetRawText());
        Assert.Contains("column 'listed' is left out: it holds dates", run.Error, StringComparison.Ordinal);
        Assert.Equal((await CommandLine.RunAsync("predict", Model, text)).Output, (await CommandLine.RunAsync("predict", Model, parquet)).Output);
        Assert.StartsWith("Samples    40 file samples of flats.parquet\n", (await CommandLine.RunAsync("evaluate", Model, parquet)).Output);

        folder.Write("cut.parquet", (await File.ReadAllBytesAsync(parquet, TestContext.Current.CancellationToken))[..^9]);
        Assert.Equal(
            "cut.parquet: a Parquet file begins and ends with PAR1, but this file does not", (await CommandLine.RunAsync("predict", Model, Path.Combine(folder.Path, "cut.parquet"))).Refused(ExitCode.BadData));
        Assert.StartsWith("flats.parquet names its columns itself", (await CommandLine.RunAsync("predict", Model, parquet, "--no-header")).Refused(ExitCode.Usage));
    }

    [Fact]
    public async Task A_table_without_names_is_told_to_have_none_everywhere()
    {
        string table = Write("t.csv", string.Concat(Enumerable.Range(0, 40).Select(i => $"{(i % 2 == 0 ? "red" : "blue")},{(i % 2 == 0 ? "cat" : "dog")}\n")));
        Run run = await Train(table, "--no-header", "--epochs", "30");
        Assert.Contains("t.csv: 32 samples to train, 8 to test", run.Error, StringComparison.Ordinal);
        Run evaluated = await CommandLine.RunAsync("evaluate", Model, table, "--no-header");
        Assert.StartsWith("Accuracy   100.00 % of 40 file samples of t.csv\n", evaluated.Output);
        Run predicted = await CommandLine.RunAsync("predict", Model, table, "--no-header");
        Assert.Equal(["0,cat", "1,dog"], predicted.Output.Split('\n')[1..3].Select(line => line[..5]));
        Assert.Equal(42, predicted.Output.Split('\n').Length);
        Assert.Equal(
            "--no-header goes with a table, such as table.csv, but 'xor' is a built-in data set", (await CommandLine.RunAsync("evaluate", Model, "xor", "--no-header")).Refused(ExitCode.Usage));
        Assert.Equal(
            "--no-header goes with a table, such as table.csv, but 'x.npy' is a file of arrays", (await CommandLine.RunAsync("predict", Model, "x.npy", "--no-header")).Refused(ExitCode.Usage));
        Assert.StartsWith(
            "--labels goes with a file of arrays, but t.csv is a table", (await CommandLine.RunAsync("evaluate", Model, table, "--no-header", "--labels", table)).Refused(ExitCode.Usage));
    }

    [Fact]
    public async Task Pictures_in_idx_files_are_learned_with_one_command()
    {
        // Bright above or bright below.
        byte[] pixels = [.. Enumerable.Range(0, 60).SelectMany(i => Enumerable.Range(0, 16).Select(at => (byte)(at / 8 == i % 2 ? 190 + i : i)))];
        string images = Path.Combine(folder.Path, "images.idx");
        string labels = Path.Combine(folder.Path, "labels.idx");
        folder.Write("images.idx", [.. IdxFiles.Header(0x00000803, 60, 4, 4), .. pixels]);
        folder.Write("labels.idx", IdxFiles.Labels([.. Enumerable.Range(0, 60).Select(i => (byte)(i % 2))]));
        Run run = await Train(images, "--labels", labels, "--epochs", "30", "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(1, run.Objects[^1].GetProperty("test_accuracy").GetDouble());
        Assert.Contains("images.idx: 48 samples to train, 12 to test", run.Error, StringComparison.Ordinal);
        Run evaluated = await CommandLine.RunAsync("evaluate", Model, images, "--labels", labels);
        Assert.StartsWith("Accuracy   100.00 % of 60 file samples of images.idx\n", evaluated.Output);
        Assert.StartsWith("0,0,", (await CommandLine.RunAsync("predict", Model, images)).Output.Split('\n')[1]);
        Assert.Equal(
            "a file of rows to test with goes with a table, but images.idx is a file of arrays",
            (await CommandLine.RunAsync("train", images, "--labels", labels, "--test-file", images, "--out", Model)).Refused(ExitCode.Usage));
    }

    /// <summary>Small and red or blue are cats, large ones dogs.</summary>
    private static string Cats(int rows, int first = 0)
    {
        StringBuilder table = new("name,size,kind,colour\n");
        for (int i = first; i < first + rows; i++)
        {
            // A name for each row makes more than a thousand different texts only where there are that many rows, so it is a date.
            table.Append($"2024-01-{i % 28 + 1:00},{(i % 2 == 0 ? 1 : 9) + i % 5 / 10.0},{(i % 2 == 0 ? "\"cat, small\"" : "dog")},{(i % 3 == 0 ? "red" : "blue")}\n");
        }

        return $"{table}";
    }

    private string Model => Path.Combine(folder.Path, "model.safetensors");

    private Task<Run> Train(string table, params string[] options) => CommandLine.RunAsync(["train", table, "--out", Model, .. options]);

    private string Write(string name, string text)
    {
        folder.Write(name, Encoding.UTF8.GetBytes(text));
        return Path.Combine(folder.Path, name);
    }
}
