using Nabla.Calculus.Expressions.Functions;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Onnx.Tests;

/// <summary>What is written means to ONNX Runtime what it means here.</summary>
public class OnnxRuntimeAgrees
{
    public static MatrixTheoryData<string, int> Cases => new([.. Activation.All.Keys], [1, 7, 1024]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void For_every_activation_and_batch(string activation, int batch)
    {
        Runtime.Require();
        Model<float> model = Examples.New(activation);
        float[] samples = Examples.Samples(batch);
        AssertNear(Examples.Predict(model, samples), Runtime.Run(Examples.Write(model), samples, Examples.Inputs, OutputOf(model)));
    }

    [Fact]
    public void On_logits_and_probabilities_of_a_classifier()
    {
        Runtime.Require();
        Model<float> model = Examples.New("softmax");
        float[] samples = Examples.Samples(7);
        byte[] file = Examples.Write(model);
        float[] logits = Runtime.Run(file, samples, Examples.Inputs, "logits");
        float[] probabilities = Runtime.Run(file, samples, Examples.Inputs, "probabilities");
        for (int j = 0; j < 7; j++)
        {
            double sum = Enumerable.Range(0, 3).Sum(i => Math.Exp(logits[j * 3 + i]));
            Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(Math.Exp(logits[j * 3 + i]) / sum, probabilities[j * 3 + i], 1e-5));
        }
    }

    [Fact]
    public void On_a_sigmoid_that_is_a_probability()
    {
        Runtime.Require();
        Model<float> model = new(Network.Of([5, 4, 3], Activation.Named("tanh"), Activation.Sigmoid), Loss.BinaryCrossEntropy);
        model.Initialize(Initializer.Named("normal"), seed: 2);
        float[] samples = Examples.Samples(7);
        byte[] file = Examples.Write(model);
        AssertNear(Examples.Predict(model, samples), Runtime.Run(file, samples, 5, "probabilities"));
        AssertNear([.. Runtime.Run(file, samples, 5, "logits").Select(z => 1 / (1 + MathF.Exp(-z)))], Runtime.Run(file, samples, 5, "probabilities"));
    }

    [Fact]
    public void On_layers_without_biases()
    {
        Runtime.Require();
        Model<float> model = Examples.New("tanh", biases: false);
        float[] samples = Examples.Samples(7);
        AssertNear(Examples.Predict(model, samples), Runtime.Run(Examples.Write(model), samples, Examples.Inputs, "output"));
    }

    [Fact]
    public void On_inputs_before_their_division()
    {
        Runtime.Require();
        Model<float> model = Examples.New("gelu");
        ModelDescription description = Examples.Describe(model) with { Preprocessing = new() { InputDivisor = 255 } };
        float[] samples = Examples.Samples(7, largest: 255);
        AssertNear(Examples.Predict(model, samples, description), Runtime.Run(Examples.Write(model, description), samples, Examples.Inputs, "output"));
    }

    [Fact]
    public void On_a_network_of_doubles_rounded_to_float()
    {
        Runtime.Require();
        Model<double> model = new(Network.Of([5, 4, 3], Activation.Named("tanh")), Loss.SquaredError);
        model.Initialize(Initializer.Named("normal"), seed: 2);
        using MemoryStream stream = new();
        OnnxFile.Save(stream, model, new(model.Network, model.Loss.Name));
        float[] samples = Examples.Samples(7);
        float[] outputs = new float[7 * 3];
        Predictor.Of(model).Predict(samples, outputs);
        AssertNear(outputs, Runtime.Run(stream.ToArray(), samples, 5, "output"));
    }

    [Fact]
    public void But_an_activation_of_ones_own_is_refused()
    {
        Model<float> model = new(Network.Of([2, 3], Activation.Of(Function.Sin)), Loss.SquaredError);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => Examples.Write(model));
        Assert.Equal("the activation sin has no form in ONNX that this program writes", refused.Message);
    }

    [Fact]
    public void And_what_is_no_number_or_of_another_network_is_refused()
    {
        Model<float> model = Examples.New("tanh");
        ModelDescription other = new(Network.Of([2, 3], Activation.Sigmoid), "squared-error");
        Assert.Equal("the description is of 2-3, but the model is 5-8-8-3", Assert.Throws<ArgumentException>(() => Examples.Write(model, other)).Message);
        model.Parameters[model.Expression.Layers[0].Weights] = Calculus.Verification.Matrix.From(8, 5, (_, _) => double.NaN);
        Assert.Equal(
            "W¹ holds NaN, but the weights and biases in a model file are finite numbers",
            Assert.Throws<ArgumentException>(() => Examples.Write(model)).Message);
    }

    private static string OutputOf(Model<float> model) => model.Network.Layers[^1].Activation.IsSoftmax ? "probabilities" : "output";

    private static void AssertNear(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * Math.Max(1, Math.Abs(pair.First))));
    }
}
