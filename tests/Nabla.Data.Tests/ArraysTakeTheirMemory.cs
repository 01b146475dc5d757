using System.IO.Compression;
using Nabla.Data.Arrays;
using Nabla.Data.Tables;
using Nabla.Tests;
using Nabla.Tests.Data;

namespace Nabla.Data.Tests;

/// <summary>From the file to the samples, an array takes at most twice its bytes and 64 MB, whatever its numbers are and however they are packed.</summary>
[Collection(nameof(Alone))]
public sealed class ArraysTakeTheirMemory : IDisposable
{
    private const int Rows = 100_000;

    private readonly TemporaryFolder folder = new();

    /// <summary>The file's name, the type of its numbers, how many columns make 76 MB of them, and whether they are at random, or zeros, of which a thousand are a byte of gzip.</summary>
    public static TheoryData<string, string, int, bool> Arrays => new()
    {
        { "x.npy", "<f2", 400, true },
        { "x.npy", ">i4", 200, true },
        { "x.npy", "|u1", 800, true },
        { "x.npz", "<f4", 200, true },
        { "x.npy.gz", "<f4", 200, true },
        { "x.npy.gz", "<f4", 200, false },
        { "x.idx", "|u1", 800, true },
        { "x.idx.gz", "|u1", 800, true },
        { "x.idx.gz", "|u1", 800, false },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Arrays))]
    public void From_the_file_to_the_samples(string name, string type, int columns, bool atRandom)
    {
        const ulong Seed = 1;
        long bytes = Write(name, type, columns, atRandom ? new SeededRandom(Seed) : null);
        folder.Write("y.npy", NpyFiles.Npy("<f4", $"{Rows},", new byte[4 * Rows]));
        Dataset? data = null;
        long growth = HeapWatch.Growth(() => data = ArrayReader.Load(Path(name), Path("y.npy"), new() { Task = TableTask.Regression, Test = 0.2 }));
        Assert.Equal((Rows * 4 / 5, columns), (data!.Train.Count, data.Train.Inputs));
        Assert.InRange(growth, 0, 2 * bytes + (64 << 20));
    }

    /// <summary>Finite numbers with any mantissa, or zeros; the bytes that were written.</summary>
    private long Write(string name, string type, int columns, SeededRandom? random)
    {
        int size = type[2] - '0';
        byte[] block = new byte[Rows / 100 * columns * size];
        for (int i = 0; random is not null && i < block.Length; i++)
        {
            // The exponent of a floating-point number is in its last two bytes.
            block[i] = (byte)(type[1] == 'f' && i % size == size - 1 ? 0x3c : random.NextInt(256));
        }

        using Stream file = File.Create(Path(name));
        using ZipArchive? zip = name.EndsWith("npz", StringComparison.Ordinal) ? new(file, ZipArchiveMode.Create) : null;
        using Stream stream = zip is not null ? zip.CreateEntry("x.npy", CompressionLevel.Fastest).Open()
            : name.EndsWith("gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest)
            : file;
        stream.Write(name.Contains("idx", StringComparison.Ordinal)
            ? IdxFiles.Header(0x803, Rows, 1, (uint)columns)
            : NpyFiles.Npy(type, $"{Rows}, {columns}", []));
        for (int i = 0; i < 100; i++)
        {
            stream.Write(block);
        }

        return 100L * block.Length;
    }

    private string Path(string name) => System.IO.Path.Combine(folder.Path, name);
}
