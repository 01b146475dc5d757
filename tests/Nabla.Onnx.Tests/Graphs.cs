using Google.Protobuf;
using Nabla.Onnx.Schema;

namespace Nabla.Onnx.Tests;

/// <summary>Graphs as other programs write them.</summary>
internal sealed class Graphs
{
    private readonly ModelProto model = new() { IrVersion = 8, ProducerName = "pytorch", Graph = new() { Name = "main_graph" } };

    public Graphs(int opset = 17, params long[] inputShape)
    {
        model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        model.Graph.Input.Add(Value("input", inputShape.Length == 0 ? [-1, Examples.Inputs] : inputShape));
    }

    public ModelProto Model => model;

    public Graphs Given(string name, long[] dims, params float[] values)
    {
        model.Graph.Initializer.Add(Tensor(name, dims, values));
        return this;
    }

    public Graphs Node(string operation, string[] inputs, string output, params AttributeProto[] attributes)
    {
        NodeProto node = new() { OpType = operation, Name = "/" + operation + "_" + output };
        node.Input.Add(inputs);
        node.Output.Add(output);
        node.Attribute.Add(attributes);
        model.Graph.Node.Add(node);
        return this;
    }

    public Graphs Output(string name, int size = Examples.Outputs)
    {
        model.Graph.Output.Add(Value(name, [-1, size]));
        return this;
    }

    public byte[] ToBytes() => model.ToByteArray();

    /// <summary>Numbers that are all different.</summary>
    public static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(3 * i + 1))];

    public static AttributeProto Whole(string name, long value) => new() { Name = name, Type = 2, I = value };

    public static AttributeProto Float(string name, float value) => new() { Name = name, Type = 1, F = value };

    public static AttributeProto Text(string name, string value) => new() { Name = name, Type = 3, S = ByteString.CopyFromUtf8(value) };

    public static AttributeProto Wholes(string name, params long[] values)
    {
        AttributeProto attribute = new() { Name = name, Type = 7 };
        attribute.Ints.Add(values);
        return attribute;
    }

    public static AttributeProto Tensor(string name, TensorProto tensor) => new() { Name = name, Type = 4, T = tensor };

    public static TensorProto Tensor(string name, long[] dims, params float[] values)
    {
        TensorProto tensor = new() { Name = name, DataType = 1 };
        tensor.Dims.Add(dims);
        tensor.FloatData.Add(values);
        return tensor;
    }

    private static ValueInfoProto Value(string name, long[] shape)
    {
        TensorShapeProto dims = new();
        foreach (long size in shape)
        {
            dims.Dim.Add(size < 0 ? new() { DimParam = "n" } : new TensorShapeProto.Types.Dimension { DimValue = size });
        }

        return new() { Name = name, Type = new() { TensorType = new() { ElemType = 1, Shape = dims } } };
    }
}
