using Nabla.Data.Arrays;
using Nabla.Data.Tables;
using Nabla.Tests;
using Nabla.Tests.Data;

namespace Nabla.Data.Tests;

/// <summary>Whatever an IDX file holds, named as one's own data: a right result or one sentence, and no more memory than the file is worth.</summary>
[Collection(nameof(Alone))]
public sealed class HostileIdx : IDisposable
{
    private static readonly byte[] images = IdxFiles.Images(6, 4, 3);
    private static readonly byte[] labels = IdxFiles.Labels(0, 1, 0, 1, 0, 1);

    private readonly TemporaryFolder folder = new();

    public static TheoryData<bool> Compressed => [false, true];

    public HostileIdx() => folder.Write("y.idx", labels);

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Compressed))]
    public void Every_truncation_is_refused(bool compressed)
    {
        byte[] whole = compressed ? IdxFiles.Gzip(images) : images;
        Assert.NotNull(Pixels(whole, "whole"));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Null(Pixels(whole[..length], $"{length} bytes"));
        }
    }

    /// <summary>A file that is compressed has a checksum: what passes is what was written. Elsewhere a pixel may be another, and nothing else.</summary>
    [Theory]
    [MemberData(nameof(Compressed))]
    public void Ten_thousand_flipped_bits_of_each_make_pictures_or_a_sentence(bool compressed)
    {
        const ulong Seed = 20_240_505;
        SeededRandom random = new(Seed);
        byte[] whole = compressed ? IdxFiles.Gzip(images) : images;
        int read = 0;
        for (int i = 0; i < 10_000; i++)
        {
            byte[] damaged = [.. whole];
            int bit = random.NextInt(8 * damaged.Length);
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            if (Pixels(damaged, $"seed {Seed}, round {i}") is byte[] pixels)
            {
                read++;
                Assert.True(pixels.AsSpan().SequenceEqual(compressed ? images.AsSpan(16) : damaged.AsSpan(16)), $"seed {Seed}, round {i}");
            }
        }

        Assert.InRange(read, 1, 9_999);
    }

    /// <summary>A megabyte of gzip could hold a gigabyte, so that only reading it tells that it does not.</summary>
    [Theory]
    [InlineData(uint.MaxValue, uint.MaxValue, uint.MaxValue)]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue)]
    [InlineData(1000u, 1000u, 1000u)]
    [InlineData(1000u, 1000u, 2147u)]
    public void Sizes_that_are_not_there_take_no_memory(uint count, uint rows, uint columns)
    {
        byte[] noise = new byte[2_500_000];
        SeededRandom random = new(2);
        for (int i = 0; i < noise.Length; i++)
        {
            noise[i] = (byte)random.NextInt(256);
        }

        byte[] file = [.. IdxFiles.Header(0x803, count, rows, columns), .. noise];
        foreach (byte[] bytes in new[] { file, IdxFiles.Gzip(file) })
        {
            long growth = HeapWatch.Growth(() => Assert.Null(Pixels(bytes, "sizes")));
            Assert.InRange(growth, 0, 16 << 20);
        }
    }

    [Fact]
    public void A_gzip_bomb_behind_the_end_is_not_unpacked()
    {
        byte[] bomb = IdxFiles.Gzip([.. images, .. new byte[50_000_000]]);
        long growth = HeapWatch.Growth(() => Assert.Null(Pixels(bomb, "bomb")));
        Assert.InRange(growth, 0, 4 << 20);
    }

    [Fact]
    public void Nothing_else_in_the_folder_is_touched()
    {
        Pixels(images, "whole");
        Pixels(images[..20], "short");
        Assert.Equal(["y.idx", "z.idx"], folder.Files.Order(StringComparer.Ordinal));
    }

    /// <summary>The pixels of all pictures; null where the file was refused with one sentence that names it.</summary>
    private byte[]? Pixels(byte[] bytes, string what)
    {
        folder.Write("z.idx", bytes);
        try
        {
            Dataset data = ArrayReader.Load(Path.Combine(folder.Path, "z.idx"), Path.Combine(folder.Path, "y.idx"), new() { Task = TableTask.Classification, Test = 0 });
            return [.. ((ByteFeatures)data.Train.Features).Values];
        }
        catch (InvalidDataException e)
        {
            Assert.True(e.Message.StartsWith("z.idx", StringComparison.Ordinal) && !e.Message.Contains('\n', StringComparison.Ordinal), $"{what}: {e}");
            return null;
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{what}: {e.Message}", e);
        }
    }
}
