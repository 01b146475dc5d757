using Nabla.Onnx.Schema;
using static Nabla.Onnx.Tests.Graphs;

namespace Nabla.Onnx.Tests;

/// <summary>A graph that is no feed-forward network is refused in one sentence that names the node.</summary>
public class OtherGraphsAreRefused
{
    [Fact]
    public void An_operator_of_something_else() => AssertRefused(
        "the node '/Conv_z' ('Conv') is none that this program reads: Gemm, MatMul, Add and the operators of Nabla's activations",
        graph => graph.Node("Conv", ["input", "w"], "z").Output("z"));

    [Fact]
    public void An_operator_of_another_domain() => AssertRefused(
        "the node '/FusedGemm_z' ('FusedGemm') is of the domain 'com.microsoft', but only the standard operators are read",
        graph =>
        {
            graph.Node("FusedGemm", ["input", "w"], "z").Output("z");
            graph.Model.Graph.Node[0].Domain = "com.microsoft";
        });

    [Fact]
    public void Samples_as_columns() => AssertRefused(
        "the node '/Gemm_z' ('Gemm') has transA, but samples are rows",
        graph => graph.Node("Gemm", ["input", "w"], "z", Whole("transA", 1)).Output("z"));

    [Fact]
    public void Another_slope() => AssertRefused(
        "the node '/LeakyRelu_a' ('LeakyRelu') has alpha 0.20000000298023224, but leaky-relu has 0.009999999776482582",
        graph => graph.Node("Gemm", ["input", "w"], "z", Whole("transB", 1)).Node("LeakyRelu", ["z"], "a", Float("alpha", 0.2f)).Output("a"));

    [Fact]
    public void The_approximate_gelu() => AssertRefused(
        "the node '/Gelu_a' ('Gelu') is none that this program reads: Gemm, MatMul, Add and the operators of Nabla's activations",
        graph => graph.Node("Gemm", ["input", "w"], "z", Whole("transB", 1)).Node("Gelu", ["z"], "a", Text("approximate", "tanh")).Output("a"));

    [Fact]
    public void Operators_that_are_no_activation() => AssertRefused(
        "the node '/Mul_a' ('Mul') ends operators that are none of Nabla's activations",
        graph => graph.Node("Gemm", ["input", "w"], "z", Whole("transB", 1)).Node("Mul", ["z", "z"], "a").Output("a"));

    [Fact]
    public void A_softmax_before_the_last_layer() => AssertRefused(
        "'w' is followed by a softmax, which belongs to the last layer",
        graph => graph.Node("Gemm", ["input", "w"], "z", Whole("transB", 1)).Node("Softmax", ["z"], "a").Node("Gemm", ["a", "v"], "y", Whole("transB", 1)).Output("y"));

    [Fact]
    public void A_value_that_comes_later() => AssertRefused(
        "the node '/Relu_a' ('Relu') uses 'z', which is neither given nor computed before it",
        graph => graph.Node("Relu", ["z"], "a").Node("Gemm", ["input", "w"], "z", Whole("transB", 1)).Output("a"));

    [Fact]
    public void Layers_that_do_not_fit_each_other() => AssertRefused(
        "'w' takes 5 inputs, but 'w' before it gives 3",
        graph => graph.Node("Gemm", ["input", "w"], "z", Whole("transB", 1)).Node("Gemm", ["z", "w"], "y", Whole("transB", 1)).Output("y"));

    [Fact]
    public void A_tensor_in_another_file() => AssertRefused(
        "the tensor 'w' lies in another file, but only what is in this one is read",
        graph =>
        {
            graph.Node("Gemm", ["input", "w"], "z", Whole("transB", 1)).Output("z");
            graph.Model.Graph.Initializer[0].DataLocation = 1;
        });

    [Fact]
    public void A_tensor_of_another_type() => AssertRefused(
        "the tensor 'w' has the data type 10, but 1 (float) is needed",
        graph =>
        {
            graph.Node("Gemm", ["input", "w"], "z", Whole("transB", 1)).Output("z");
            graph.Model.Graph.Initializer[0].DataType = 10;
        });

    [Theory]
    [InlineData(long.MaxValue, long.MaxValue, "the tensor 'w' is [9223372036854775807, 9223372036854775807], but 15 numbers are given for it")]
    [InlineData(1L << 40, 1L << 24, "the tensor 'w' is [1099511627776, 16777216], but 15 numbers are given for it")]
    [InlineData(-3, -5, "the tensor 'w' is [-3, -5], but 15 numbers are given for it")]
    public void A_tensor_that_claims_to_be_enormous(long rows, long columns, string sentence) => AssertRefused(
        sentence,
        graph =>
        {
            graph.Node("Gemm", ["input", "w"], "z", Whole("transB", 1)).Output("z");
            graph.Model.Graph.Initializer[0].Dims[0] = rows;
            graph.Model.Graph.Initializer[0].Dims[1] = columns;
        });

    [Fact]
    public void A_number_that_is_none() => AssertRefused(
        "W¹ holds NaN, but weights and biases are finite numbers",
        graph =>
        {
            graph.Node("Gemm", ["input", "w"], "z", Whole("transB", 1)).Output("z");
            graph.Model.Graph.Initializer[0].FloatData[3] = float.NaN;
        });

    [Fact]
    public void A_product_of_products_without_end() => AssertRefused(
        "the node '/Mul_m7' ('Mul') ends a chain of more than 64 operators after a layer, which is no activation of Nabla",
        graph =>
        {
            graph.Node("Gemm", ["input", "w"], "m0", Whole("transB", 1));
            for (int i = 1; i <= 40; i++)
            {
                graph.Node("Mul", [$"m{i - 1}", $"m{i - 1}"], $"m{i}");
            }

            graph.Output("m40");
        });

    [Fact]
    public void Two_outputs_of_two_networks() => AssertRefused(
        "the graph has 2 outputs that are not one network's",
        graph => graph.Node("Gemm", ["input", "w"], "y", Whole("transB", 1)).Node("Gemm", ["input", "w"], "z", Whole("transB", 1)).Output("y").Output("z"));

    [Fact]
    public void No_output_or_no_layer_or_no_input()
    {
        AssertRefused("the graph has no output, but a network has one", _ => { });
        AssertRefused("the output is not computed by layers", graph => graph.Output("input"));
        AssertRefused("the output 'nothing' is computed by no node", graph => graph.Output("nothing"));
        AssertRefused("the graph has 0 inputs, but a network has one", graph => graph.Model.Graph.Input.Clear());
    }

    [Fact]
    public void An_early_operator_set() => AssertRefused(
        "the file is of operator set 6, but 7 or a later one is needed",
        graph => graph.Model.OpsetImport[0].Version = 6);

    private static void AssertRefused(string sentence, Action<Graphs> change)
    {
        Graphs graph = new Graphs().Given("w", [3, 5], Numbers(15)).Given("v", [3, 3], Numbers(9));
        change(graph);
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => Examples.Read(graph.ToBytes()));
        Assert.Equal($"file.onnx: {sentence}", refused.Message);
    }
}
