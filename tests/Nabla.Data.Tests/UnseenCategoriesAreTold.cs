using System.Text;
using Nabla.Data.Parquet;
using Nabla.Data.Tables;
using Nabla.Tests;
using Nabla.Tests.Data;
using Parquet;
using Parquet.Schema;

namespace Nabla.Data.Tests;

/// <summary>A category that a model never saw is no error, but nobody should find out by wrong predictions.</summary>
[Collection(nameof(Alone))]
public sealed class UnseenCategoriesAreTold : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Of_each_column_with_the_rows_and_the_first_few_by_name()
    {
        Preprocessing learned = Learned();
        string path = Write("other.csv", "a,n,b,y\nKiel,1,x,1\nUlm,2,x,2\nMainz,3,x,3\n,4,x,4\nKiel,5,new,5\nTrier,6,,6\nHof,7,x,7\nBonn,8,z,8\n");
        string[] notes =
        [
            "column 'a': 5 of 8 rows have a category that the model never saw: 'Kiel', 'Mainz', 'Trier' and 1 other; all inputs of the column are 0 there",
            "column 'b': 1 of 8 rows has a category that the model never saw: 'new'; all inputs of the column are 0 there",
        ];
        Assert.Equal(notes, TableReader.Load(path, learned, [], cancellationToken: TestContext.Current.CancellationToken).Notes);
        TableBatch batch = Assert.Single(TableReader.Stream(path, learned, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(notes, batch.Notes);

        // What the sentence says is so: all inputs of the column are 0.
        Assert.Equal([0, 0], Assert.IsType<NumberFeatures>(batch.Features).Values[..2]);
        Assert.Equal(1, Assert.IsType<NumberFeatures>(batch.Features).Values.Skip(learned.Inputs).Take(2).Sum());
    }

    [Fact]
    public void Of_as_many_rows_as_are_asked_for_and_of_all_batches_together()
    {
        Preprocessing learned = Learned();
        string path = Write("many.csv", "a,n,b\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"{(i % 10 == 0 ? $"town{i / 20}" : "Ulm")},1,x\n")));
        TableBatch[] all = [.. TableReader.Stream(path, learned, cancellationToken: TestContext.Current.CancellationToken)];
        Assert.Equal(4, all.Length);
        Assert.Equal("column 'a': 100 of 1,000 rows have a category that the model never saw: 'town0', 'town1', 'town2' and 47 others; all inputs of the column are 0 there", Assert.Single(all[^1].Notes));
        TableBatch[] some = [.. TableReader.Stream(path, learned, count: 300, cancellationToken: TestContext.Current.CancellationToken)];
        Assert.Equal([256, 44], some.Select(batch => batch.Features.Count));
        Assert.StartsWith("column 'a': 30 of 300 rows", Assert.Single(some[^1].Notes), StringComparison.Ordinal);
        TableBatch one = Assert.Single(TableReader.Stream(path, learned, count: 1, cancellationToken: TestContext.Current.CancellationToken));
        Assert.StartsWith("column 'a': 1 of 1 row has a category that the model never saw: 'town0'; all", Assert.Single(one.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(5)]
    public void Of_a_file_of_its_own_to_test_with(int? window)
    {
        string path = Write("train.csv", "a,y\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{(i % 2 == 0 ? "Bonn" : "Ulm")},{i % 7}\n")));
        TableOptions options = new() { Target = "y", Task = TableTask.Regression, TestFile = Write("test.csv", "a,y\nKiel,1\nUlm,2\nHof,\n") };
        IEnumerable<string> notes = window is int rows
            ? TableReader.Open(path, rows, options, TestContext.Current.CancellationToken).Notes
            : TableReader.Load(path, options, TestContext.Current.CancellationToken).Notes;
        Assert.Contains("test.csv: column 'a': 1 of 2 rows has a category that the model never saw: 'Kiel'; all inputs of the column are 0 there", notes);
    }

    /// <summary>A row is counted whole or not at all.</summary>
    [Fact]
    public void Of_the_rows_before_a_damaged_one()
    {
        string path = Write("bad.csv", "a,n,b\nUlm,1,x\nKiel,2,x\nMainz,three,new\n");
        TableBatch? last = null;
        Assert.Equal(
            "bad.csv, line 4: column 'n': 'three' is no number; write one, or nothing where it is missing",
            Assert.Throws<InvalidDataException>(() =>
            {
                foreach (TableBatch batch in TableReader.Stream(path, Learned(), cancellationToken: TestContext.Current.CancellationToken))
                {
                    last = batch;
                }
            }).Message);
        Assert.Equal(2, last!.Features.Count);
        Assert.Equal("column 'a': 1 of 2 rows has a category that the model never saw: 'Kiel'; all inputs of the column are 0 there", Assert.Single(last.Notes));
    }

    [Fact]
    public void Of_parquet_too()
    {
        DataField<string> a = new("a");
        DataField<double?> n = new("n");
        DataField<string> b = new("b");
        DataField<double> y = new("y");
        folder.Write("t.parquet", ParquetFiles.Write(new(a, n, b, y), CompressionMethod.Snappy, async writer =>
        {
            for (int group = 0; group < 2; group++)
            {
                using ParquetRowGroupWriter rows = writer.CreateRowGroup();
                await rows.WriteAsync(a, new[] { "Kiel", "Ulm", null! });
                await rows.WriteAsync<double>(n, new double?[] { 1, 2, null });
                await rows.WriteAsync(b, new[] { "x", "x", "z" });
                await rows.WriteAsync<double>(y, new double[] { 1, 2, 3 });
            }
        }));
        const string note = "column 'a': 2 of 6 rows have a category that the model never saw: 'Kiel'; all inputs of the column are 0 there";
        Assert.Equal(note, Assert.Single(ParquetTables.Load(folder.File("t.parquet"), Learned(), [], cancellationToken: TestContext.Current.CancellationToken).Notes));
        Assert.Equal(note, Assert.Single(Assert.Single(ParquetTables.Stream(folder.File("t.parquet"), Learned(), cancellationToken: TestContext.Current.CancellationToken)).Notes));
    }

    /// <summary>A million different texts, some of a million letters, are counted in the memory of a thousand short ones.</summary>
    [Fact]
    public void In_bounded_memory()
    {
        Preprocessing learned = Learned();
        string path = folder.File("large.csv");
        using (StreamWriter writer = new(path))
        {
            writer.Write("a,n,b\n");
            for (int i = 0; i < 1_000_000; i++)
            {
                writer.Write($"{i}{(i % 20_000 == 0 ? new string('q', 1_000_000) : "")},1,x\n");
            }
        }

        string note = "";
        long growth = HeapWatch.Growth(() =>
        {
            foreach (TableBatch batch in TableReader.Stream(path, learned, cancellationToken: TestContext.Current.CancellationToken))
            {
                note = Assert.Single(batch.Notes);
            }
        });
        Assert.Equal($"column 'a': 1,000,000 of 1,000,000 rows have a category that the model never saw: '0{new string('q', 39)}…', '1', '2' and more than 997 others; all inputs of the column are 0 there", note);
        Assert.InRange(growth, 0, 64 << 20);
    }

    private Preprocessing Learned() => TableReader.Load(
        Write("learned.csv", "a,n,b,y\nUlm,1,x,1.5\nBonn,3,z,2\nUlm,4,x,3\n"), new() { Test = 0, Task = TableTask.Regression }, TestContext.Current.CancellationToken).Preprocessing;

    private string Write(string name, string text)
    {
        folder.Write(name, Encoding.UTF8.GetBytes(text));
        return folder.File(name);
    }
}
