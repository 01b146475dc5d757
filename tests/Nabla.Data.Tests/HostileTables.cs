using System.IO.Compression;
using System.Text;
using Nabla.Data.Tables;
using Nabla.Tests;
using Nabla.Tests.Data;

namespace Nabla.Data.Tests;

/// <summary>Whatever a file holds: a right result or one sentence, and no more memory than the file is worth.</summary>
[Collection(nameof(Alone))]
public sealed class HostileTables : IDisposable
{
    private const string Text =
        "size,\"colour, of it\",when,kind\r\n1.5,red,2024-05-01,cat\r\n2,\"blue\"\"ish\",2024-05-02,dog\r\nNA,red,2024-05-03,cat\r\n4e0,,2024-05-04,\"größer\"\r\n";

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Kinds => [.. Files.Keys];

    private static Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal)
    {
        ["utf-8"] = Encoding.UTF8.GetBytes(Text),
        ["utf-8 with a mark"] = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Text)],
        ["utf-16"] = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Text)],
        ["gzip"] = IdxFiles.Gzip(Encoding.UTF8.GetBytes(Text)),
        ["tabs"] = Encoding.UTF8.GetBytes(Text.Replace(',', '\t')),
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_truncation_is_a_table_or_a_sentence(string kind)
    {
        int tables = 0;
        for (int length = 0; length <= Files[kind].Length; length++)
        {
            tables += IsTable(Files[kind][..length], $"{kind}, {length} bytes") ? 1 : 0;
        }

        Assert.True(tables > 0);
        if (kind == "gzip")
        {
            Assert.Equal(1, tables);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Ten_thousand_flipped_bits_make_a_table_or_a_sentence(string kind)
    {
        const ulong Seed = 20240501;
        SeededRandom random = new(Seed);
        for (int i = 0; i < 10_000; i++)
        {
            byte[] damaged = [.. Files[kind]];
            for (int flips = 1 + random.NextInt(3); flips > 0; flips--)
            {
                damaged[random.NextInt(damaged.Length)] ^= (byte)(1 << random.NextInt(8));
            }

            IsTable(damaged, $"{kind}, seed {Seed}, round {i}");
        }
    }

    [Fact]
    public void Bytes_and_fields_at_random_make_a_table_or_a_sentence()
    {
        const ulong Seed = 7;
        SeededRandom random = new(Seed);
        string[] words = ["a", "1", "-2.5e3", "\"", "\"\"", ",", ",", "\n", "\r\n", "\r", "NaN", "inf", "?", " ", "\t", ";", "|", "2024-01-01", "ü", "\u2028", "😀", "#", "=1+1", "1e999"];
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = random.NextInt(3) == 0
                ? [.. Enumerable.Range(0, random.NextInt(200)).Select(_ => (byte)random.NextInt(256))]
                : Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.NextInt(60)).Select(_ => words[random.NextInt(words.Length)])));
            IsTable(bytes, $"seed {Seed}, round {i}");
        }
    }

    public static TheoryData<string, long, bool> Bombs => new()
    {
        { "rows of two digits", 30_000_000, true },
        { "rows of different numbers", 30_000_000, true },
        { "many columns", 20_000_000, true },
        { "a category of a thousand levels", 20_000_000, true },
        { "spaces", 30_000_000, false },
        { "zeros", 100_000_000, false },
        { "one field", 30_000_000, false },
        { "a quote that is never closed", 30_000_000, false },
        { "one row of commas", 30_000_000, false },
        { "names of columns", 30_000_000, false },
        { "different texts", 30_000_000, false },
    };

    /// <summary>Gzip makes a small file of them; what is kept of it may be at most twice the text and 64 MB.</summary>
    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_gzip_bomb_takes_no_more_memory_than_twice_its_text_and_64_MB(string what, long length, bool isTable)
    {
        string path = Path.Combine(folder.Path, "bomb.csv.gz");
        long written = 0;
        using (GZipStream gzip = new(File.Create(path), CompressionLevel.Fastest))
        {
            foreach (string block in Blocks(what))
            {
                gzip.Write(Encoding.ASCII.GetBytes(block));
                written += block.Length;
                if (written >= length)
                {
                    break;
                }
            }
        }

        bool read = false;
        string sentence = "";
        long growth = HeapWatch.Growth(() =>
        {
            try
            {
                Dataset data = TableReader.Load(path, new() { Test = 0 }, TestContext.Current.CancellationToken);
                read = data.Train.Count > 0;
                GC.KeepAlive(data);
            }
            catch (InvalidDataException e)
            {
                sentence = e.Message;
            }
        });
        Assert.True(read == isTable, $"{what}: {sentence}");
        Assert.InRange(growth, 0, 2 * written + (64 << 20));
        Assert.DoesNotContain('\n', sentence);
        TestContext.Current.SendDiagnosticMessage($"{what}: {written >> 20} MB of text, {new FileInfo(path).Length >> 10} KB of gzip, {growth >> 20} MB of heap: {sentence}");
    }

    /// <summary>A file of any length is predicted in the same memory.</summary>
    [Fact]
    public void Rows_are_streamed_in_constant_memory()
    {
        string small = Path.Combine(folder.Path, "t.csv");
        File.WriteAllText(small, "a,b,y\n1,x,0.5\n2,z,1\n");
        Preprocessing learned = TableReader.Load(small, new() { Test = 0 }, TestContext.Current.CancellationToken).Preprocessing;
        string large = Path.Combine(folder.Path, "large.csv");
        using (StreamWriter writer = new(large))
        {
            writer.Write("a,b\n");
            for (int i = 0; i < 3_000_000; i++)
            {
                writer.Write($"{i},x\n");
            }
        }

        long rows = 0;
        long growth = HeapWatch.Growth(() =>
        {
            foreach (TableBatch batch in TableReader.Stream(large, learned, cancellationToken: TestContext.Current.CancellationToken))
            {
                rows += batch.Features.Count;
            }
        });
        Assert.Equal(3_000_000, rows);
        Assert.InRange(growth, 0, 64 << 20);
    }

    private static IEnumerable<string> Blocks(string what)
    {
        SeededRandom random = new(1);
        StringBuilder block = new();
        switch (what)
        {
            case "rows of two digits":
                yield return "a,b\n";
                break;
            case "rows of different numbers":
                yield return "a,b,y\n";
                break;
            case "many columns":
                yield return string.Join(',', Enumerable.Range(0, 5000).Select(i => $"c{i}")) + "\n";
                break;
            case "a category of a thousand levels":
                yield return "c,y\n";
                break;
            case "different texts":
                yield return "a,b\n";
                break;
            case "a quote that is never closed":
                yield return "a,b\n1,\"";
                break;
            case "names of columns":
                break;
        }

        for (long i = 0; ; i++)
        {
            block.Clear();
            for (int j = 0; j < 5000; j++)
            {
                block.Append(what switch
                {
                    "rows of two digits" => $"{random.NextInt(10)},{random.NextInt(10)}\n",
                    "rows of different numbers" => $"{random.NextNormal():G5},{random.NextInt(100_000)},{random.NextNormal():R}\n",
                    "many columns" => $"{random.NextInt(1000)}{(j == 4999 ? "\n" : ",")}",
                    "a category of a thousand levels" => $"l{random.NextInt(1000)},{random.NextInt(3)}\n",
                    "spaces" => "      \n",
                    "zeros" => "\0\0\0\0\0\0\0\0",
                    "one field" => "aaaaaaaa",
                    "a quote that is never closed" => "x,1\n",
                    "one row of commas" => ",,,,,,,,",
                    "names of columns" => $"n{i * 5000 + j},",
                    _ => $"1,t{i * 5000 + j}\n",
                });
            }

            yield return $"{block}";
        }
    }

    /// <summary>Whether it could be learned from; if not, it was refused with one sentence that names the file.</summary>
    private bool IsTable(byte[] bytes, string what)
    {
        string path = Path.Combine(folder.Path, "t.csv");
        File.WriteAllBytes(path, bytes);
        try
        {
            Dataset data = TableReader.Load(path, new() { Test = 0 }, TestContext.Current.CancellationToken);
            return data.Train.Count > 0;
        }
        catch (InvalidDataException e)
        {
            Assert.True(e.Message.StartsWith("t.csv", StringComparison.Ordinal) && !e.Message.Contains('\n', StringComparison.Ordinal), $"{what}: {e}");
            return false;
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{what}: {e.Message}", e);
        }
    }
}

/// <summary>Tests that measure the heap run while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
