using System.IO.Compression;
using Nabla.Data.Arrays;
using Nabla.Data.Tables;
using Nabla.Tests.Data;

namespace Nabla.Data.Tests;

public sealed class ArraysAreRead : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("|b1", new byte[] { 0, 1, 1, 0, 0, 1 }, new double[] { 0, 1, 1, 0, 0, 1 })]
    [InlineData("|u1", new byte[] { 0, 1, 2, 253, 254, 255 }, new double[] { 0, 1, 2, 253, 254, 255 })]
    [InlineData("|i1", new byte[] { 0, 1, 127, 128, 254, 255 }, new double[] { 0, 1, 127, -128, -2, -1 })]
    [InlineData("<u2", new byte[] { 1, 0, 0, 1, 255, 255, 0, 0, 2, 0, 3, 0 }, new double[] { 1, 256, 65535, 0, 2, 3 })]
    [InlineData(">i2", new byte[] { 0, 1, 1, 0, 255, 255, 0, 0, 128, 0, 0, 3 }, new double[] { 1, 256, -1, 0, -32768, 3 })]
    [InlineData("<f2", new byte[] { 0, 0x3C, 0, 0x40, 0, 0xBC, 0, 0, 0, 0x38, 1, 0 }, new double[] { 1, 2, -1, 0, 0.5, 5.9604644775390625e-08 })]
    public void Numbers_of_every_kind_are_read(string type, byte[] data, double[] expected)
    {
        folder.Write("a.npy", NpyFiles.Npy(type, "2, 3", data));
        NumberArray array = Npy.Read(Path("a.npy"));
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal(expected, from row in Enumerable.Range(0, 2) from place in Enumerable.Range(0, 3) select array[row, place]);
    }

    [Theory]
    [InlineData("<i4", 4)]
    [InlineData("<u4", 4)]
    [InlineData("<i8", 8)]
    [InlineData("<u8", 8)]
    [InlineData("<f4", 4)]
    [InlineData("<f8", 8)]
    public void Wide_numbers_are_read_in_both_byte_orders(string type, int size)
    {
        byte[] data = type switch
        {
            "<i4" => BitConverter.GetBytes(12345678),
            "<u4" => BitConverter.GetBytes(12345678u),
            "<i8" => BitConverter.GetBytes(12345678L),
            "<u8" => BitConverter.GetBytes(12345678UL),
            "<f4" => BitConverter.GetBytes(12345678f),
            _ => BitConverter.GetBytes(12345678.0),
        };
        Assert.Equal(size, data.Length);
        folder.Write("little.npy", NpyFiles.Npy(type, "1,", data));
        folder.Write("big.npy", NpyFiles.Npy(type.Replace('<', '>'), "1,", [.. data.Reverse()], version: 2));
        Assert.Equal(12345678, Npy.Read(Path("little.npy"))[0, 0]);
        Assert.Equal(12345678, Npy.Read(Path("big.npy"))[0, 0]);
    }

    [Fact]
    public void An_array_whose_columns_come_first_is_the_same_array()
    {
        double[,,] values = new double[2, 3, 4];
        List<double> columnsFirst = [];
        for (int k = 0; k < 4; k++)
        {
            for (int j = 0; j < 3; j++)
            {
                for (int i = 0; i < 2; i++)
                {
                    columnsFirst.Add(values[i, j, k] = 100 * i + 10 * j + k);
                }
            }
        }

        folder.Write("c.npy", NpyFiles.Npy("<f8", "2, 3, 4", NpyFiles.Doubles(values.Cast<double>())));
        folder.Write("f.npy", NpyFiles.Npy("<f8", "2, 3, 4", NpyFiles.Doubles(columnsFirst), fortran: true, version: 3));
        foreach (string file in new[] { "c.npy", "f.npy" })
        {
            NumberArray array = Npy.Read(Path(file));
            Assert.Equal(values.Cast<double>(), from i in Enumerable.Range(0, 2) from place in Enumerable.Range(0, 12) select array[i, place]);
        }
    }

    [Fact]
    public void Inputs_and_targets_come_from_two_files_or_from_one_archive()
    {
        byte[] x = NpyFiles.Npy("<f8", "20, 2", NpyFiles.Doubles(Enumerable.Range(0, 40).Select(i => (double)i)));
        byte[] y = NpyFiles.Npy("|u1", "20,", [.. Enumerable.Range(0, 20).Select(i => (byte)(i % 2))]);
        folder.Write("x.npy", x);
        folder.Write("y.npy", y);
        folder.Write("both.npz", NpyFiles.Npz(CompressionLevel.Fastest, ("other.npy", y), ("X.npy", x), ("labels.npy", y)));
        foreach (Dataset data in new[] { ArrayReader.Load(Path("x.npy"), Path("y.npy")), ArrayReader.Load(Path("both.npz"), null) })
        {
            Assert.Equal(["0", "1"], data.Classes);
            Assert.Equal((16, 4, 2), (data.Train.Count, data.Test!.Count, data.Train.Inputs));
            Assert.Equal(0, Assert.IsType<NumberFeatures>(data.Train.Features).Values.Sum(), 9);
            Assert.Equal(["column1", "column2"], data.Preprocessing.Columns.Select(column => column.Name));
        }

        Assert.Equal(["X", "labels", "other"], Npy.ReadAll(Path("both.npz")).Keys);
        Dataset regression = ArrayReader.Load(Path("x.npy"), Path("y.npy"), new() { Task = TableTask.Regression, Test = 0 });
        Assert.Equal(new TargetEncoding("target", 0.5, 0.5), regression.Preprocessing.Target);
        TableBatch batch = Assert.Single(ArrayReader.Stream(Path("x.npy"), regression.Preprocessing));
        Assert.Equal(((NumberFeatures)regression.Train.Features).Values, Assert.IsType<NumberFeatures>(batch.Features).Values);
    }

    [Fact]
    public void Bytes_in_two_sizes_are_pictures_as_in_idx_files()
    {
        byte[] pixels = IdxFiles.Images(30, 4, 5);
        byte[] labels = [.. Enumerable.Range(0, 30).Select(i => (byte)(i % 3))];
        folder.Write("x.npy", NpyFiles.Npy("|u1", "30, 4, 5", pixels[16..]));
        folder.Write("y.npy", NpyFiles.Npy("|u1", "30,", labels));
        folder.Write("x-images-idx3-ubyte.gz", IdxFiles.Gzip(pixels));
        folder.Write("y-labels-idx1-ubyte", IdxFiles.Labels(labels));
        Dataset[] both = [ArrayReader.Load(Path("x.npy"), Path("y.npy")), ArrayReader.Load(Path("x-images-idx3-ubyte.gz"), Path("y-labels-idx1-ubyte"))];
        Assert.Equal(255, both[0].Preprocessing.InputDivisor);
        Assert.Equal(((ByteFeatures)both[0].Train.Features).Values, Assert.IsType<ByteFeatures>(both[1].Train.Features).Values);
        Assert.Equal(both[0].Test!.Labels!.Value, both[1].Test!.Labels!.Value);
    }

    [Fact]
    public void An_array_may_be_compressed_with_gzip_and_damage_is_seen()
    {
        byte[] whole = IdxFiles.Gzip(NpyFiles.Npy("<f8", "2, 2", NpyFiles.Doubles(1, 2, 3, 4.5)));
        folder.Write("x.npy.gz", whole);
        Assert.True(ArrayReader.IsArrayFile("x.npy.gz"));
        Assert.Equal(4.5, Npy.Read(Path("x.npy.gz"))[1, 1]);
        for (int length = 0; length < whole.Length; length++)
        {
            folder.Write("x.npy.gz", whole[..length]);
            Refused("x.npy.gz: ", () => Npy.Read(Path("x.npy.gz")));
        }

        folder.Write("more.npy.gz", IdxFiles.Gzip([.. NpyFiles.Npy("<f8", "1,", NpyFiles.Doubles(1)), 0]));
        Refused("more.npy.gz: more follows the end of the array", () => Npy.Read(Path("more.npy.gz")));
        folder.Write("z.npz.gz", whole);
        Refused("z.npz.gz: an .npz file is an archive that is compressed itself", () => ArrayReader.Load(Path("z.npz.gz"), Path("z.npz.gz")));
    }

    [Fact]
    public void What_goes_with_a_table_is_refused_for_arrays()
    {
        folder.Write("x.npy", NpyFiles.Npy("<f8", "2, 2", NpyFiles.Doubles(1, 2, 3, 4)));
        foreach ((TableOptions options, string what) in new (TableOptions, string)[]
        {
            (new() { TestFile = "t.npy" }, "a file of rows to test with"),
            (new() { HasHeader = false }, "a row of names, or none,"),
            (new() { Categories = ["column1"] }, "a column of categories"),
            (new() { MissingCategories = CategoryFill.MostFrequent }, "a column of categories"),
            (new() { Target = "y" }, "a name of features or of a target"),
        })
        {
            Assert.Equal(
                $"{what} goes with a table, but x.npy is a file of arrays",
                Assert.Throws<ArgumentException>(() => ArrayReader.Load(Path("x.npy"), Path("x.npy"), options)).Message);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_a_sentence()
    {
        folder.Write("x.npy", NpyFiles.Npy("<f8", "2, 2", NpyFiles.Doubles(1, 2, 3, double.PositiveInfinity)));
        folder.Write("y.npy", NpyFiles.Npy("<f8", "2,", NpyFiles.Doubles(1, 2.5)));
        folder.Write("three.npy", NpyFiles.Npy("<f8", "3,", NpyFiles.Doubles(1, 2, 3)));
        folder.Write("nan.npy", NpyFiles.Npy("<f8", "2,", NpyFiles.Doubles(1, double.NaN)));
        folder.Write("z.npz", NpyFiles.Npz(CompressionLevel.Fastest, ("width.npy", NpyFiles.Npy("<f8", "1,", NpyFiles.Doubles(1)))));
        Refused("x.npy: number 1 of row 1 is Infinity, but must be finite, or NaN where it is missing", () => ArrayReader.Load(Path("x.npy"), Path("y.npy"), new() { Test = 0 }));
        Refused("x.npy holds 2 rows but three.npy holds 3; each row needs one target", () => ArrayReader.Load(Path("x.npy"), Path("three.npy")));
        Refused("x.npy holds 2 numbers a row, but a target is one", () => ArrayReader.Load(Path("y.npy"), Path("x.npy")));
        Refused("nan.npy: the target of row 1 is NaN, but must be a finite number", () => ArrayReader.Load(Path("x.npy"), Path("nan.npy")));
        Refused("z.npz: unknown array 'wdth'; did you mean 'width'?", () => ArrayReader.Load(Path("z.npz"), null, new() { Features = ["wdth"] }));
        Assert.Equal("x.npy holds the inputs; --labels names the file with the targets", Assert.Throws<ArgumentException>(() => ArrayReader.Load(Path("x.npy"), null)).Message);
        Refused("x.npy: the model was trained on 3 columns, but the array is 2 × 2", () => ArrayReader.Stream(Path("x.npy"), new() { Columns = [.. "abc".Select(c => new NumberEncoding($"{c}", 0, 1, 0))] }).Count());
    }

    private static void Refused(string sentence, Func<object> read) => Assert.StartsWith(sentence, Assert.Throws<InvalidDataException>(() => read()).Message);

    private string Path(string name) => System.IO.Path.Combine(folder.Path, name);
}
