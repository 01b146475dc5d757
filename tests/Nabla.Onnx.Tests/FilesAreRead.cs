using Nabla.Models;
using Nabla.Networks;
using Nabla.Onnx.Schema;
using Nabla.Training;
using static Nabla.Onnx.Tests.Graphs;

namespace Nabla.Onnx.Tests;

/// <summary>What is written is read to the same bits, and what others write is read to what ONNX Runtime computes.</summary>
public class FilesAreRead
{
    public static TheoryData<string> Activations => Examples.Activations;

    /// <summary>What stands between two layers, from z to a.</summary>
    public static TheoryData<string, string> Forms => new()
    {
        { "sigmoid", "Sigmoid z a" },
        { "relu", "Relu z a" },
        { "leaky-relu", "LeakyRelu z a" },
        { "elu", "Elu z a" },
        { "identity", "Identity z a" },
        { "silu", "Sigmoid z s | Mul s z a" },
        { "softsign", "Abs z s | Add s one t | Div z t a" },
        { "gelu", "Div z root s | Erf s t | Add t one u | Mul z u v | Mul v half a" },
        { "gelu", "Mul z half v | Mul z inverse s | Erf s t | Add one t u | Mul v u a" },
        { "gelu", "Mul half z v | Mul inverse z s | Erf s t | Add one t u | Mul u v a" },
        { "gelu", "Gelu z a" },
    };

    [Theory]
    [MemberData(nameof(Activations))]
    public void What_was_written_has_the_same_bits(string activation)
    {
        Model<float> model = Examples.New(activation);
        ModelDescription description = Examples.Describe(model) with
        {
            Preprocessing = new() { InputDivisor = 255 },
            Classes = ["a", "b \"quoted\"", "ü"],
            Training = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("epochs", "3").Add("seed", "1"),
        };
        (ModelDescription read, Model<float> copy) = Examples.Read(Examples.Write(model, description));
        Assert.Equal(description.Network, read.Network);
        Assert.Equal((description.Loss, description.Reduction, description.Preprocessing.InputDivisor), (read.Loss, read.Reduction, read.Preprocessing.InputDivisor));
        Assert.Equal(description.Classes, read.Classes);
        Assert.Equal(description.Training, read.Training);
        Assert.All(model.Expression.Parameters.Zip(copy.Expression.Parameters), pair => Assert.Equal(model.Parameters[pair.First].Elements.ToArray(), copy.Parameters[pair.Second].Elements.ToArray()));
        float[] samples = Examples.Samples(7);
        Assert.Equal(Examples.Predict(model, samples), Examples.Predict(copy, samples));
        Assert.Equal(Examples.Write(model, description), Examples.Write(copy, read));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void An_activation_is_recognized(string activation, string nodes)
    {
        Graphs graph = TwoLayers(opset: nodes.Contains("Gelu", StringComparison.Ordinal) ? 20 : 17);
        graph.Node("Gemm", ["input", "w1", "b1"], "z", Whole("transB", 1));
        foreach (string[] words in nodes.Split(" | ").Select(node => node.Split(' ')))
        {
            graph.Node(words[0], words[1..^1], words[^1]);
        }

        graph.Node("Gemm", ["a", "w2", "b2"], "output", Whole("transB", 1)).Output("output");
        Model<float> model = AssertAgrees(graph);
        Assert.Equal($"{activation} identity", string.Join(' ', model.Network.Layers.Select(layer => layer.Activation.Name)));
    }

    [Fact]
    public void Products_and_sums_are_layers()
    {
        Graphs graph = TwoLayers();
        graph.Given("w1t", [5, 4], Numbers(20)).Given("scalar", [], 0.25f).Given("row", [1, 3], 1, 2, 3);
        graph.Node("MatMul", ["input", "w1t"], "p").Node("Add", ["b1", "p"], "z").Node("Tanh", ["z"], "a");
        graph.Node("Transpose", ["w2"], "w2t", Wholes("perm", 1, 0)).Node("MatMul", ["a", "w2t"], "q");
        graph.Node("Add", ["q", "row"], "r").Node("Add", ["r", "scalar"], "output").Output("output");
        Model<float> model = AssertAgrees(graph);
        Assert.All(model.Network.Layers, layer => Assert.True(layer.HasBiases));
    }

    [Fact]
    public void Factors_of_a_product_are_multiplied_in()
    {
        Graphs graph = TwoLayers();
        graph.Given("w1t", [5, 4], Numbers(20));
        graph.Node("Gemm", ["input", "w1t", "b1"], "z", Float("alpha", 0.5f), Float("beta", 2), Whole("transA", 0));
        graph.Node("Softplus", ["z"], "a");
        graph.Node("Gemm", ["a", "w2"], "output", Whole("transB", 1), Float("alpha", -1)).Output("output");
        Model<float> model = AssertAgrees(graph);
        Assert.Equal([true, false], model.Network.Layers.Select(layer => layer.HasBiases));
    }

    [Fact]
    public void A_constant_may_be_a_node_and_the_inputs_divided()
    {
        Graphs graph = TwoLayers();
        graph.Node("Constant", [], "c", Graphs.Tensor("value", Graphs.Tensor("", [], 4)));
        graph.Node("Div", ["input", "c"], "x").Node("Gemm", ["x", "w1", "b1"], "z", Whole("transB", 1)).Node("Relu", ["z"], "a");
        graph.Node("Gemm", ["a", "w2", "b2"], "output", Whole("transB", 1)).Output("output");
        Assert.Equal(4, Examples.Read(graph.ToBytes()).Description.Preprocessing.InputDivisor);
        AssertAgrees(graph);
    }

    [Fact]
    public void Pictures_are_flattened()
    {
        Graphs graph = TwoLayers(17, -1, 1, 1, 5);
        graph.Node("Flatten", ["input"], "x", Whole("axis", 1)).Node("Gemm", ["x", "w1", "b1"], "z", Whole("transB", 1)).Node("Relu", ["z"], "a");
        graph.Node("Gemm", ["a", "w2", "b2"], "output", Whole("transB", 1)).Output("output");
        Assert.Equal("5-4-3", Examples.Read(graph.ToBytes()).Model.Network.ToString());
    }

    [Fact]
    public void Of_several_outputs_the_last_of_the_chain_is_the_network()
    {
        Graphs graph = TwoLayers();
        graph.Node("Gemm", ["input", "w1", "b1"], "z", Whole("transB", 1)).Node("Relu", ["z"], "a");
        graph.Node("Gemm", ["a", "w2", "b2"], "logits", Whole("transB", 1)).Node("Softmax", ["logits"], "p", Whole("axis", -1));
        graph.Output("p").Output("logits");
        (ModelDescription description, Model<float> model) = Examples.Read(graph.ToBytes());
        Assert.True(model.Network.Layers[^1].Activation.IsSoftmax);
        Assert.Equal("cross-entropy", description.Loss);
    }

    [Fact]
    public void Logits_alone_get_the_activation_of_the_loss()
    {
        Graphs graph = TwoLayers();
        graph.Node("Gemm", ["input", "w1", "b1"], "z", Whole("transB", 1)).Node("Relu", ["z"], "a");
        graph.Node("Gemm", ["a", "w2", "b2"], "logits", Whole("transB", 1)).Output("logits");
        Assert.Equal("mean-squared-error", Examples.Read(graph.ToBytes()).Description.Loss);
        (_, Model<float> model) = Examples.Read(graph.ToBytes(), new() { Loss = Loss.CrossEntropy, Classes = ["a", "b", "c"] });
        Assert.True(model.Network.Layers[^1].Activation.IsSoftmax);
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => Examples.Read(graph.ToBytes(), new() { Classes = ["a", "b"] }));
        Assert.Equal("file.onnx: 2 classes are named, but the network 5-4-3 has 3 outputs", refused.Message);
    }

    [Fact]
    public void A_file_is_written_and_read_by_its_path()
    {
        using Nabla.Tests.Data.TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "model.onnx");
        Model<float> model = Examples.New("silu");
        OnnxFile.Save(path, model, Examples.Describe(model));
        float[] samples = Examples.Samples(3);
        Assert.Equal(Examples.Predict(model, samples), Examples.Predict(OnnxFile.Load(path).Model, samples));
        Assert.Equal(["model.onnx"], folder.Files);
    }

    private static Graphs TwoLayers(int opset = 17, params long[] shape) => new Graphs(opset, shape)
        .Given("w1", [4, 5], Numbers(20)).Given("b1", [4], Numbers(4)).Given("w2", [3, 4], Numbers(12)).Given("b2", [3], Numbers(3))
        .Given("root", [], MathF.Sqrt(2)).Given("inverse", [], MathF.Sqrt(0.5f)).Given("one", [], 1).Given("half", [1], 0.5f);

    private static Model<float> AssertAgrees(Graphs graph)
    {
        Runtime.Require();
        byte[] file = graph.ToBytes();
        (ModelDescription description, Model<float> model) = Examples.Read(file);
        float[] samples = Examples.Samples(7);
        float[] expected = Runtime.Run(file, samples, Examples.Inputs, "output");
        Assert.All(expected.Zip(Examples.Predict(model, samples, description)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        return model;
    }
}
