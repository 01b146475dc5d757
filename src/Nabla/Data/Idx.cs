using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Nabla.Data;

/// <summary>Pictures of one size, a byte a pixel.</summary>
/// <param name="Rows">Rows of a picture.</param>
/// <param name="Columns">Columns of a picture.</param>
/// <param name="Pixels">All pictures, one after the other, each row by row.</param>
public sealed record IdxImages(int Rows, int Columns, ImmutableArray<byte> Pixels)
{
    /// <summary>How many pictures there are.</summary>
    public int Count => Pixels.Length / (Rows * Columns);
}

/// <summary>
/// Reads IDX files of unsigned bytes, the format of MNIST: a magic number, the dimensions, the bytes; all integers big-endian.
/// A file may be compressed with gzip, which its content tells. What is not exactly such a file is refused with a sentence.
/// </summary>
public static class Idx
{
    private const uint ImagesMagic = 0x00000803;
    private const uint LabelsMagic = 0x00000801;

    /// <summary>The length of the blocks that a file is read in.</summary>
    internal const int BlockLength = 1 << 20;

    /// <summary>Deflate turns at most 1032 bytes into one, so a file's length bounds what it can hold.</summary>
    private const long LargestRatio = 1032;

    /// <summary>The pictures in a file of three dimensions (pictures, rows, columns).</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="InvalidDataException">It is not exactly such a file.</exception>
    public static IdxImages ReadImages(ReadOnlyMemory<byte> bytes, string file)
    {
        (int[] dimensions, byte[] values) = Read(bytes, file, "images", ImagesMagic, ["images", "rows", "columns"]);
        return new IdxImages(dimensions[1], dimensions[2], ImmutableCollectionsMarshal.AsImmutableArray(values));
    }

    /// <summary>The labels 0 … classes − 1 in a file of one dimension.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="InvalidDataException">It is not exactly such a file, or a label is too large.</exception>
    public static ImmutableArray<int> ReadLabels(ReadOnlyMemory<byte> bytes, string file, int classes = 10)
    {
        (_, byte[] values) = Read(bytes, file, "labels", LabelsMagic, ["labels"]);
        int[] labels = new int[values.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = values[i] < classes
                ? values[i]
                : throw new InvalidDataException($"{file}: label {i} is {values[i]}, but labels go from 0 to {classes - 1}");
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(labels);
    }

    /// <summary>Pictures and their labels as samples.</summary>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not belong together.</exception>
    public static Samples ReadSamples(
        ReadOnlyMemory<byte> images, string imagesFile, ReadOnlyMemory<byte> labels, string labelsFile, int classes = 10)
    {
        IdxImages pictures = ReadImages(images, imagesFile);
        ImmutableArray<int> answers = ReadLabels(labels, labelsFile, classes);
        return pictures.Count == answers.Length
            ? new Samples(
                new ByteFeatures(pictures.Pixels, pictures.Rows * pictures.Columns),
                new ClassTargets(answers, classes))
            : throw new InvalidDataException(
                $"{imagesFile} holds {pictures.Count} images but {labelsFile} holds {answers.Length} labels; "
                + "each image needs one label");
    }

    /// <summary>Pictures or labels, whichever the file holds.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <returns>The dimensions and the bytes.</returns>
    /// <exception cref="InvalidDataException">It is neither.</exception>
    public static (ImmutableArray<int> Dimensions, ImmutableArray<byte> Values) Read(ReadOnlyMemory<byte> bytes, string file)
    {
        using MemoryStream stream = Gzip.StreamOf(bytes);
        (ImmutableArray<int> dimensions, List<byte[]> blocks) = Read(stream, file);
        return (dimensions, ImmutableCollectionsMarshal.AsImmutableArray(Joined(blocks)));
    }

    /// <summary>Pictures or labels, whichever the file holds, in blocks of <see cref="BlockLength"/> bytes, of which the last may be shorter.</summary>
    /// <param name="stream">The file from its beginning, which can seek.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="InvalidDataException">It is neither.</exception>
    internal static (ImmutableArray<int> Dimensions, List<byte[]> Blocks) Read(Stream stream, string file)
    {
        Span<byte> magic = stackalloc byte[4];
        using (Content content = new(stream, file))
        {
            magic = magic[..content.Read(magic)];
        }

        bool labels = magic.Length == 4 && BinaryPrimitives.ReadUInt32BigEndian(magic) == LabelsMagic;
        (int[] dimensions, List<byte[]> blocks) = labels
            ? Read(stream, file, "labels", LabelsMagic, ["labels"])
            : Read(stream, file, "images", ImagesMagic, ["images", "rows", "columns"]);
        return (ImmutableCollectionsMarshal.AsImmutableArray(dimensions), blocks);
    }

    private static (int[] Dimensions, byte[] Values) Read(
        ReadOnlyMemory<byte> bytes, string file, string what, uint magic, ReadOnlySpan<string> names)
    {
        using MemoryStream stream = Gzip.StreamOf(bytes);
        (int[] dimensions, List<byte[]> blocks) = Read(stream, file, what, magic, names);
        return (dimensions, Joined(blocks));
    }

    private static byte[] Joined(List<byte[]> blocks)
    {
        byte[] all = new byte[blocks.Sum(block => block.Length)];
        int at = 0;
        foreach (byte[] block in blocks)
        {
            block.CopyTo(all, at);
            at += block.Length;
        }

        return all;
    }

    private static (int[] Dimensions, List<byte[]> Blocks) Read(Stream stream, string file, string what, uint magic, ReadOnlySpan<string> names)
    {
        using var content = new Content(stream, file);
        int headerLength = 4 + 4 * names.Length;
        Span<byte> header = stackalloc byte[headerLength];
        int read = content.Read(header);
        if (read >= 4 && BinaryPrimitives.ReadUInt32BigEndian(header) is uint found && found != magic)
        {
            throw new InvalidDataException(
                $"{file}: the magic number is 0x{found:x8}, but an IDX file of {what} begins with 0x{magic:x8}");
        }

        if (read < headerLength)
        {
            throw content.TooShort($"the header of an IDX file of {what} has {headerLength} bytes, but there are only {read}");
        }

        int[] dimensions = new int[names.Length];
        BigInteger total = BigInteger.One;
        for (int i = 0; i < dimensions.Length; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + 4 * i)..]);
            total *= size;
            dimensions[i] = size is > 0 and <= int.MaxValue
                ? (int)size
                : throw new InvalidDataException(
                    $"{file}: the header says {size} {names[i]} (at byte {4 + 4 * i}), but 1 to {int.MaxValue} are possible");
        }

        // Before anything is allocated: a header of a few bytes may claim any size.
        if (total > content.MostBytes - headerLength || total > Array.MaxLength)
        {
            string sizes = string.Join(" × ", dimensions);
            throw content.TooShort(
                $"the header says {sizes} = {total} bytes of {what}, but the file of {stream.Length} bytes cannot hold them");
        }

        // What is compressed may be much shorter than it says, so that memory is taken for what is there.
        List<byte[]> blocks = [];
        for (int left = (int)total; left > 0; left -= BlockLength)
        {
            byte[] block = new byte[Math.Min(left, BlockLength)];
            read = content.Read(block);
            blocks.Add(block);
            if (read < block.Length)
            {
                throw content.TooShort($"the header says {total} bytes of {what}, but there are only {(int)total - left + read}");
            }
        }

        content.RequireEnd(headerLength + (long)total);
        return (dimensions, blocks);
    }

    /// <summary>A file's content, uncompressed where it is compressed. The file stays open.</summary>
    private sealed class Content : IDisposable
    {
        private readonly Stream stream;
        private readonly string file;
        private readonly Gzip? gzip;

        public Content(Stream stream, string file)
        {
            (this.stream, this.file) = (stream, file);
            Span<byte> first = stackalloc byte[2];
            stream.Position = 0;
            first = first[..stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
            stream.Position = 0;
            gzip = Gzip.Begins(first) ? new(stream, file, leaveOpen: true) : null;
        }

        /// <summary>More bytes than these the content cannot have.</summary>
        public long MostBytes => gzip is null ? stream.Length : stream.Length * LargestRatio;

        /// <summary>The next bytes; fewer than asked for only at the end.</summary>
        public int Read(Span<byte> destination) => gzip?.Read(destination) ?? stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);

        /// <summary>The content ended too early: the compressed data was cut off, or it is too short itself.</summary>
        public InvalidDataException TooShort(string sentence) =>
            gzip is { IsCutShort: true } ? gzip.CutShort() : new InvalidDataException($"{file}: {sentence}");

        public void Dispose() => gzip?.Dispose();

        public void RequireEnd(long expected)
        {
            Span<byte> next = stackalloc byte[1];
            if (Read(next) > 0)
            {
                string found = gzip is null ? $"has {stream.Length} bytes" : "has more";
                throw new InvalidDataException(
                    $"{file}: the file should end after {expected} bytes, as its header says, but it {found}");
            }

            gzip?.RequireEnd();
        }
    }
}
