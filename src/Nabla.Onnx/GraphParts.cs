using System.Buffers.Binary;
using Google.Protobuf;
using Nabla.Calculus.Verification;
using Nabla.Onnx.Schema;

namespace Nabla.Onnx;

/// <summary>A graph that is being written: its nodes in order, and the tensors that are given.</summary>
internal sealed class GraphParts
{
    /// <summary>The format's number of the type float.</summary>
    public const int FloatType = 1;

    private const int WholeType = 7;

    public GraphProto Graph { get; } = new() { Name = "nabla" };

    /// <summary>Adds an operator on values, and gives the name of its output.</summary>
    public string Node(string operation, string output, string[] inputs, params IEnumerable<AttributeProto> attributes)
    {
        NodeProto node = new() { OpType = operation, Name = $"{output}.{operation}" };
        node.Input.Add(inputs);
        node.Output.Add(output);
        node.Attribute.Add(attributes);
        Graph.Node.Add(node);
        return output;
    }

    /// <summary>A number, once for all who need it.</summary>
    public string Given(string name, float value)
    {
        if (!Graph.Initializer.Any(known => known.Name == name))
        {
            Graph.Initializer.Add(Tensor(name, [], [value]));
        }

        return name;
    }

    /// <summary>A row of numbers.</summary>
    public string Given(string name, params IReadOnlyList<float> values)
    {
        Graph.Initializer.Add(Tensor(name, [values.Count], [.. values]));
        return name;
    }

    /// <summary>A row of whole numbers, such as places.</summary>
    public string Places(string name, params IReadOnlyList<long> values)
    {
        byte[] bytes = new byte[values.Count * sizeof(long)];
        for (int i = 0; i < values.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        }

        TensorProto tensor = new() { Name = name, DataType = WholeType, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        tensor.Dims.Add(values.Count);
        Graph.Initializer.Add(tensor);
        return name;
    }

    /// <summary>A matrix, or of one column a vector.</summary>
    public string Given(string name, Matrix values, bool isVector)
    {
        float[] rows = new float[values.Rows * values.Columns];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = (float)values[i / values.Columns, i % values.Columns];
        }

        Graph.Initializer.Add(Tensor(name, isVector ? [values.Rows] : [values.Rows, values.Columns], rows));
        return name;
    }

    private static TensorProto Tensor(string name, long[] dims, float[] values)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        }

        TensorProto tensor = new() { Name = name, DataType = FloatType, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        tensor.Dims.Add(dims);
        return tensor;
    }
}
