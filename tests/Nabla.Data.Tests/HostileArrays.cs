using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using Nabla.Data.Arrays;
using Nabla.Tests;
using Nabla.Tests.Data;

namespace Nabla.Data.Tests;

/// <summary>Whatever a NumPy file holds: a right result or one sentence, and no more memory than the file is worth.</summary>
[Collection(nameof(Alone))]
public sealed class HostileArrays : IDisposable
{
    private static readonly byte[] npy = NpyFiles.Npy("<f8", "4, 3", NpyFiles.Doubles(Enumerable.Range(0, 12).Select(i => i / 7.0)));
    private static readonly byte[] labels = NpyFiles.Npy("|u1", "4,", [0, 1, 0, 1]);

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Kinds => ["t.npy", "stored.npz", "deflated.npz"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_truncation_is_refused(string kind)
    {
        byte[] whole = FileOf(kind);
        Assert.NotNull(Numbers(kind, whole, "whole"));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Null(Numbers(kind, whole[..length], $"{kind}, {length} bytes"));
        }
    }

    /// <summary>A zip archive has checksums: what passes is what was written, in the arrays that are still there under their names.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Ten_thousand_flipped_bits_make_an_array_or_a_sentence(string kind)
    {
        const ulong Seed = 20240502;
        SeededRandom random = new(Seed);
        byte[] whole = FileOf(kind);
        ImmutableSortedDictionary<string, double[]> right = Numbers(kind, whole, "whole")!;
        for (int i = 0; i < 10_000; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.NextInt(damaged.Length)] ^= (byte)(1 << random.NextInt(8));
            string what = $"{kind}, seed {Seed}, round {i}";
            foreach ((string name, double[] numbers) in Numbers(kind, damaged, what) ?? right)
            {
                Assert.True(!kind.EndsWith("npz", StringComparison.Ordinal) || !right.ContainsKey(name) || numbers.SequenceEqual(right[name]), what);
            }
        }
    }

    [Theory]
    [InlineData("<f8", "1000000000000,", "numbers, but at most 2,147,483,591 are possible")]
    [InlineData("<f8", "2147483647, 2147483647, 2147483647", "numbers, but at most 2,147,483,591 are possible")]
    [InlineData("<f8", "99999999999999999999999999999999", "a size of the array is ")]
    [InlineData("<f8", "0, 3", "a size of the array is 0, but 1 to 2147483647 are possible")]
    [InlineData("<f8", "2000000000,", "numbers of 8 bytes, which are 16,000,000,000 bytes, but 8 follow it")]
    [InlineData("|O", "1,", "texts and objects are not read")]
    [InlineData("<U8", "1,", "numbers of the type <U8 cannot be read")]
    [InlineData("<f16", "1,", "numbers of the type <f16 cannot be read")]
    [InlineData("<c16", "1,", "numbers of the type <c16 cannot be read")]
    public void Absurd_headers_are_refused_before_memory_is_asked_for(string type, string shape, string sentence)
    {
        byte[] file = NpyFiles.Npy(type, shape, new byte[8]);
        folder.Write("t.npy", file);
        folder.Write("t.npz", NpyFiles.Npz(CompressionLevel.Fastest, ("x.npy", file)));
        long growth = HeapWatch.Growth(() =>
        {
            string message = Assert.Throws<InvalidDataException>(() => Npy.Read(Path("t.npy"))).Message;
            Assert.True(message.Contains(sentence, StringComparison.Ordinal) || sentence.StartsWith("numbers, but", StringComparison.Ordinal) && message.Contains("a size of the array", StringComparison.Ordinal), message);
            Assert.Throws<InvalidDataException>(() => Npy.ReadAll(Path("t.npz")));
        });
        Assert.InRange(growth, 0, 8 << 20);
    }

    /// <summary>The directory of the archive claims terabytes, or a few bytes, for content of another length.</summary>
    [Theory]
    [InlineData(uint.MaxValue - 1)]
    [InlineData(1u << 30)]
    [InlineData(3u)]
    public void An_archive_that_lies_about_its_sizes_is_refused(uint claim)
    {
        byte[] content = NpyFiles.Npy("|u1", $"{claim - 128},", new byte[1000]);
        byte[] archive = NpyFiles.Npz(CompressionLevel.Fastest, ("x.npy", content));
        for (int at = 0; at < archive.Length - 4; at++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(archive.AsSpan(at)) == content.Length)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(archive.AsSpan(at), claim);
            }
        }

        folder.Write("t.npz", archive);
        long growth = HeapWatch.Growth(() => Assert.StartsWith("t.npz", Assert.Throws<InvalidDataException>(() => Npy.ReadAll(Path("t.npz"))).Message));
        Assert.InRange(growth, 0, 64 << 20);
    }

    [Fact]
    public void A_zip_bomb_takes_no_more_memory_than_its_content()
    {
        const int Length = 100_000_000;
        folder.Write("t.npz", NpyFiles.Npz(CompressionLevel.SmallestSize, ("x.npy", NpyFiles.Npy("<f8", $"{Length / 8},", new byte[Length]))));
        NumberArray? array = null;
        long growth = HeapWatch.Growth(() => array = Npy.ReadAll(Path("t.npz"))["x"]);
        Assert.Equal(0, array![Length / 8 - 1, 0]);
        Assert.InRange(growth, 0, 2L * Length + (64 << 20));
    }

    [Fact]
    public void Names_in_an_archive_are_names_and_no_paths()
    {
        folder.Write("in.npz", NpyFiles.Npz(CompressionLevel.Fastest, ("../../evil.npy", labels), ("/etc/x.npy", labels)));
        Assert.Equal(["../../evil", "/etc/x"], Npy.ReadAll(Path("in.npz")).Keys);
        Assert.Equal(["in.npz"], folder.Files);
    }

    private static byte[] FileOf(string kind) => kind switch
    {
        "t.npy" => npy,
        "stored.npz" => NpyFiles.Npz(CompressionLevel.NoCompression, ("x.npy", npy), ("y.npy", labels)),
        _ => NpyFiles.Npz(CompressionLevel.SmallestSize, ("x.npy", npy), ("y.npy", labels)),
    };

    /// <summary>The numbers of each array; null where the file was refused with one sentence that names it.</summary>
    private ImmutableSortedDictionary<string, double[]>? Numbers(string kind, byte[] bytes, string what)
    {
        File.WriteAllBytes(Path(kind), bytes);
        try
        {
            return (kind.EndsWith("npy", StringComparison.Ordinal)
                ? ImmutableSortedDictionary<string, NumberArray>.Empty.Add("x", Npy.Read(Path(kind)))
                : Npy.ReadAll(Path(kind))).ToImmutableSortedDictionary(pair => pair.Key, pair => AllOf(pair.Value));
        }
        catch (InvalidDataException e)
        {
            Assert.True(e.Message.StartsWith(kind, StringComparison.Ordinal) && !e.Message.Contains('\n', StringComparison.Ordinal), $"{what}: {e}");
            return null;
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{what}: {e.Message}", e);
        }
    }

    private static double[] AllOf(NumberArray array) =>
        [.. Enumerable.Range(0, array.Rows).SelectMany(row => Enumerable.Range(0, array.RowLength).Select(place => array[row, place]))];

    private string Path(string name) => System.IO.Path.Combine(folder.Path, name);
}
