using System.IO.Compression;
using CsCheck;
using Nabla.Data;

namespace Nabla.Tests.Data;

public class IdxTests
{
    private static readonly byte[] images = IdxFiles.Images(5, 4, 3);
    private static readonly byte[] labels = IdxFiles.Labels(3, 1, 4, 1, 5);

    [Fact]
    public void Images_and_labels_are_read_as_they_were_written()
    {
        Samples samples = Idx.ReadSamples(images, "i", labels, "l");
        Assert.Equal((5, 12, 10), (samples.Count, samples.Inputs, samples.Outputs));
        Assert.Equal(images[16..], Assert.IsType<ByteFeatures>(samples.Features).Values);
        Assert.Equal([3, 1, 4, 1, 5], samples.Labels!.Value);

        IdxImages pictures = Idx.ReadImages(images, "i");
        Assert.Equal((5, 4, 3), (pictures.Count, pictures.Rows, pictures.Columns));
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void Compressed_files_of_every_length_are_read_as_they_were_written(CompressionLevel level)
    {
        for (int count = 1; count < 3000; count += 1 + count / 3)
        {
            byte[] content = IdxFiles.Images(count, 7, 5, count);
            Assert.Equal(content[16..], Idx.ReadImages(IdxFiles.Gzip(content, level), "i").Pixels);
        }
    }

    [Fact]
    public void Optional_fields_of_the_gzip_header_are_passed_over()
    {
        byte[] gzip = IdxFiles.Gzip(labels);
        byte[] header = [.. gzip[..3], 0x1e, .. gzip[4..10], 3, 0, 1, 2, 3, (byte)'n', 0, (byte)'c', (byte)'c', 0, 9, 9];
        Assert.Equal(5, Idx.ReadLabels((byte[])[.. header, .. gzip[10..]], "l").Length);
    }

    [Fact]
    public void A_wrong_magic_number_is_named_with_the_right_one()
    {
        Refused("i: the magic number is 0x00000801, but an IDX file of images begins with 0x00000803", labels);
        Refused("i: the magic number is 0x00000801, but an IDX file of images begins with 0x00000803", IdxFiles.Gzip(labels));
        Refused("i: the magic number is 0x6e6f2061, but an IDX file of images begins with 0x00000803", "no answer"u8.ToArray());
        RefusedLabels("l: the magic number is 0x00000803, but an IDX file of labels begins with 0x00000801", images);
    }

    [Fact]
    public void A_file_that_is_too_short_is_refused()
    {
        Refused("i: the header of an IDX file of images has 16 bytes, but there are only 0", []);
        Refused("i: the header of an IDX file of images has 16 bytes, but there are only 9", images[..9]);
        Refused("i: the header says 5 × 4 × 3 = 60 bytes of images, but the file of 75 bytes cannot hold them", images[..^1]);
        Refused("i: the header says 60 bytes of images, but there are only 59", IdxFiles.Gzip(images[..^1]));
        Refused("i: the header of an IDX file of images has 16 bytes, but there are only 7", IdxFiles.Gzip(images[..7]));
    }

    [Fact]
    public void A_file_that_is_too_long_is_refused()
    {
        Refused("i: the file should end after 76 bytes, as its header says, but it has 77 bytes", [.. images, 0]);
        Refused("i: the file should end after 76 bytes, as its header says, but it has more", IdxFiles.Gzip([.. images, 0]));
    }

    [Fact]
    public void Absurd_dimensions_are_refused_before_memory_is_asked_for()
    {
        uint most = uint.MaxValue;
        Refused(
            "i: the header says 4294967295 images (at byte 4), but 1 to 2147483647 are possible",
            IdxFiles.Header(0x803, most, most, most));
        Refused("i: the header says 0 rows (at byte 8), but 1 to 2147483647 are possible", IdxFiles.Header(0x803, 1, 0, 28));
        Refused(
            "i: the header says 2147483647 × 2147483647 × 2147483647 = 9903520300447984150353281023 bytes of images, "
            + "but the file of 16 bytes cannot hold them",
            IdxFiles.Header(0x803, int.MaxValue, int.MaxValue, int.MaxValue));

        byte[] claim = IdxFiles.Gzip(IdxFiles.Header(0x803, 60_000, 1000, 30));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("cannot hold them", Assert.Throws<InvalidDataException>(() => Idx.ReadImages(claim, "i")).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Labels_beyond_nine_are_refused() =>
        RefusedLabels("l: label 2 is 10, but labels go from 0 to 9", IdxFiles.Labels(0, 9, 10));

    [Fact]
    public void Different_counts_of_images_and_labels_are_refused() => Assert.Equal(
        "i holds 5 images but l holds 4 labels; each image needs one label",
        Assert.Throws<InvalidDataException>(() => Idx.ReadSamples(images, "i", IdxFiles.Labels(1, 2, 3, 4), "l")).Message);

    [Fact]
    public void Every_truncation_of_a_gzip_file_is_refused()
    {
        byte[] gzip = IdxFiles.Gzip(IdxFiles.Images(40, 9, 11));
        for (int length = 0; length < gzip.Length; length++)
        {
            string message = Assert.Throws<InvalidDataException>(() => Idx.ReadImages(gzip.AsMemory(0, length), "i")).Message;
            Assert.StartsWith("i: ", message);
        }

        Refused("i: the gzip data is cut off after 3976 uncompressed bytes; the file is "
            + $"{gzip.Length - 1} bytes long and should be longer", gzip[..^1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(10_000)]
    public void Bytes_behind_the_end_of_a_gzip_file_are_refused(int extra)
    {
        byte[] gzip = IdxFiles.Gzip(images);
        foreach (byte[] tail in new[] { new byte[extra], [.. Enumerable.Repeat(gzip, extra).SelectMany(bytes => bytes)] })
        {
            string message = Assert.Throws<InvalidDataException>(() => Idx.ReadImages((byte[])[.. gzip, .. tail], "i")).Message;
            Assert.Matches("^i: at least [0-9]+ bytes follow the end of the gzip data, but nothing may follow it$", message);
        }
    }

    [Fact]
    public void A_damaged_gzip_file_is_refused()
    {
        byte[] gzip = IdxFiles.Gzip(images);
        Damaged(2, "the gzip header has method 247 and flags 0x00, but method 8 (deflate) and flags below 0x20 are expected");
        Damaged(gzip.Length - 8, "the gzip trailer says checksum 0x");
        Damaged(gzip.Length - 4, "the gzip trailer says checksum 0x");
        Refused("i: 2 bytes are too few for gzip, whose header and trailer alone have 18", gzip[..2]);
        Refused(
            "i: the gzip header does not end within the file's 30 bytes",
            [.. gzip[..3], 8, .. gzip[4..10], .. Enumerable.Repeat((byte)'n', 20)]);

        void Damaged(int at, string sentence)
        {
            byte[] damaged = [.. gzip];
            damaged[at] ^= 0xff;
            Assert.StartsWith("i: " + sentence, Assert.Throws<InvalidDataException>(() => Idx.ReadImages(damaged, "i")).Message);
        }
    }

    [Fact]
    public void Any_damage_to_any_file_gives_samples_or_a_sentence()
    {
        byte[][] files =
            [images, labels, IdxFiles.Gzip(images), IdxFiles.Gzip(labels), IdxFiles.Gzip(IdxFiles.Images(200, 9, 9))];
        Gen<byte[]> damaged =
            from file in Gen.Int[0, files.Length - 1].Select(i => files[i])
            from length in Gen.OneOf(Gen.Const(file.Length), Gen.Int[0, file.Length])
            from changes in Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[0, 4]
            from tail in Gen.OneOf(Gen.Const(Array.Empty<byte>()), Gen.Byte.Array[0, 20])
            select Damage(file[..length], changes, tail);
        Gen.Select(damaged, damaged).Sample(
            (first, second) =>
            {
                try
                {
                    Samples samples = Idx.ReadSamples(first, "i", second, "l");
                    return samples.Count > 0;
                }
                catch (InvalidDataException error)
                {
                    return error.Message.StartsWith('i') || error.Message.StartsWith('l');
                }
            },
            iter: 20_000);
    }

    [Fact]
    public void A_gzip_file_whose_content_changed_by_a_bit_never_passes()
    {
        byte[] content = IdxFiles.Images(30, 8, 8);
        byte[] gzip = IdxFiles.Gzip(content);
        Gen.Int[10 * 8, 8 * gzip.Length - 1].Sample(
            bit =>
            {
                byte[] damaged = [.. gzip];
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                try
                {
                    // A bit that means nothing (behind the last code) may change; the content may not.
                    return Idx.ReadImages(damaged, "i").Pixels.AsSpan().SequenceEqual(content.AsSpan(16));
                }
                catch (InvalidDataException)
                {
                    return true;
                }
            },
            iter: 5_000);
    }

    private static byte[] Damage(byte[] file, (int At, byte Value)[] changes, byte[] tail)
    {
        foreach ((int at, byte value) in changes)
        {
            if (file.Length > 0)
            {
                file[at % file.Length] = value;
            }
        }

        return [.. file, .. tail];
    }

    private static void Refused(string sentence, byte[] file) =>
        Assert.Equal(sentence, Assert.Throws<InvalidDataException>(() => Idx.ReadImages(file, "i")).Message);

    private static void RefusedLabels(string sentence, byte[] file) =>
        Assert.Equal(sentence, Assert.Throws<InvalidDataException>(() => Idx.ReadLabels(file, "l")).Message);
}
