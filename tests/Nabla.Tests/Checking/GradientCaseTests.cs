using System.Text;
using Nabla.Calculus.Verification;
using Nabla.Checking;

namespace Nabla.Tests.Checking;

public class GradientCaseTests
{
    private const string Valid = """
        {"name": "tiny", "network": {"inputs": 2, "layers": [
          {"weights": [[1, 2], [3, 4], [5, 6]], "biases": [7, 8, 9], "activation": "tanh"},
          {"weights": [[1, 2, 3]], "activation": "identity"}]},
         "loss": "squared-error", "inputs": [[1, 2], [3, 4]], "targets": [[1], [2]], "outputs": [[3], [4]],
         "gradients": {"loss": 0.5, "layers": [
          {"weights": [[1, 2], [3, 4], [5, 6]], "biases": [11, 12, 13]}, {"weights": [[21, 22, 23]]}],
          "inputs": [[31, 32], [33, 34]]}}
        """;

    [Fact]
    public void A_case_is_read_with_its_samples_as_columns()
    {
        GradientCase gradientCase = Cases.Parse(Valid);
        Assert.Equal("2-3-1", gradientCase.Network.ToString());
        Assert.Equal(["tanh", "identity"], gradientCase.Network.Layers.Select(layer => layer.Activation.Name));
        Assert.Equal([true, false], gradientCase.Network.Layers.Select(layer => layer.HasBiases));
        Assert.Equal("squared-error", gradientCase.Loss.Name);
        Assert.Equal((4, 3), (gradientCase.Layers[0].Weights[1, 1], gradientCase.Layers[0].Weights[1, 0]));
        Assert.Equal([7, 8, 9], gradientCase.Layers[0].Biases!.Elements.ToArray());
        Assert.Equal((2, 2, 3), (gradientCase.Inputs.Rows, gradientCase.Inputs[1, 0], gradientCase.Inputs[0, 1]));
        Assert.Equal((1, 2), (gradientCase.Targets.Rows, gradientCase.Targets.Columns));
        string[] ids = ["loss", "outputs", "layers.0.weights", "layers.0.biases", "layers.1.weights", "inputs"];
        Assert.Equal(ids, gradientCase.Given.Select(given => given.Id));
        GivenTensor inputs = gradientCase.Given[^1];
        Assert.Equal((32, "[0,1]"), (inputs.Values[1, 0], inputs.IndexOf(1, 0)));
        Assert.Equal((0.5, ""), (gradientCase.Given[0].Values[0, 0], gradientCase.Given[0].IndexOf(0, 0)));
        Assert.Equal("[2]", gradientCase.Given[3].IndexOf(2, 0));
    }

    [Fact]
    public void What_is_optional_may_be_left_out()
    {
        string json = Valid.Replace("\"name\": \"tiny\", ", "", StringComparison.Ordinal)
            .Replace("\"outputs\": [[3], [4]],", "", StringComparison.Ordinal)
            .Replace(",\n  \"inputs\": [[31, 32], [33, 34]]", "", StringComparison.Ordinal);
        string[] ids = ["loss", "layers.0.weights", "layers.0.biases", "layers.1.weights"];
        Assert.Equal(ids, Cases.Parse(json).Given.Select(given => given.Id));
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over() =>
        Assert.Equal(6, GradientCase.Parse(Encoding.UTF8.Preamble.ToArray().Concat(Encoding.UTF8.GetBytes(Valid)).ToArray(), "case.json").Given.Length);

    [Fact]
    public void A_case_that_is_written_here_is_read_back_without_loss()
    {
        GradientCase made = Cases.Small();
        GradientCase read = Cases.Parse(Cases.ToJson(made));
        foreach ((GivenTensor x, GivenTensor y) in made.Given.Zip(read.Given, (x, y) => (x, y)))
        {
            Assert.Equal(x.Id, y.Id);
            Assert.Equal(x.Values.Elements.ToArray(), y.Values.Elements.ToArray());
        }

        Assert.All(GradientCheck.Run(read), tensor => Assert.True(tensor.Agrees, tensor.Diagnosis?.Text));
    }

    [Theory]
    [InlineData("\"activation\": \"tanh\"", "\"activation\": \"tahn\"",
        "network.layers[0].activation is not supported by this version: unknown activation 'tahn'; did you mean 'tanh'? Known: elu, gelu, identity, leaky-relu, relu, sigmoid, silu, softmax, softplus, softsign, tanh")]
    [InlineData("\"activation\": \"tanh\"", "\"activation\": \"softmax\"",
        "network.layers[0].activation is 'softmax', which this version does not support before the last layer")]
    [InlineData("\"activation\": \"tanh\"", "\"activation\": null", "network.layers[0].activation is null, but it must be the name of an activation")]
    [InlineData("squared-error", "hinge",
        "loss is not supported by this version: unknown loss 'hinge'; Known: binary-cross-entropy, cross-entropy, huber, mean-absolute-error, mean-squared-error, squared-error")]
    [InlineData("squared-error", "cross-entropy",
        "loss is 'cross-entropy', which this version supports on softmax outputs only, but the last layer's activation is 'identity'")]
    [InlineData("squared-error", "binary-cross-entropy",
        "loss is 'binary-cross-entropy', which this version supports on sigmoid outputs only, but the last layer's activation is 'identity'")]
    [InlineData("\"name\"", "\"optimizer\"",
        "the file has an 'optimizer', which makes it a trajectory, but a gradient case was expected")]
    [InlineData("\"gradients\"", "\"gradient\"", "the file has no 'gradients', but a gradient case must have them")]
    [InlineData("\"name\"", "\"reduction\"",
        "the file has something that this version does not support: unknown key 'reduction'; Known: gradients, inputs, loss, name, network, outputs, targets")]
    [InlineData("\"name\": \"tiny\"", "\"name\": 3", "name is a number, but it must be a text")]
    [InlineData("\"name\": \"tiny\"", "\"loss\": \"huber\"", "the file has the key 'loss' twice, but each key may stand once")]
    [InlineData("\"biases\": [7, 8, 9], ", "\"biases\": [7, 8, 9], \"bias\": [7, 8, 9], ",
        "network.layers[0] has something that this version does not support: unknown key 'bias'; did you mean 'biases'? Known: activation, biases, weights")]
    [InlineData("\"biases\": [7, 8, 9], ", "\"biases\": null, ", "network.layers[0].biases is null, but it must be an array of numbers")]
    [InlineData("\"biases\": [7, 8, 9], ", "", "gradients.layers[0].biases is given, but network.layers[0] has no biases")]
    [InlineData("\"biases\": [7, 8, 9]", "\"biases\": [7, 8]", "network.layers[0].biases has 2 numbers, but the layer has 3 outputs")]
    [InlineData(", \"biases\": [11, 12, 13]", "",
        "gradients.layers[0] has no 'biases', but network.layers[0] has biases and their gradient must be given")]
    [InlineData("[11, 12, 13]", "[11, 12, 13, 14]", "gradients.layers[0].biases has 4 numbers, but the layer has 3 outputs")]
    [InlineData("[11, 12, 13]", "[[11, 12, 13]]", "gradients.layers[0].biases has 1 number, but the layer has 3 outputs")]
    [InlineData("[11, 12, 13]", "[11, [12], 13]", "gradients.layers[0].biases[1] is an array, but it must be a finite number")]
    [InlineData("\"inputs\": 2", "\"inputs\": 0", "network.inputs is 0, but it must be a whole number from 1 to 2147483647")]
    [InlineData("\"inputs\": 2", "\"inputs\": 2.5", "network.inputs is 2.5, but it must be a whole number from 1 to 2147483647")]
    [InlineData("\"inputs\": 2", "\"inputs\": 3", "network.layers[0].weights[0] has 2 numbers, but the network has 3 inputs")]
    [InlineData("[3, 4], [5, 6]], \"biases\": [7", "[3], [5, 6]], \"biases\": [7", "network.layers[0].weights[1] has 1 number, but the network has 2 inputs")]
    [InlineData("[[1, 2, 3]]", "[[1, 2]]", "network.layers[1].weights[0] has 2 numbers, but layer 0 has 3 outputs")]
    [InlineData("[[1, 2, 3]]", "[]", "network.layers[1].weights is empty, but it must have at least one row")]
    [InlineData("[[1, 2, 3]]", "[[1, 2, 1e999]]", "network.layers[1].weights[0][2] is 1e999, but it must be a finite number")]
    [InlineData("[[1, 2, 3]]", "[[1, \"2\", 3]]", "network.layers[1].weights[0][1] is a text, but it must be a finite number")]
    [InlineData("[[1, 2, 3]]", "[[1, NaN, 3]]",
        "the file is not JSON at line 3, byte 20, but it must be one JSON object (NaN and Infinity are no JSON numbers)")]
    [InlineData("[[1, 2, 3]]", "{}", "network.layers[1].weights is an object, but it must be an array of rows of numbers")]
    [InlineData("[[1], [2]]", "[[1]]", "targets has 1 row, but there are inputs of 2 samples")]
    [InlineData("[[1], [2]]", "[[1], [2, 3]]", "targets[1] has 2 numbers, but the network has 1 output")]
    [InlineData("\"inputs\": [[1, 2], [3, 4]]", "\"inputs\": []", "inputs is empty, but it must have at least one row")]
    [InlineData("\"inputs\": [[1, 2], [3, 4]]", "\"inputs\": [[1, 2], 3]", "inputs[1] is a number, but it must be an array of numbers")]
    [InlineData("[[3], [4]]", "[[3], [4], [5]]", "outputs has 3 rows, but there are inputs of 2 samples")]
    [InlineData("\"loss\": 0.5", "\"loss\": null", "gradients.loss is null, but it must be a finite number")]
    [InlineData("\"loss\": 0.5, ", "", "gradients has no 'loss', but it must have one")]
    [InlineData(", {\"weights\": [[21, 22, 23]]}", "", "gradients.layers has 1 layer, but the network has 2 layers")]
    [InlineData("[[21, 22, 23]]", "[[21], [22]]", "gradients.layers[1].weights has 2 rows, but the layer has 1 output")]
    [InlineData("[[31, 32], [33, 34]]", "[[31, 33], [32]]", "gradients.inputs[1] has 1 number, but the network has 2 inputs")]
    [InlineData("tiny", "\\ud800", "name is not valid Unicode text, but it must be")]
    [InlineData("\"name\"", "\"\\ud800\"", "the file has a key that is not valid Unicode text, but keys must be")]
    public void What_is_wrong_is_said_in_one_sentence(string right, string wrong, string sentence)
    {
        int at = Valid.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0);
        string json = Valid[..at] + wrong + Valid[(at + right.Length)..];
        Assert.Equal($"case.json: {sentence}", Refusal(Encoding.UTF8.GetBytes(json)));
    }

    [Theory]
    [InlineData("[]", "the file is an array, which would be a suite of identities; a gradient case or a trajectory is an object")]
    [InlineData("3", "the file is a number, but it must be an object with network, loss, inputs, targets, gradients")]
    [InlineData("{\"gradients\": {}}", "the file has no 'network', but it must have one")]
    [InlineData("", "the file is not JSON at line 1, byte 1, but it must be one JSON object (NaN and Infinity are no JSON numbers)")]
    [InlineData("{} {}", "the file is not JSON at line 1, byte 4, but it must be one JSON object (NaN and Infinity are no JSON numbers)")]
    public void What_is_something_else_is_said_in_one_sentence(string json, string sentence) =>
        Assert.Equal($"case.json: {sentence}", Refusal(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void What_is_no_text_is_said_in_one_sentence() =>
        Assert.Equal("case.json: the file holds bytes that are not UTF-8, but it must be JSON in UTF-8", Refusal([(byte)'"', 0xFF, (byte)'"']));

    private static string Refusal(byte[] bytes) =>
        Assert.Throws<InvalidDataException>(() => GradientCase.Parse(bytes, "case.json")).Message;
}
