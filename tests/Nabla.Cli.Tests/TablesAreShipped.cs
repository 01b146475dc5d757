using System.Globalization;
using System.Text;
using System.Text.Json;
using Nabla.Data;
using Nabla.Models;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>A model of a table leaves with all that was learned of its columns.</summary>
public sealed class TablesAreShipped : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("price")]
    [InlineData("kind")]
    public async Task A_predictor_gives_what_predict_prints(string target)
    {
        string table = await Train(target);
        JsonElement[] printed = [.. (await CommandLine.RunAsync("predict", Model, table, "--json")).Objects];
        Predictor predictor = Predictor.Load(Model, concurrency: 1);
        string[] names = Header;
        string[][] rows = [.. File.ReadLines(table).Skip(1).Select(line => line.Split(','))];
        Assert.Equal(rows.Length, printed.Length);
        float[] ofTexts = new float[predictor.Outputs];
        float[] ofNumbers = new float[predictor.Outputs];
        for (int i = 0; i < rows.Length; i++)
        {
            string?[] cells = [.. predictor.Description.Preprocessing.Columns.Select(column => rows[i][Array.IndexOf(names, column.Name)])];
            predictor.PredictRow(cells, ofTexts);
            predictor.Predict([.. predictor.Description.Preprocessing.Columns.Select((column, c) => Number(column, cells[c]!))], ofNumbers);
            double[] expected = [.. printed[i].GetProperty("outputs").EnumerateArray().Select(output => output.GetDouble())];
            Assert.All(expected.Zip(ofTexts), pair => Assert.Equal((float)pair.First, pair.Second, 1e-6f * Math.Max(1, Math.Abs((float)pair.First))));
            Assert.All(expected.Zip(ofNumbers), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * Math.Max(1, Math.Abs(pair.First))));
        }
    }

    [Theory]
    [InlineData("price")]
    [InlineData("kind")]
    public async Task A_model_comes_back_from_onnx_with_the_same_bits(string target)
    {
        await Train(target);
        Run export = await CommandLine.RunAsync("export", Model, "--onnx", Path.Combine(folder.Path, "t.onnx"), "--csharp", Path.Combine(folder.Path, "T.cs"));
        Assert.Equal((ExitCode.Done, ""), (export.Code, export.Error));
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("import", Path.Combine(folder.Path, "t.onnx"), "--out", Path.Combine(folder.Path, "back.safetensors"))).Code);
        Assert.Equal(File.ReadAllBytes(Model), File.ReadAllBytes(Path.Combine(folder.Path, "back.safetensors")));
        Assert.Contains("string[] Columns = [\"size\", \"colour\"", File.ReadAllText(Path.Combine(folder.Path, "T.cs")), StringComparison.Ordinal);
        Assert.Equal(
            "t.onnx says what is done to the columns of a table, so its inputs are not divided by 255",
            (await CommandLine.RunAsync("import", Path.Combine(folder.Path, "t.onnx"), "--divide-inputs-by", "255", "--out", Path.Combine(folder.Path, "b2.safetensors"))).Refused(ExitCode.Usage));
    }

    [Fact]
    public async Task Inspect_and_the_card_name_columns_levels_fills_and_units()
    {
        await Train("price");
        Preprocessing learned = ModelFile.Read(Model).Description.Preprocessing;
        (NumberEncoding size, TargetEncoding price) = (Assert.IsType<NumberEncoding>(learned.Columns[0]), learned.Target!);
        string inspected = (await CommandLine.RunAsync("inspect", Model)).Output;
        Assert.Contains("Inputs    the columns size, colour (3 levels and missing), kind (2 levels)\n", inspected, StringComparison.Ordinal);
        Assert.Contains($"Target    the column price, learned as (y − {Figure(price.Mean)}) / {Figure(price.Scale)}\n", inspected, StringComparison.Ordinal);
        string page = Path.Combine(folder.Path, "card.md");
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("export", Model, "--card", page)).Code);
        string card = File.ReadAllText(page);
        Assert.All(
            [
                "- Inputs: 7 numbers, made of the 3 columns below.\n",
                $"- Outputs: 1 number of the column price, {Figure(price.Scale)} · a + {Figure(price.Mean)} of what the network gives.\n",
                $"| size | (x − {Figure(size.Mean)}) / {Figure(size.Scale)} | {Figure(size.Fill)} |\n",
                "| colour | 1 at its level, 0 elsewhere: blue, green, red | a level of its own |\n",
                "| kind | 1 at its level, 0 elsewhere: cat, dog | 0 everywhere |\n",
                "- A level that was not among the rows that trained is taken for none of them.\n",
            ],
            part => Assert.Contains(part, card, StringComparison.Ordinal));
    }

    private static string[] Header => ["size", "colour", "kind", "price"];

    private string Model => Path.Combine(folder.Path, "model.safetensors");

    private static string Figure(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static float Number(ColumnEncoding column, string cell) => MissingText.Is(cell.AsSpan().Trim()) ? float.NaN
        : column is CategoryEncoding category ? category.Levels.IndexOf(cell.Trim())
        : float.Parse(cell, CultureInfo.InvariantCulture);

    /// <summary>Numbers of which some are missing, a category of which some are, and one that is complete.</summary>
    private async Task<string> Train(string target)
    {
        StringBuilder text = new(string.Join(',', Header) + "\n");
        for (int i = 0; i < 150; i++)
        {
            string size = i % 9 == 4 ? (i % 2 == 0 ? "" : "na") : FormattableString.Invariant($"{1000 + i % 13 / 8.0}");
            string colour = i % 7 == 3 ? "?" : i % 3 == 0 ? "red" : i % 3 == 1 ? "green" : "blue";
            text.Append(CultureInfo.InvariantCulture, $"{size}, {colour} ,{(i % 2 == 0 ? "cat" : "dog")},{200 + i % 13 * 3 + i % 2 * 10}\n");
        }

        folder.Write("t.csv", Encoding.UTF8.GetBytes($"{text}"));
        string path = Path.Combine(folder.Path, "t.csv");
        Run run = await CommandLine.RunAsync("train", path, "--target", target, "--epochs", "20", "--out", Model);
        Assert.True(run.Code == ExitCode.Done, run.Error);
        return path;
    }
}
