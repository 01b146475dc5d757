using System.Buffers.Binary;
using Nabla.Data.Parquet;
using Nabla.Data.Tables;
using Nabla.Tests;
using Nabla.Tests.Data;
using Parquet;
using Parquet.Schema;

namespace Nabla.Data.Tests;

/// <summary>Whatever a Parquet file holds: a table or one sentence, in time, and no more memory than the file is worth.</summary>
[Collection(nameof(Alone))]
public sealed class HostileParquet : IDisposable
{
    private const int Rows = 24;

    private readonly TemporaryFolder folder = new();

    public static TheoryData<CompressionMethod> Compressions => [CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Gzip, CompressionMethod.Zstd];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Compressions))]
    public void Every_truncation_is_refused(CompressionMethod compression)
    {
        byte[] whole = ParquetFiles.Mixed(Rows, compression);
        Assert.Equal(Rows, CountOf(whole, "whole"));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Null(CountOf(whole[..length], $"{compression}, {length} bytes"));
        }
    }

    /// <summary>The pages have no checksums where the writer made none: what passes has the rows that there are, of which some may lack a target.</summary>
    [Theory]
    [MemberData(nameof(Compressions))]
    public void Ten_thousand_flipped_bits_make_a_table_or_a_sentence(CompressionMethod compression)
    {
        const ulong Seed = 20240504;
        int rounds = Environment.GetEnvironmentVariable("NABLA_SLOW_TESTS") == "1" || compression is CompressionMethod.None or CompressionMethod.Snappy ? 10_000 : 2000;
        SeededRandom random = new(Seed);
        byte[] whole = ParquetFiles.Mixed(Rows, compression);
        int read = 0;
        for (int i = 0; i < rounds; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.NextInt(damaged.Length)] ^= (byte)(1 << random.NextInt(8));
            if (CountOf(damaged, $"{compression}, seed {Seed}, round {i}") is int count)
            {
                Assert.InRange(count, 1, Rows);
                read++;
            }
        }

        // A file of which nothing passed would have been refused for another reason.
        Assert.InRange(read, 1, rounds - 1);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u << 20)]
    [InlineData(int.MaxValue)]
    [InlineData(uint.MaxValue)]
    public void A_footer_of_another_length_is_refused(uint length)
    {
        byte[] file = ParquetFiles.Mixed(Rows);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(file.Length - 8), length);
        long growth = HeapWatch.Growth(() => Assert.Null(CountOf(file, $"{length}")));
        Assert.InRange(growth, 0, 16 << 20);
    }

    /// <summary>A footer of nothing but numbers that go on, lists in lists, or structures in structures.</summary>
    [Theory]
    [InlineData(0xff)]
    [InlineData(0x1c)]
    [InlineData(0x19)]
    [InlineData(0x99)]
    [InlineData(0x00)]
    [InlineData(0xfc)]
    public void A_footer_of_one_byte_again_and_again_is_refused(byte content)
    {
        const int Length = 1_000_000;
        byte[] file = new byte[Length + 12];
        file.AsSpan(4, Length).Fill(content);
        "PAR1"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(file.Length - 8), Length);
        "PAR1"u8.CopyTo(file.AsSpan(file.Length - 4));
        Assert.Null(CountOf(file, $"0x{content:x2}"));
    }

    /// <summary>Every number of a header is made very large, one after the other: counts of rows and values, sizes of pages, offsets.</summary>
    [Fact]
    public void Absurd_sizes_are_refused_before_memory_is_asked_for()
    {
        byte[] whole = ParquetFiles.Mixed(Rows, CompressionMethod.None);
        long growth = HeapWatch.Growth(() =>
        {
            for (int at = 4; at < whole.Length - 8; at++)
            {
                // As long as the number that was there may have been, and of the largest value.
                byte[] damaged = [.. whole];
                for (int i = at; i < Math.Min(at + 5, whole.Length - 8) && i - at < 5; i++)
                {
                    damaged[i] = i - at == 4 ? (byte)0x0e : (byte)0xfe;
                }

                if (CountOf(damaged, $"byte {at}") is int count)
                {
                    Assert.InRange(count, 1, Rows);
                }
            }
        });
        Assert.InRange(growth, 0, 64 << 20);
    }

    /// <summary>What repeats takes a few bytes in a file, compressed or not; in memory it may be twice what its values are, eight bytes a number, and 64 MB.</summary>
    [Theory]
    [InlineData("zeros", 3_000_000, 1, null)]
    [InlineData("texts", 1_200_000, 1, null)]
    [InlineData("missing", 3_000_000, 1, null)]
    [InlineData("columns", 200_000, 20, null)]
    [InlineData("groups", 200_000, 20, null)]
    [InlineData("zeros", 5_000_000, 1, "bomb.parquet: column 'x0' has a page of 3,397 bytes that says it holds 40,")]
    [InlineData("texts", 3_000_000, 1, "bomb.parquet: column 'text' has 3,000,000 rows in one group, which take 120 MB while they are read, but hold ")]
    public void A_bomb_takes_no_more_memory_than_twice_its_values_and_64_MB(string what, int rows, int times, string? sentence)
    {
        DataField<double?>[] numbers = [.. Enumerable.Range(0, what == "columns" ? times : 1).Select(i => new DataField<double?>($"x{i}"))];
        DataField<string> text = new("text");
        DataField<int> y = new("y");
        int groups = what == "groups" ? times : 1;
        folder.Write("bomb.parquet", ParquetFiles.Write(what == "texts" ? new(text, y) : new([.. numbers, y]), CompressionMethod.Zstd, async writer =>
        {
            for (int group = 0; group < groups; group++)
            {
                using ParquetRowGroupWriter part = writer.CreateRowGroup();
                if (what == "texts")
                {
                    await part.WriteAsync(text, Enumerable.Range(0, rows).Select(i => i % 2 == 0 ? "cat" : "dog").ToArray());
                }

                foreach (DataField<double?> field in what == "texts" ? [] : numbers)
                {
                    await part.WriteAsync<double>(field, Enumerable.Range(0, rows).Select(i => what == "missing" && i > 5 ? (double?)null : i % 3).ToArray());
                }

                await part.WriteAsync<int>(y, Enumerable.Range(0, rows).Select(i => i % 7).ToArray());
            }
        }));
        Dataset? data = null;
        InvalidDataException? refused = null;
        long growth = HeapWatch.GrowthWithoutGarbage(() =>
        {
            try
            {
                data = ParquetTables.Load(Path.Combine(folder.Path, "bomb.parquet"), new() { Target = "y", Task = TableTask.Regression, Test = 0 }, TestContext.Current.CancellationToken);
            }
            catch (InvalidDataException e)
            {
                refused = e;
            }
        });
        if (sentence is null)
        {
            Assert.Equal(rows * groups, data!.Train.Count);
        }
        else
        {
            Assert.StartsWith(sentence, refused!.Message, StringComparison.Ordinal);
        }

        Assert.InRange(growth, 0, 2L * rows * times * (what == "texts" ? 7 : 8) + 2L * 8 * rows * groups + (64 << 20));
    }

    /// <summary>The rows that have a target; null where the file was refused with one sentence that names it.</summary>
    private int? CountOf(byte[] bytes, string what)
    {
        folder.Write("t.parquet", bytes);
        try
        {
            Task<Dataset> reading = Task.Run(() => ParquetTables.Load(
                Path.Combine(folder.Path, "t.parquet"), new() { Target = "count", Task = TableTask.Regression, Test = 0 }, TestContext.Current.CancellationToken));
            Assert.True(((IAsyncResult)reading).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(30)), $"{what}: it goes on and on");
            return reading.GetAwaiter().GetResult().Train.Count;
        }
        catch (InvalidDataException e)
        {
            Assert.True(e.Message.StartsWith("t.parquet", StringComparison.Ordinal) && !e.Message.Contains('\n', StringComparison.Ordinal), $"{what}: {e}");
            return null;
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{what}: {e.Message}", e);
        }
    }
}
