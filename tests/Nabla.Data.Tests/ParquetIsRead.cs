using System.Text;
using Nabla.Data.Parquet;
using Nabla.Data.Tables;
using Nabla.Tests;
using Nabla.Tests.Data;
using Parquet;
using Parquet.Schema;

namespace Nabla.Data.Tests;

[Collection(nameof(Alone))]
public sealed class ParquetIsRead : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(CompressionMethod.None, 1)]
    [InlineData(CompressionMethod.Snappy, 1)]
    [InlineData(CompressionMethod.Gzip, 3)]
    [InlineData(CompressionMethod.Zstd, 2)]
    public void A_table_is_the_same_as_the_one_of_text(CompressionMethod compression, int groups)
    {
        folder.Write("t.parquet", ParquetFiles.Mixed(60 / groups, compression, groups));
        folder.Write("t.csv", Encoding.UTF8.GetBytes(ParquetFiles.MixedText(60)));
        TableOptions options = new() { Target = "kind", Categories = ["colour"] };
        Dataset read = ParquetTables.Load(Path("t.parquet"), options, TestContext.Current.CancellationToken);
        Dataset text = ParquetTables.Load(Path("t.csv"), options, TestContext.Current.CancellationToken);
        Assert.Equal(text.Fingerprint(TestContext.Current.CancellationToken), read.Fingerprint(TestContext.Current.CancellationToken));
        Assert.Equal(text.Classes, read.Classes);
        Assert.Equal((48, 12), (read.Train.Count, read.Test!.Count));
        Assert.Equal(((NumberFeatures)text.Test!.Features).Values, Assert.IsType<NumberFeatures>(read.Test!.Features).Values);
        Assert.Contains("column 'born' is left out: it holds dates", read.Notes);
        Assert.Contains("column 'picture' is left out: it holds no numbers, texts, dates, or true and false", read.Notes);

        // Texts are categories although they look like numbers, without being told.
        Dataset found = ParquetTables.Load(Path("t.parquet"), new() { Target = "kind" }, TestContext.Current.CancellationToken);
        Assert.Equal(["0123", "red"], Assert.IsType<CategoryEncoding>(found.Preprocessing.Columns.Single(column => column.Name == "colour")).Levels);

        TableBatch batch = Assert.Single(ParquetTables.Stream(Path("t.parquet"), read.Preprocessing, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(60, batch.Features.Count);
        Assert.Equal("cat", batch.Targets!.Value[0]);
        Assert.Equal(60, ParquetTables.Load(Path("t.parquet"), read.Preprocessing, read.Classes, cancellationToken: TestContext.Current.CancellationToken).Train.Count);
    }

    [Fact]
    public void Numbers_of_every_kind_are_read()
    {
        AssertNumbers<sbyte>(-128, 127, 0);
        AssertNumbers<byte>(0, 255, 3);
        AssertNumbers<short>(short.MinValue, short.MaxValue, 1);
        AssertNumbers<ushort>(0, ushort.MaxValue, 1);
        AssertNumbers(int.MinValue, int.MaxValue, 1);
        AssertNumbers<uint>(0, uint.MaxValue, 1);
        AssertNumbers<long>(-(1L << 53), 1L << 53, 1);
        AssertNumbers<ulong>(0, 1UL << 53, 1);
        AssertNumbers(-0.1f, float.MaxValue, float.Epsilon);
        AssertNumbers(-0.1, double.MaxValue, double.Epsilon);
        AssertNumbers(-0.5m, 123456.25m, 0m);
    }

    [Fact]
    public void A_column_without_values_and_a_list_are_left_out()
    {
        DataField<double?> nothing = new("nothing");
        DataField<int> x = new("x");
        DataField<string> y = new("y");
        ListField list = new("list", new DataField<int>("element"));
        folder.Write("t.parquet", ParquetFiles.Write(new(nothing, x, list, y), CompressionMethod.Snappy, async writer =>
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync<double>(nothing, new double?[20]);
            await group.WriteAsync<int>(x, Enumerable.Range(0, 20).ToArray());
            DataField element = (DataField)list.Item;
            await group.WriteAllPartsAsync<int>(element, Enumerable.Range(0, 20).ToArray(), Enumerable.Repeat(element.MaxDefinitionLevel, 20).ToArray(), new int[20], TestContext.Current.CancellationToken);
            await group.WriteAsync(y, Enumerable.Range(0, 20).Select(i => i < 10 ? "a" : "b").ToArray());
        }));
        Dataset data = ParquetTables.Load(Path("t.parquet"), new() { Target = "y", Test = 0 }, TestContext.Current.CancellationToken);
        Assert.Equal(["x"], data.Preprocessing.Columns.Select(column => column.Name));
        Assert.Contains("column 'nothing' is left out: it has no value in any row", data.Notes);
        Assert.Contains("column 'list' is left out: it holds no numbers, texts, dates, or true and false", data.Notes);
    }

    /// <summary>What is not used is never read: a group of rows at a time, and of it two columns of twenty.</summary>
    [Fact]
    public void Predicting_takes_the_memory_of_the_columns_that_are_used_in_one_group()
    {
        const int Columns = 20;
        const int RowsOfAGroup = 1_000_000;
        double[] values = [.. Enumerable.Range(0, RowsOfAGroup).Select(i => (double)(i % 100))];
        DataField<double>[] fields = [.. Enumerable.Range(0, Columns).Select(i => new DataField<double>($"x{i}"))];
        folder.Write("wide.parquet", ParquetFiles.Write(new(fields), CompressionMethod.Zstd, async writer =>
        {
            for (int group = 0; group < 2; group++)
            {
                using ParquetRowGroupWriter part = writer.CreateRowGroup();
                foreach (DataField<double> field in fields)
                {
                    await part.WriteAsync<double>(field, values);
                }
            }
        }));
        Preprocessing learned = new() { Columns = [new NumberEncoding("x7", 0, 1, 0), new NumberEncoding("x17", 0, 1, 0)], Target = new("y", 0, 1) };
        long count = 0;
        long growth = HeapWatch.Growth(() =>
        {
            foreach (TableBatch batch in ParquetTables.Stream(Path("wide.parquet"), learned, cancellationToken: TestContext.Current.CancellationToken))
            {
                count += batch.Features.Count;
            }
        });
        Assert.Equal(2 * RowsOfAGroup, count);

        // All columns of a group would be 160 MB, and all of the file 320 MB.
        Assert.InRange(growth, 0, 96 << 20);
    }

    [Fact]
    public void A_parquet_table_may_be_tested_on_text_and_the_other_way_round()
    {
        folder.Write("t.parquet", ParquetFiles.Mixed(40));
        folder.Write("t.csv", Encoding.UTF8.GetBytes(ParquetFiles.MixedText(60)));
        TableOptions options = new() { Target = "kind" };
        Assert.Equal(60, ParquetTables.Load(Path("t.parquet"), options with { TestFile = Path("t.csv") }, TestContext.Current.CancellationToken).Test!.Count);
        Assert.Equal(40, ParquetTables.Load(Path("t.csv"), options with { TestFile = Path("t.parquet") }, TestContext.Current.CancellationToken).Test!.Count);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_a_sentence()
    {
        folder.Write("t.parquet", ParquetFiles.Mixed(40, CompressionMethod.Brotli));
        folder.Write("inf.parquet", ParquetFiles.Numbers(1, double.PositiveInfinity, 3));
        folder.Write("csv.parquet", "a,b\n1,2\n3,4\n"u8.ToArray());
        Refused("t.parquet: column 'size' is compressed in a way that is not read (codec 4); snappy, gzip and zstd are", "t.parquet", new());
        Refused("inf.parquet, row 2: column 'x' is infinite there", "inf.parquet", new() { Target = "y" });
        Refused("csv.parquet: 12 bytes are too few for a Parquet file", "csv.parquet", new(), orElse: "csv.parquet: a Parquet file begins and ends with PAR1, but this file does not");
        folder.Write("t.parquet", ParquetFiles.Mixed(40));
        Refused("t.parquet: column 'born' cannot be a feature: it holds dates", "t.parquet", new() { Target = "kind", Features = ["born"] });
        Refused("t.parquet: there is no column 'knd'; did you mean 'kind'?", "t.parquet", new() { Target = "knd" });
        Assert.StartsWith(
            "t.parquet names its columns itself",
            Assert.Throws<ArgumentException>(() => ParquetTables.Load(Path("t.parquet"), new() { HasHeader = false }, TestContext.Current.CancellationToken)).Message);
    }

    private void AssertNumbers<T>(params T[] values)
        where T : struct, System.Numerics.INumber<T>
    {
        folder.Write("n.parquet", ParquetFiles.Numbers(values));
        using FileStream file = File.OpenRead(Path("n.parquet"));
        using ParquetRows rows = new(Path("n.parquet"), "n.parquet") { Columns = new ParquetFooter(file, "n.parquet").Columns };
        foreach (T value in values)
        {
            Assert.True(rows.Read());
            Assert.Equal(double.CreateChecked(value), double.Parse(rows[0], System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.False(rows.Read());
    }

    private void Refused(string sentence, string file, TableOptions options, string? orElse = null)
    {
        string message = Assert.Throws<InvalidDataException>(() => ParquetTables.Load(Path(file), options, TestContext.Current.CancellationToken)).Message;
        Assert.True(message.StartsWith(sentence, StringComparison.Ordinal) || (orElse is not null && message.StartsWith(orElse, StringComparison.Ordinal)), message);
    }

    private string Path(string name) => System.IO.Path.Combine(folder.Path, name);
}
