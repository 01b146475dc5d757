using Google.Protobuf;
using Nabla.Models;
using Nabla.Onnx.Schema;
using Nabla.Training;

namespace Nabla.Onnx.Tests;

/// <summary>Whatever the bytes: a network or one sentence, in little memory.</summary>
public class HostileFiles
{
    private static readonly byte[] valid = Examples.Write(
        Examples.New("gelu", hidden: 3), Examples.Describe(Examples.New("gelu", hidden: 3)) with { Preprocessing = new() { InputDivisor = 2 }, Classes = ["a", "b", "c"] });

    [Fact]
    public void Of_tables_cut_off_at_every_byte_and_with_flipped_bits()
    {
        const ulong Seed = 20_261_126;
        SeededRandom random = new(Seed);
        byte[] table = Tables.All[3].Write();
        int read = 0;
        for (int i = 0; i < table.Length; i++)
        {
            ReadsOrRefuses(table[..i], $"the first {i} bytes of a table");
            byte[] bytes = [.. table];
            int bit = (int)(random.NextDouble() * bytes.Length * 8);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            read += ReadsOrRefuses(bytes, $"seed {Seed}, case {i}") ? 1 : 0;
        }

        Assert.InRange(read, table.Length / 10, table.Length * 9 / 10);
        Assert.True(ReadsOrRefuses(table, "all bytes of a table"));
    }

    [Fact]
    public void Cut_off_at_every_byte()
    {
        int read = 0;
        for (int length = 0; length < valid.Length; length++)
        {
            read += ReadsOrRefuses(valid[..length], $"the first {length} bytes") ? 1 : 0;
        }

        // Between two fields at the end, all that is missing is a note.
        Assert.InRange(read, 0, 12);
        Assert.True(ReadsOrRefuses(valid, "all bytes"));
    }

    [Fact]
    public void With_ten_thousand_flipped_bits()
    {
        const ulong Seed = 20_261_125;
        SeededRandom random = new(Seed);
        int read = 0;
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bytes = [.. valid];
            int flips = 1 + (i % 3);
            for (int flip = 0; flip < flips; flip++)
            {
                int bit = (int)(random.NextDouble() * bytes.Length * 8);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }

            read += ReadsOrRefuses(bytes, $"seed {Seed}, case {i}") ? 1 : 0;
        }

        // A weight may change, and a name may, everywhere: if no file were read or none refused, the cases would show nothing.
        Assert.InRange(read, 1000, 9000);
    }

    [Fact]
    public void Of_random_bytes()
    {
        SeededRandom random = new(3);
        for (int i = 0; i < 5000; i++)
        {
            byte[] bytes = new byte[i % 200];
            for (int j = 0; j < bytes.Length; j++)
            {
                bytes[j] = (byte)(random.NextDouble() * 256);
            }

            ReadsOrRefuses(bytes, $"random case {i}");
        }
    }

    [Fact]
    public void That_declare_terabytes()
    {
        // Field 7, the graph, of 2^42 bytes, and field 5 in it, a tensor of 2^31 − 1.
        byte[][] files =
        [
            [0x3A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
            [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07],
            [0x3A, 0x08, 0x2A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00, 0x00],
        ];
        Assert.All(files, file =>
        {
            long bytes = AllocatedBy(() => Assert.False(ReadsOrRefuses(file, "terabytes")));
            Assert.InRange(bytes, 0, 1 << 20);
        });
    }

    [Fact]
    public void Of_millions_of_empty_messages_take_little_memory()
    {
        // A node of no bytes is two bytes in the file and an object of hundreds in memory.
        byte[] graph = new byte[4_000_000];
        for (int i = 0; i < graph.Length; i += 2)
        {
            graph[i] = 0x0A;
        }

        using MemoryStream stream = new();
        using (CodedOutputStream output = new(stream, leaveOpen: true))
        {
            output.WriteTag(7, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(graph));
        }

        long bytes = AllocatedBy(() => Assert.False(ReadsOrRefuses(stream.ToArray(), "empty messages")));
        Assert.InRange(bytes, 0, (2 * stream.Length) + (64 << 20));
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => Examples.Read(stream.ToArray()));
        Assert.Equal("file.onnx: the file has more than 200000 fields, but a network that this program reads has fewer", refused.Message);
    }

    [Fact]
    public void With_messages_in_messages_without_end()
    {
        byte[] inner = [];
        for (int depth = 0; depth < 2000; depth++)
        {
            // Field 6 of an attribute is a graph, which has nodes, which have attributes.
            using MemoryStream stream = new();
            using (CodedOutputStream output = new(stream, leaveOpen: true))
            {
                output.WriteTag(depth % 3 == 0 ? 6 : depth % 3 == 1 ? 5 : 1, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(UnsafeByteOperations.UnsafeWrap(inner));
            }

            inner = stream.ToArray();
        }

        Assert.False(ReadsOrRefuses([0x3A, .. LengthOf(inner.Length), .. inner], "deep messages"));
    }

    private static byte[] LengthOf(int length)
    {
        using MemoryStream stream = new();
        using (CodedOutputStream output = new(stream, leaveOpen: true))
        {
            output.WriteLength(length);
        }

        return stream.ToArray();
    }

    private static long AllocatedBy(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Any exception but the one that is promised escapes from here and fails the test.</summary>
    private static bool ReadsOrRefuses(byte[] bytes, string what)
    {
        try
        {
            (ModelDescription description, Model<float> model) = Examples.Read(bytes);
            Assert.Equal(description.Network, model.Network);
            return true;
        }
        catch (InvalidDataException e)
        {
            Assert.True(e.Message.StartsWith("file.onnx: ", StringComparison.Ordinal) && !e.Message.Contains('\n'), $"{what}: {e.Message}");
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what}: {e.GetType().Name}: {e.Message}", e);
        }
    }

    /// <summary>A file of a megabyte whose four hundred layers share one matrix would become a model of four hundred megabytes.</summary>
    [Fact]
    public void A_matrix_that_is_named_again_and_again_is_refused_where_the_layers_outgrow_the_file()
    {
        const int Size = 512;
        Graphs graph = new(17, -1, Size);
        graph.Given("w", [Size, Size], new float[Size * Size]);
        for (int i = 0; i < 400; i++)
        {
            graph.Node("MatMul", [i == 0 ? "input" : $"x{i - 1}", "w"], $"x{i}");
        }

        graph.Output("x399", Size);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => Examples.Read(graph.ToBytes()));
        Assert.Contains("takes a matrix that others take too", refused.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 80 << 20);

        Graphs twice = new(17, -1, 3);
        twice.Given("w", [3, 3], Graphs.Numbers(9)).Node("MatMul", ["input", "w"], "x").Node("Relu", ["x"], "a").Node("MatMul", ["a", "w"], "y").Output("y", 3);
        Assert.Equal("3-3-3", Examples.Read(twice.ToBytes()).Model.Network.ToString());
    }
}
