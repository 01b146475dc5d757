using System.Buffers.Binary;
using Google.Protobuf;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Onnx.Schema;
using Nabla.Tests;
using Nabla.Tests.Data;
using Nabla.Training;

namespace Nabla.Onnx.Tests;

/// <summary>The heap stays below twice the file and 64 MB, garbage included, whatever the file is.</summary>
[Collection(nameof(Alone))]
public sealed class ReadingTakesLittleMemory : IDisposable
{
    private const int Millions = 1_000_000;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Of_a_file_that_nabla_wrote()
    {
        Model<float> model = new(Network.Of([4000, 5000, 3], Nabla.Networks.Activation.Named("relu")), Loss.SquaredError);
        model.Initialize(Initializer.Named("he"), seed: 1);
        OnnxFile.Save(folder.File("m.onnx"), model, Examples.Describe(model));
        Model<float>? read = null;
        AssertSmall(path => read = OnnxFile.Load(path).Model);
        Assert.All(model.Expression.Parameters.Zip(read!.Expression.Parameters), pair => Assert.Equal(model.Parameters[pair.First].Elements, read.Parameters[pair.Second].Elements));
    }

    /// <summary>Matrices as others write them, [inputs, outputs], multiplied by a factor, with biases that are added one after the other.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_transposed_and_scaled_matrices_and_sums_of_biases(bool isRaw)
    {
        const int Inputs = 300;
        const int Outputs = 50_000;
        Graphs graph = new(17, -1, Inputs);
        float[] weights = Graphs.Numbers(Inputs * Outputs);
        Give(graph, "w", [Inputs, Outputs], weights, isRaw);
        Give(graph, "b", [Outputs], Graphs.Numbers(Outputs), isRaw);
        graph.Node("Gemm", ["input", "w", "b"], "z", Graphs.Float("alpha", 0.5f), Graphs.Float("beta", 2));
        for (int i = 0; i < 50; i++)
        {
            graph.Node("Add", [i == 0 ? "z" : $"s{i - 1}", "b"], $"s{i}");
        }

        Write(graph.Output("s49", Outputs).ToBytes());
        Model<float>? read = null;
        AssertSmall(path => read = OnnxFile.Load(path).Model);
        Nabla.Calculus.Verification.Matrix w = read!.Parameters[read.Expression.Parameters[0]];
        Nabla.Calculus.Verification.Matrix b = read.Parameters[read.Expression.Parameters[1]];
        for (int k = 0; k < weights.Length; k += 9973)
        {
            Assert.Equal(0.5f * weights[k], w[k % Outputs, k / Outputs]);
        }

        Assert.Equal(52 * weights[7], b[7, 0], 1e-3);
    }

    [Fact]
    public void Of_a_matrix_that_is_used_as_often_as_the_file_is_worth()
    {
        const int Size = 2000;
        Assert.StartsWith("2000-2000-2000", Layers(2));
        Assert.Contains("takes a matrix that others take too, or one of few rows, so often", Layers(3), StringComparison.Ordinal);

        string Layers(int count)
        {
            Graphs graph = new(17, -1, Size);
            Give(graph, "w", [Size, Size], new float[Size * Size], isRaw: true);
            for (int i = 0; i < count; i++)
            {
                graph.Node("MatMul", [i == 0 ? "input" : $"x{i - 1}", "w"], $"x{i}");
            }

            Write(graph.Output($"x{count - 1}", Size).ToBytes());
            return AssertSmall(path => OnnxFile.Load(path));
        }
    }

    /// <summary>A layer of two outputs lies in memory as one of sixteen.</summary>
    [Theory]
    [InlineData(2, 5 * Millions, false)]
    [InlineData(1, 10 * Millions, true)]
    [InlineData(5 * Millions, 2, true)]
    public void Of_a_matrix_of_few_rows_or_columns(int outputs, int inputs, bool reads)
    {
        Graphs graph = new(17, -1, inputs);
        Give(graph, "w", [outputs, inputs], new float[outputs * inputs], isRaw: true);
        Write(graph.Node("Gemm", ["input", "w"], "z", Graphs.Whole("transB", 1)).Output("z", outputs).ToBytes());
        Assert.Equal(reads, AssertSmall(path => OnnxFile.Load(path)).StartsWith($"{inputs}-{outputs}", StringComparison.Ordinal));
    }

    /// <summary>As many messages as are allowed.</summary>
    [Theory]
    [InlineData("nodes")]
    [InlineData("attributes")]
    [InlineData("tensors")]
    [InlineData("values")]
    [InlineData("notes")]
    [InlineData("layers, as many as are read")]
    [InlineData("layers")]
    [InlineData("operators")]
    public void Of_nothing_but(string what)
    {
        Graphs graph = new(17, -1, 1);
        NodeProto node = new();
        Give(graph, "w", [1, 1], [1], isRaw: true);
        switch (what)
        {
            case "nodes":
                graph.Model.Graph.Node.Add(Enumerable.Range(0, 199_900).Select(_ => new NodeProto()));
                break;
            case "attributes":
                node.Attribute.Add(Enumerable.Range(0, 199_900).Select(_ => new AttributeProto()));
                graph.Model.Graph.Node.Add(node);
                break;
            case "tensors":
                graph.Model.Graph.Initializer.Add(Enumerable.Range(0, 99_900).Select(i => new TensorProto { Name = $"{i}" }));
                break;
            case "values":
                graph.Model.Graph.Output.Add(Enumerable.Range(0, 99_900).Select(i => new ValueInfoProto { Name = $"{i}" }));
                break;
            case "notes":
                graph.Model.MetadataProps.Add(Enumerable.Range(0, 199_900).Select(i => new StringStringEntryProto { Key = $"{i}", Value = "x" }));
                break;
            case "layers, as many as are read" or "layers":
                int last = what == "layers" ? 38_999 : 9_999;
                for (int i = 0; i <= last; i++)
                {
                    graph.Model.Graph.Node.Add(new NodeProto { OpType = "MatMul", Input = { i == 0 ? "input" : $"{i - 1}", "w" }, Output = { $"{i}" } });
                }

                graph.Output($"{last}", 1);
                break;
            default:
                graph.Model.Graph.Node.Add(new NodeProto { OpType = "MatMul", Input = { "input", "w" }, Output = { "z" } });
                for (int i = 0; i < 39_000; i++)
                {
                    graph.Model.Graph.Node.Add(new NodeProto { OpType = "Relu", Input = { "z" }, Output = { $"{i}" } });
                }

                graph.Output("38999", 1);
                break;
        }

        Write(graph.ToBytes());
        Assert.NotEmpty(AssertSmall(path => OnnxFile.Load(path)));
    }

    [Theory]
    [InlineData("[],", "training")]
    [InlineData("[],", "classes")]
    [InlineData("1,", "classes")]
    [InlineData("\"\",", "classes")]
    [InlineData("\"ab\",", "classes")]
    [InlineData("\"abcdef\",", "classes")]
    [InlineData("{\"a\":1},", "preprocessing")]
    [InlineData("\"one long text\",", "classes")]
    public void Of_notes_of_many_values(string value, string key)
    {
        Graphs graph = new(17, -1, 1);
        Give(graph, "w", [1, 1], [1], isRaw: true);
        graph.Model.ProducerName = "nabla";
        foreach (int bytes in new[] { 2_000_000, 9_900_000 })
        {
            string list = value.EndsWith("one long text\",", StringComparison.Ordinal)
                ? $"\"{new string('a', bytes)}\""
                : string.Concat(Enumerable.Repeat(value, bytes / value.Length)).TrimEnd(',');
            graph.Model.MetadataProps.Clear();
            graph.Model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = key == "preprocessing" ? $"{{\"divide_inputs_by\":1,\"columns\":[{list}]}}" : $"[{list}]" });
            Write(graph.Node("MatMul", ["input", "w"], $"z{bytes}").ToBytes());
            Assert.StartsWith("m.onnx: ", AssertSmall(path => OnnxFile.Load(path)), StringComparison.Ordinal);
        }
    }

    /// <summary>A preprocessing that is whole, but of which the graph has nothing.</summary>
    [Theory]
    [InlineData(90_000, 1)]
    [InlineData(1, 349_997)]
    [InlineData(100, 3_400)]
    [InlineData(90_000, 3)]
    public void Of_a_preprocessing_of_many_columns_or_levels(int columns, int levels)
    {
        Graphs graph = new(17, -1, 1);
        Give(graph, "w", [1, 1], [1], isRaw: true);
        graph.Model.ProducerName = "nabla";
        string places = string.Join(',', Enumerable.Range(0, levels).Select(i => $"\"{i:X}\""));
        string all = string.Join(',', Enumerable.Range(0, columns).Select(i => $"{{\"name\":\"{i}\",\"kind\":\"category\",\"levels\":[{places}],\"missing_is_level\":true,\"fill\":null}}"));
        graph.Model.MetadataProps.Add(new StringStringEntryProto { Key = "preprocessing", Value = $"{{\"divide_inputs_by\":1,\"columns\":[{all}]}}" });
        Write(graph.Node("MatMul", ["input", "w"], "z").Output("z", 1).ToBytes());
        Assert.Equal(
            columns == 90_000 ? "m.onnx: the notes beside the graph cannot be read: a note has more than 1000000 names and values, or 350000 texts, but at most so many are read"
                : "m.onnx: the notes beside the graph name the columns of a table, but the graph does not begin with what is done to these",
            AssertSmall(path => OnnxFile.Load(path)));
    }

    [Theory]
    [InlineData("name", 100 * Millions, "m.onnx: the file has more than 10000000 bytes of names and notes, but a network that this program reads has fewer")]
    [InlineData("name", 9 * Millions, "m.onnx: the graph has no output, but a network has one")]
    [InlineData("dims", 10 * Millions, "m.onnx: the file has more than 65536 bytes of dimensions, but a network that this program reads has fewer")]
    [InlineData("ints", 10 * Millions, "m.onnx: the file has more than 65536 bytes of dimensions, but a network that this program reads has fewer")]
    [InlineData("unknown", 100 * Millions, "m.onnx: the graph has no output, but a network has one")]
    public void Of_one_enormous_field(string field, int bytes, string sentence)
    {
        Graphs graph = new(17, -1, 1);
        byte[] given = graph.ToBytes();
        byte[] content = new byte[bytes];
        content.AsSpan().Fill((byte)(field == "name" ? 'a' : 1));
        byte[] inner = field switch
        {
            "name" => Field(7, Field(2, content)),
            "dims" => Field(7, Field(5, Field(1, content))),
            "ints" => Field(7, Field(1, Field(5, Field(8, content)))),
            _ => Field(7, Field(10, content)),
        };
        Write([.. given, .. inner]);
        Assert.Equal(sentence, AssertSmall(path => OnnxFile.Load(path)));
    }

    /// <summary>A tag of more than 32 bits, whose lower half is that of the graph: the parser would read a graph that was counted as something unknown.</summary>
    [Fact]
    public void Of_what_hides_behind_a_tag_that_is_too_long()
    {
        byte[] nodes = [.. Enumerable.Range(0, 1_000_000).SelectMany(_ => new byte[] { 10, 0 })];
        byte[] graph = Field(7, nodes);
        Assert.Equal(7 << 3 | 2, graph[0]);
        Write([.. new Graphs(17, -1, 1).ToBytes(), 0xBA, 0x80, 0x80, 0x80, 0x10, .. graph[1..]]);
        Assert.StartsWith("m.onnx", AssertSmall(path => OnnxFile.Load(path)), StringComparison.Ordinal);
    }

    private static byte[] Field(int number, byte[] content)
    {
        using MemoryStream stream = new();
        using (CodedOutputStream output = new(stream, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(content));
        }

        return stream.ToArray();
    }

    private static void Give(Graphs graph, string name, long[] dims, float[] values, bool isRaw)
    {
        if (!isRaw)
        {
            graph.Given(name, dims, values);
            return;
        }

        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        }

        TensorProto tensor = new() { Name = name, DataType = 1, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        tensor.Dims.Add(dims);
        graph.Model.Graph.Initializer.Add(tensor);
    }

    private void Write(byte[] file) => folder.Write("m.onnx", file);

    /// <summary>Reads the file and says which network it is, or why it is none.</summary>
    private string AssertSmall(Func<string, (ModelDescription, Model<float> Model)> read)
    {
        string said = "";
        AssertSmall(path =>
        {
            try
            {
                said = read(path).Model.Network.ToString();
            }
            catch (InvalidDataException error)
            {
                said = error.Message;
            }
        });
        Assert.DoesNotContain('\n', said);
        return said;
    }

    private void AssertSmall(Action<string> read)
    {
        string path = folder.File("m.onnx");
        long bytes = new FileInfo(path).Length;
        long growth = HeapWatch.Growth(() => read(path));
        TestContext.Current.SendDiagnosticMessage($"{TestContext.Current.Test?.TestDisplayName}: {bytes / 1e6:0.0} MB of file, {growth / 1e6:0.0} MB of heap");
        Assert.InRange(growth, 0, 2 * bytes + (64 << 20));
    }
}

/// <summary>The heap of the whole process is measured, so nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
