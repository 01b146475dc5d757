using System.IO.Compression;
using System.Text;
using Nabla.Data.Parquet;
using Nabla.Data.Tables;
using Nabla.Networks;
using Nabla.Tests.Data;
using Nabla.Training;
using Parquet;

namespace Nabla.Data.Tests;

/// <summary>A table that is streamed gives what it gives in memory: the same parts, the same preprocessing, the same samples.</summary>
public sealed class TablesAreStreamed : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Targets => ["kind", "size"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Targets))]
    public void Parts_and_preprocessing_are_those_of_the_table_in_memory(string target)
    {
        string path = Write("some.csv", Mixed(700));
        TableOptions options = new() { Target = target, Validation = 0.1, Test = 0.2, Seed = 3, Categories = ["code"] };
        Dataset memory = TableReader.Load(path, options, TestContext.Current.CancellationToken);
        StreamedDataset streamed = TableReader.Open(path, 50, options, TestContext.Current.CancellationToken);
        Assert.True(memory.Preprocessing.IsSameAs(streamed.Preprocessing));
        Assert.Equal((memory.Name, memory.Inputs, memory.Outputs), (streamed.Name, streamed.Inputs, streamed.Outputs));
        Assert.Equal(memory.Classes, streamed.Classes);
        Assert.Equal(memory.Notes, streamed.Notes);
        Assert.Equal(memory.ClassCounts, streamed.ClassCounts);
        foreach (Part part in Enum.GetValues<Part>())
        {
            Assert.True(memory.CountOf(part) > 50);
            Assert.Equal(memory.CountOf(part), streamed.CountOf(part));
            Assert.Equal(Samples(memory, part), Samples(streamed, part));
        }

        // What is drawn are the same samples once more.
        SampleOrder order = streamed.Order(32, seed: 1);
        for (int epoch = 1; epoch <= 2; epoch++)
        {
            List<string> seen = [];
            for (order.Begin(epoch, 0, TestContext.Current.CancellationToken); seen.Count < order.Count;)
            {
                foreach (int slot in order.Next(Math.Min(32, order.Count - seen.Count)))
                {
                    seen.Add(Text(order.Samples, slot));
                }
            }

            Assert.Equal(Samples(memory, Part.Train).Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void In_the_same_order_both_are_trained_to_the_same_bits(string target)
    {
        string path = Write("some.csv", Mixed(300));
        TableOptions options = new() { Target = target, Validation = 0.2, Seed = 3 };
        string[] results =
        [
            .. new TrainingData[] { TableReader.Load(path, options, TestContext.Current.CancellationToken), TableReader.Open(path, 1, options, TestContext.Current.CancellationToken) }.Select(data =>
            {
                Model<float> model = new(Network.Of([data.Inputs, 8, data.Outputs], Activation.Named("tanh"), data.IsClassification ? Activation.Softmax : Activation.Identity), data.IsClassification ? Loss.CrossEntropy : Loss.SquaredError);
                model.Initialize(Initializer.Named("glorot"), seed: 1);
                TrainingResult result = model.Fit(data, new() { Optimizer = Optimizer.Adam, LearningRate = 0.01, BatchSize = 300, Epochs = 20, Patience = 5 }, cancellationToken: TestContext.Current.CancellationToken);
                string judged = data.IsClassification
                    ? $"{ClassificationMetrics.Of(model, data, Part.Test, TestContext.Current.CancellationToken) is var c} {c.LogLoss:R} {c.MacroRocAuc:R} {c.MacroF1:R}"
                    : $"{RegressionMetrics.Of(model, data, Part.Test, TestContext.Current.CancellationToken)}";
                return $"{judged}\n{string.Join('\n', result.Curves.Select(report => report with { Seconds = 0 }))}";
            }),
        ];
        Assert.Equal(results[0], results[1]);
    }

    [Fact]
    public void Missing_values_are_filled_as_in_memory_and_a_median_is_exact_while_the_numbers_may_be_kept()
    {
        string path = Write("some.csv", Mixed(700));
        TableOptions options = new() { Target = "kind", MissingNumbers = NumberFill.Median, MissingCategories = CategoryFill.MostFrequent };
        Assert.True(TableReader.Load(path, options, TestContext.Current.CancellationToken).Preprocessing.IsSameAs(TableReader.Open(path, 50, options, TestContext.Current.CancellationToken).Preprocessing));
    }

    [Fact]
    public void A_median_of_more_numbers_than_may_be_kept_is_that_of_a_sample_and_a_note_says_so()
    {
        StringBuilder text = new("x,y\n");
        SeededRandom random = new(1);
        for (int i = 0; i < 100_000; i++)
        {
            text.Append(Math.Round(Math.Exp(random.NextNormal()), 4)).Append(',').Append(i % 7).Append('\n');
        }

        TableOptions options = new() { MissingNumbers = NumberFill.Median, Task = TableTask.Regression };
        string path = Write("many.csv", $"{text}");
        StreamedDataset data = TableReader.Open(path, 10, options, TestContext.Current.CancellationToken);
        Assert.Contains("the medians of 1 columns are those of 65,536 of their numbers, drawn by the seed", data.Notes);
        NumberEncoding exact = (NumberEncoding)TableReader.Load(path, options, TestContext.Current.CancellationToken).Preprocessing.Columns[0];
        NumberEncoding sampled = (NumberEncoding)data.Preprocessing.Columns[0];
        Assert.Equal(exact with { Fill = 0 }, sampled with { Fill = 0 });
        Assert.InRange(sampled.Fill / exact.Fill, 0.99, 1.01);
    }

    [Fact]
    public void Files_with_gzip_test_files_and_rows_without_a_target_are_streamed_too()
    {
        string text = Mixed(400) + "3,red,7,\n";
        string path = folder.File("some.csv.gz");
        using (GZipStream gzip = new(File.Create(path), CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        TableOptions options = new() { Target = "size", TestFile = Write("test.csv", "size,colour,code,kind\n1,red,3,cat\n2,unheard,4,cat\n,red,4,dog\n") };
        Dataset memory = TableReader.Load(path, options, TestContext.Current.CancellationToken);
        StreamedDataset streamed = TableReader.Open(path, 50, options, TestContext.Current.CancellationToken);
        Assert.Equal(2, streamed.CountOf(Part.Test));
        Assert.Equal(Samples(memory, Part.Test), Samples(streamed, Part.Test));
        Assert.Equal(Samples(memory, Part.Train), Samples(streamed, Part.Train));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Parquet_is_streamed_to_the_bits_of_the_same_rows_as_text(int groups)
    {
        folder.Write("t.parquet", ParquetFiles.Mixed(600 / groups, CompressionMethod.Snappy, groups));
        string[] paths = [folder.File("t.parquet"), Write("t.csv", ParquetFiles.MixedText(600))];
        TableOptions options = new() { Target = "kind", Categories = ["colour"], Validation = 0.1, Seed = 3 };
        double[][] weights =
        [
            .. paths.Select(path =>
            {
                StreamedDataset data = ParquetTables.Open(path, 50, options, TestContext.Current.CancellationToken);
                Assert.Equal(600, Enum.GetValues<Part>().Sum(data.CountOf));
                Model<float> model = new(Network.Of([data.Inputs, 8, 2], Activation.Named("tanh"), Activation.Softmax), Loss.CrossEntropy);
                model.Initialize(Initializer.Named("glorot"), seed: 1);
                model.Fit(data, new() { Optimizer = Optimizer.Adam, LearningRate = 0.01, BatchSize = 32, Epochs = 3 }, cancellationToken: TestContext.Current.CancellationToken);
                return model.Parameters.Parameters.SelectMany(parameter => model.Parameters[parameter].Elements.ToArray()).ToArray();
            }),
        ];
        Assert.Equal(weights[1], weights[0]);
    }

    [Fact]
    public void A_loss_that_is_not_finite_names_the_line()
    {
        StringBuilder text = new("x,y\n");
        for (int i = 0; i < 100; i++)
        {
            text.Append(i == 73 ? "1e150" : "1e-3").Append(",1.5\n");
        }

        StreamedDataset data = TableReader.Open(Write("large.csv", $"{text}"), 10, new() { Test = 0 }, TestContext.Current.CancellationToken);
        SampleOrder order = data.Order(10, seed: 1);
        order.Begin(1, 0, TestContext.Current.CancellationToken);
        string[] names = [.. Enumerable.Range(0, 10).SelectMany(_ => order.Next(10).ToArray().Where(slot => order.Samples.InputsOf(slot)[0] > 5).Select(order.NameOf))];
        Assert.Equal(["line 75"], names);
    }

    /// <summary>What a model is worth on a table is the same to the last bit whether the rows are kept or read when they are needed.</summary>
    [Theory]
    [InlineData("kind", false)]
    [InlineData("size", false)]
    [InlineData("kind", true)]
    public void A_model_is_judged_as_on_the_table_in_memory(string target, bool isParquet)
    {
        Dataset data = TableReader.Load(Write("some.csv", Mixed(300)), new() { Target = target }, TestContext.Current.CancellationToken);
        Model<float> model = new(Network.Of([data.Inputs, 8, data.Outputs], Activation.Named("tanh"), data.IsClassification ? Activation.Softmax : Activation.Identity), data.IsClassification ? Loss.CrossEntropy : Loss.SquaredError);
        model.Initialize(Initializer.Named("glorot"), seed: 1);
        string path = Write("other.csv", Mixed(1000) + "3,violet,7,cat\n,NA,1,\n");
        if (isParquet)
        {
            data = ParquetTables.Load(Parquet("some.parquet", 60), new() { Target = target }, TestContext.Current.CancellationToken);
            model = new(Network.Of([data.Inputs, 8, data.Outputs], Activation.Named("tanh"), Activation.Softmax), Loss.CrossEntropy);
            model.Initialize(Initializer.Named("glorot"), seed: 1);
            path = Parquet("other.parquet", 600);
        }

        Dataset memory = ParquetTables.Load(path, data.Preprocessing, data.Classes, cancellationToken: TestContext.Current.CancellationToken);
        StreamedDataset streamed = ParquetTables.Open(path, 1, data.Preprocessing, data.Classes, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(memory.Notes, streamed.Notes);
        Assert.Single(streamed.Notes);
        Assert.Equal((memory.Name, memory.CountOf(Part.Train), memory.Inputs, memory.Outputs), (streamed.Name, streamed.CountOf(Part.Train), streamed.Inputs, streamed.Outputs));
        Assert.Equal(Judged(memory), Judged(streamed));
        Assert.Equal(model.MeanLoss(memory.Train), model.MeanLoss(streamed, Part.Train, TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => model.MeanLoss(streamed, Part.Test, TestContext.Current.CancellationToken));

        string Judged(TrainingData all) => all.IsClassification
            ? $"{ClassificationMetrics.Of(model, all, Part.Train, TestContext.Current.CancellationToken) is var c} {c.LogLoss:R} {c.MacroRocAuc:R} {c.MacroF1:R} {c.Accuracy:R}"
            : $"{RegressionMetrics.Of(model, all, Part.Train, TestContext.Current.CancellationToken)}";

        string Parquet(string name, int rows)
        {
            folder.Write(name, ParquetFiles.Mixed(rows));
            return folder.File(name);
        }
    }

    [Fact]
    public void A_table_without_a_target_is_no_table_to_judge_on()
    {
        Preprocessing learned = TableReader.Load(Write("some.csv", Mixed(100)), new() { Target = "size" }, TestContext.Current.CancellationToken).Preprocessing;
        foreach ((string text, string sentence) in new[]
        {
            ("size,colour,code,kind\n,red,1,cat\n", "other.csv: no row has a 'size' to compare with"),
            ("colour,code,kind\nred,1,cat\n", "other.csv: there is no column 'size'; the file has colour, code, kind"),
        })
        {
            string path = Write("other.csv", text);
            Assert.Equal(sentence, Assert.Throws<InvalidDataException>(() => TableReader.Load(path, learned, [], cancellationToken: TestContext.Current.CancellationToken)).Message);
            Assert.Equal(sentence, Assert.Throws<InvalidDataException>(() => TableReader.Open(path, 1, learned, [], cancellationToken: TestContext.Current.CancellationToken)).Message);
        }
    }

    [Fact]
    public void A_file_that_is_damaged_or_changes_meanwhile_is_refused_with_its_line()
    {
        string path = Write("some.csv", Mixed(100) + "1,red\n");
        Assert.Equal(
            "some.csv, line 102: the row has 2 fields, but there are 4 columns",
            Assert.Throws<InvalidDataException>(() => TableReader.Open(path, 10, cancellationToken: TestContext.Current.CancellationToken)).Message);
        Write("some.csv", Mixed(100));
        StreamedDataset data = TableReader.Open(path, 10, cancellationToken: TestContext.Current.CancellationToken);
        File.AppendAllText(path, "1,red,2,cat\n");
        Assert.Equal(
            "some.csv was changed while it was used; it is read several times and has to stay as it is",
            Assert.Throws<InvalidDataException>(() => data.Order(8, seed: 1).Begin(1, 0, TestContext.Current.CancellationToken)).Message);
        Assert.Contains("a window holds at least 1 row, but it is 0", Assert.Throws<ArgumentException>(() => TableReader.Open(path, 0, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    private static string[] Samples(TrainingData data, Part part) =>
        [.. data.Read(part, TestContext.Current.CancellationToken).SelectMany(samples => Enumerable.Range(0, samples.Count).Select(i => Text(samples, i)))];

    private static string Text(Samples samples, int sample) => $"{string.Join(' ', samples.InputsOf(sample))} | {string.Join(' ', samples.TargetsOf(sample))}";

    private string Write(string name, string text)
    {
        File.WriteAllText(folder.File(name), text);
        return folder.File(name);
    }

    /// <summary>Numbers, texts, numbers that are categories, and classes, each missing now and then.</summary>
    private static string Mixed(int rows)
    {
        StringBuilder text = new("size,colour,code,kind\n");
        SeededRandom random = new(7);
        for (int i = 0; i < rows; i++)
        {
            string kind = random.NextInt(10) switch { < 6 => "cat", < 9 => "dog", _ => "\"gnu, old\"" };
            string size = random.NextInt(20) == 0 ? "" : $"{random.NextDouble(kind.Length, 12):0.000}";
            string colour = new[] { "red", "blue", "NA", "green" }[random.NextInt(4)];
            text.Append(size).Append(',').Append(colour).Append(',').Append(random.NextInt(5)).Append(',').Append(kind).Append('\n');
        }

        return $"{text}";
    }
}
