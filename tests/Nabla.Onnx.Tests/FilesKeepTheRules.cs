using Nabla.Onnx.Schema;

namespace Nabla.Onnx.Tests;

/// <summary>The rules of ONNX's checker that can be stated of a graph of these operators.</summary>
public class FilesKeepTheRules
{
    private static readonly Dictionary<string, (int Least, int Most)> inputs = new()
    {
        ["Gemm"] = (2, 3),
        ["Div"] = (2, 2),
        ["Mul"] = (2, 2),
        ["Add"] = (2, 2),
        ["Erf"] = (1, 1),
        ["Sigmoid"] = (1, 1),
        ["Tanh"] = (1, 1),
        ["Relu"] = (1, 1),
        ["LeakyRelu"] = (1, 1),
        ["Elu"] = (1, 1),
        ["Softplus"] = (1, 1),
        ["Softsign"] = (1, 1),
        ["Softmax"] = (1, 1),
        ["Gather"] = (2, 2),
        ["IsNaN"] = (1, 1),
        ["Sub"] = (2, 2),
        ["Where"] = (3, 3),
        ["Equal"] = (2, 2),
        ["Cast"] = (1, 1),
        ["Concat"] = (2, 2),
    };

    public static TheoryData<string> Activations => Examples.Activations;

    [Theory]
    [MemberData(nameof(Activations))]
    public void For_every_activation(string activation)
    {
        Training.Model<float> network = Examples.New(activation);
        AssertKeeps(Examples.Write(network, Examples.Describe(network) with { Preprocessing = new() { InputDivisor = 255 } }), Examples.Inputs, Examples.Outputs);
    }

    [Fact]
    public void For_tables() => Assert.All(Tables.All, table => AssertKeeps(table.Write(), table.Description.Preprocessing.Columns.Length, table.Description.Network.Outputs));

    private static void AssertKeeps(byte[] file, int columns, int outputs)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(file);
        Assert.Equal(8, model.IrVersion);
        OperatorSetIdProto set = Assert.Single(model.OpsetImport);
        Assert.Equal(("", 18), (set.Domain, set.Version));
        Assert.Equal("nabla", model.ProducerName);
        Assert.NotEmpty(model.Graph.Name);
        Assert.Equal(model.MetadataProps.Count, model.MetadataProps.Select(entry => entry.Key).Distinct().Count());

        // Every name is given once, and before it is used.
        HashSet<string> known = [];
        Assert.All(model.Graph.Input.Select(input => input.Name).Concat(model.Graph.Initializer.Select(tensor => tensor.Name)), name => Assert.True(known.Add(name), name));
        foreach (NodeProto node in model.Graph.Node)
        {
            Assert.Contains(node.OpType, inputs.Keys);
            Assert.InRange(node.Input.Count, inputs[node.OpType].Least, inputs[node.OpType].Most);
            Assert.All(node.Input, name => Assert.Contains(name, known));
            Assert.True(known.Add(Assert.Single(node.Output)), node.Output[0]);
            Assert.All(node.Attribute, attribute => Assert.Equal(attribute.HasF ? 1 : attribute.HasI ? 2 : -1, attribute.Type));
            Assert.Equal(node.Attribute.Count, node.Attribute.Select(attribute => attribute.Name).Distinct().Count());
        }

        Assert.Equal(model.Graph.Node.Count, model.Graph.Node.Select(node => node.Name).Distinct().Count());
        Assert.All(model.Graph.Initializer, tensor =>
        {
            Assert.True(tensor.DataType is 1 or 7, $"{tensor.Name} has the type {tensor.DataType}");
            Assert.Equal(tensor.Dims.Aggregate(tensor.DataType == 1 ? 4L : 8, (product, size) => product * size), tensor.RawData.Length);
        });
        Assert.All(model.Graph.Input.Concat(model.Graph.Output), value =>
        {
            Assert.Equal(1, value.Type.TensorType.ElemType);
            Assert.Equal(2, value.Type.TensorType.Shape.Dim.Count);
            Assert.Equal("batch", value.Type.TensorType.Shape.Dim[0].DimParam);
        });
        Assert.All(model.Graph.Output, value => Assert.Contains(value.Name, model.Graph.Node.SelectMany(node => node.Output)));
        Assert.Equal(columns, model.Graph.Input[0].Type.TensorType.Shape.Dim[1].DimValue);
        Assert.All(model.Graph.Output, value => Assert.Equal(outputs, value.Type.TensorType.Shape.Dim[1].DimValue));
    }

    [Fact]
    public void A_layer_is_a_product_with_transposed_weights()
    {
        ModelProto model = ModelProto.Parser.ParseFrom(Examples.Write(Examples.New("softmax")));
        Assert.Equal(["Gemm", "Relu", "Gemm", "Softmax"], model.Graph.Node.Select(node => node.OpType));
        Assert.All(model.Graph.Node.Where(node => node.OpType == "Gemm"), node => Assert.Equal(("transB", 1), (node.Attribute[0].Name, node.Attribute[0].I)));
        Assert.Equal(["logits", "probabilities"], model.Graph.Output.Select(output => output.Name));
    }

    [Fact]
    public void Gelu_is_taken_apart_with_erf()
    {
        ModelProto model = ModelProto.Parser.ParseFrom(Examples.Write(Examples.New("gelu")));
        Assert.Equal(["Gemm", "Div", "Erf", "Add", "Mul", "Mul"], model.Graph.Node.Take(6).Select(node => node.OpType));
    }
}
