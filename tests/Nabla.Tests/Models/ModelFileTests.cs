using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Tests.Data;
using Nabla.Tests.Networks;
using Nabla.Training;

namespace Nabla.Tests.Models;

/// <summary>A model is what its file says, to the bit; a file that is not a model is refused with one sentence.</summary>
public class ModelFileTests
{
    private const string Name = "model.safetensors";

    private const string Description =
        """{"format":1,"network":{"inputs":2,"layers":[{"outputs":3,"activation":"tanh","biases":true},{"outputs":1,"activation":"sigmoid","biases":false}]},"loss":"squared-error","reduction":"sum","preprocessing":{"divide_inputs_by":1},"classes":[],"training":{}}""";

    public static TheoryData<string, string> Descriptions => new()
    {
        { "", "cannot be read" },
        { "{", "cannot be read" },
        { "[]", "'format' is missing" },
        { "null", "'format' is missing" },
        { Description.Replace("\"format\":1", "\"format\":3", StringComparison.Ordinal), "format 3, but this program reads the formats 1 to 2" },
        { Description.Replace("\"format\":1", "\"format\":\"1\"", StringComparison.Ordinal), "cannot be read" },
        { Description.Replace("\"format\":1", "\"format\":1e99", StringComparison.Ordinal), "cannot be read" },
        { Description.Replace("\"format\":1,", "", StringComparison.Ordinal), "'format' is missing" },
        { Description.Replace("network", "net", StringComparison.Ordinal), "'network' is missing" },
        { Description.Replace("\"loss\":\"squared-error\",", "", StringComparison.Ordinal), "'loss' is missing" },
        { Description.Replace("\"inputs\":2", "\"inputs\":0", StringComparison.Ordinal), "at least 1 input" },
        { Description.Replace("\"outputs\":3", "\"outputs\":-3", StringComparison.Ordinal), "layer 1 needs at least 1 output" },
        { Description.Replace("tanh", "tahn", StringComparison.Ordinal), "unknown activation 'tahn'; did you mean 'tanh'?" },
        { Description.Replace("tanh", "softmax", StringComparison.Ordinal), "softmax belongs to the last layer" },
        { Description.Replace("tanh", new string('t', 100_000), StringComparison.Ordinal), "unknown activation 'ttt" },
        { Description.Replace("squared-error", "square-error", StringComparison.Ordinal), "unknown loss 'square-error'; did you mean 'squared-error'?" },
        { Description.Replace("\"sum\"", "\"mena\"", StringComparison.Ordinal), "unknown reduction 'mena'; did you mean 'mean'?" },
        { Description.Replace("\"biases\":true", "\"biases\":1", StringComparison.Ordinal), "cannot be read" },
        { Description.Replace("\"divide_inputs_by\":1", "\"divide_inputs_by\":0", StringComparison.Ordinal), "'divide_inputs_by' is 0" },
        { Description.Replace("\"classes\":[]", "\"classes\":[\"a\",\"b\"]", StringComparison.Ordinal), "2 classes are named, but the network 2-3-1 has 1 outputs" },
        { Description.Replace("\"classes\":[]", "\"classes\":[null]", StringComparison.Ordinal), "cannot be read" },
        { Description.Replace("\"layers\":[", "\"layers\":[],\"more\":[", StringComparison.Ordinal), "at least one layer" },
    };

    [Fact]
    public void Every_activation_survives_the_round_trip_in_both_precisions_with_and_without_biases()
    {
        using TemporaryFolder folder = new();
        foreach (Activation activation in Activation.All.Values)
        {
            foreach (bool biases in new[] { true, false })
            {
                Network network = Network.Of([3, 5, 17, 2], activation.IsSoftmax ? Activation.Sigmoid : activation, activation, biases);
                AssertRoundTrip<float>(folder.File(Name), network);
                AssertRoundTrip<double>(folder.File(Name), network);
            }
        }
    }

    [Fact]
    public void Every_loss_and_reduction_survives_the_round_trip()
    {
        using TemporaryFolder folder = new();
        foreach (Loss loss in Loss.All.Values)
        {
            foreach (Reduction reduction in Enum.GetValues<Reduction>())
            {
                Model<float> model = new(Network.Of([2, 2], Activation.Sigmoid), loss, reduction);
                ModelFile.Save(folder.File(Name), model, new(model.Network, loss.Name, reduction));
                Model<float> loaded = ModelFile.Load<float>(folder.File(Name)).Model;
                Assert.Equal((loss, reduction), (loaded.Loss, loaded.Reduction));
            }
        }
    }

    [Fact]
    public void What_the_file_says_besides_the_numbers_survives()
    {
        using TemporaryFolder folder = new();
        Model<float> model = new(Network.Of([2, 3], Activation.Sigmoid, Activation.Softmax), Loss.CrossEntropy);
        ModelDescription description = new(model.Network, "cross-entropy")
        {
            Preprocessing = new() { InputDivisor = 255 },
            Classes = ["null", "\"eins\"", "∇ 二"],
            Training = new Dictionary<string, string> { ["epochs"] = "30", ["learning rate"] = "0.1" }.ToImmutableSortedDictionary(),
        };
        ModelFile.Save(folder.File(Name), model, description);
        (ModelDescription read, SafetensorsFile file) = ModelFile.Read(folder.File(Name));

        Assert.Equal(255, read.Preprocessing.InputDivisor);
        Assert.Equal(description.Classes, read.Classes);
        Assert.Equal(description.Training, read.Training);
        Assert.Equal(Name, file.Name);
        Assert.Equal([Name], folder.Entries);
    }

    /// <summary>The state of a PyTorch ModuleList: outputs × inputs, row-major, the biases behind their weights; checked in the bytes.</summary>
    [Fact]
    public void Weights_lie_in_the_file_outputs_by_inputs_row_by_row()
    {
        using TemporaryFolder folder = new();
        Model<float> model = new(Network.Of([3, 2, 1], Activation.Sigmoid), Loss.SquaredError);
        model.Parameters[model.Expression.Layers[0].Weights] = Matrix.From(2, 3, (i, j) => 10 * i + j);
        model.Parameters[model.Expression.Layers[0].Biases!] = Matrix.From(2, 1, (i, _) => 100 + i);
        model.Parameters[model.Expression.Layers[1].Weights] = Matrix.From(1, 2, (_, j) => 200 + j);
        model.Parameters[model.Expression.Layers[1].Biases!] = Matrix.Scalar(300);
        ModelFile.Save(folder.File(Name), model, new(model.Network, "squared-error"));

        byte[] bytes = File.ReadAllBytes(folder.File(Name));
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        float[] values = [.. bytes[(8 + header)..].Chunk(4).Select(four => BinaryPrimitives.ReadSingleLittleEndian(four))];
        Assert.Equal([0, 1, 2, 10, 11, 12, 100, 101, 200, 201, 300], values);
        Assert.Equal(
            ["layers.0.weight F32 [2, 3]", "layers.0.bias F32 [2]", "layers.1.weight F32 [1, 2]", "layers.1.bias F32 [1]"],
            Safetensors.Read(folder.File(Name)).Tensors.Select(tensor => $"{tensor}"));
        Assert.Equal(["nabla"], Safetensors.Read(folder.File(Name)).Metadata.Keys);
    }

    [Fact]
    public void A_model_in_double_precision_is_read_in_single_precision_and_back()
    {
        using TemporaryFolder folder = new();
        Model<double> model = new(Network.Of([4, 3], Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named("normal"), seed: 2);
        ModelFile.Save(folder.File(Name), model, new(model.Network, "squared-error"));
        Model<float> single = ModelFile.Load<float>(folder.File(Name)).Model;
        foreach ((Symbol x, Symbol y) in model.Expression.Parameters.Zip(single.Expression.Parameters))
        {
            Assert.Equal(model.Parameters[x].Map(value => (float)value).Elements.ToArray(), single.Parameters[y].Elements.ToArray());
        }
    }

    [Fact]
    public void A_description_of_another_model_is_refused_and_writes_nothing()
    {
        using TemporaryFolder folder = new();
        Model<float> model = new(Network.Of([2, 3], Activation.Sigmoid), Loss.SquaredError);
        Assert.Throws<ArgumentException>(() => ModelFile.Save(folder.File(Name), model, new(Network.Of([2, 4], Activation.Sigmoid), "squared-error")));
        Assert.Throws<ArgumentException>(() => ModelFile.Save(folder.File(Name), model, new(model.Network, "huber")));
        Assert.Empty(folder.Entries);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Weights_that_are_not_finite_are_neither_written_nor_read(double bad)
    {
        using TemporaryFolder folder = new();
        Model<float> model = new(Network.Of([3, 2], Activation.Sigmoid), Loss.SquaredError);
        ModelFile.Save(folder.File(Name), model, new(model.Network, "squared-error"));
        byte[] before = File.ReadAllBytes(folder.File(Name));
        Symbol[] parameters = [.. model.Parameters.Parameters];
        foreach (Symbol parameter in parameters)
        {
            Matrix values = model.Parameters[parameter];
            values[values.Rows - 1, values.Columns - 1] = bad;
            model.Parameters[parameter] = values;
            ArgumentException refused = Assert.Throws<ArgumentException>(
                () => ModelFile.Save(folder.File(Name), model, new(model.Network, "squared-error")));
            Assert.Equal($"{parameter.Name} holds {bad}, but the weights and biases in a model file are finite numbers", refused.Message);
            model.Parameters[parameter] = new Matrix(values.Rows, values.Columns);
        }

        Assert.Equal(before, File.ReadAllBytes(folder.File(Name)));
        Assert.Equal([Name], folder.Entries);

        float[] weights = new float[6];
        weights[5] = (float)bad;
        Tensor[] tensors = Tensors();
        Assert.Equal(
            $"model.safetensors: tensor 'layers.0.weight' holds {bad}, but weights and biases are finite numbers",
            RefusedWith(folder, Description, [new("layers.0.weight", [3, 2], weights), tensors[1], tensors[2]]));
    }

    [Fact]
    public void A_description_of_an_equal_network_is_of_the_same_model()
    {
        using TemporaryFolder folder = new();
        Network Made(string hidden, bool biases = true) => Network.Of([2, 3, 1], Activation.Named(hidden), Activation.Sigmoid, biases);
        Model<float> model = new(Made("sigmoid"), Loss.SquaredError);
        ModelFile.Save(folder.File(Name), model, new(Made("sigmoid"), "squared-error"));
        Assert.Equal(model.Network, ModelFile.Read(folder.File(Name)).Description.Network);
        foreach (Network other in new[] { Made("tanh"), Made("sigmoid", biases: false), Network.Of([3, 3, 1], Activation.Sigmoid), Network.Of([2, 1], Activation.Sigmoid) })
        {
            Assert.NotEqual(other, model.Network);
            Assert.Throws<ArgumentException>(() => ModelFile.Save(folder.File(Name), model, new(other, "squared-error")));
        }
    }

    [Fact]
    public void An_activation_of_ones_own_is_found_where_it_is_given()
    {
        using TemporaryFolder folder = new();
        Model<float> model = new(Network.Of([2, 1], Watched.Activation), Loss.SquaredError);
        model.Initialize(Initializer.Named("normal"), seed: 1);
        ModelFile.Save(folder.File(Name), model, new(model.Network, "squared-error"));
        Model<float> loaded = ModelFile.Load<float>(folder.File(Name), activations: [Watched.Activation]).Model;

        Assert.Equal(model.Network, loaded.Network);
        Assert.Contains("unknown activation 'watched'", Refused(folder.File(Name)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_activation_of_ones_own_with_the_name_of_another_is_not_written()
    {
        using TemporaryFolder folder = new();
        Model<float> model = new(Network.Of([2, 1], Activation.Of(Function.Of<FalseTanh>())), Loss.SquaredError);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => ModelFile.Save(folder.File(Name), model, new(model.Network, "squared-error")));
        Assert.Contains("named tanh, which is the name of another one", refused.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Entries);
    }

    [Fact]
    public void A_loss_of_ones_own_is_found_where_it_is_given()
    {
        using TemporaryFolder folder = new();
        Loss own = new("own", (y, a) => Expr.SquaredNorm(y - a));
        Model<float> model = new(Network.Of([1, 1], Activation.Sigmoid), own);
        ModelFile.Save(folder.File(Name), model, new(model.Network, "own"));

        Assert.Same(own, ModelFile.Load<float>(folder.File(Name), [own]).Model.Loss);
        Assert.Contains("unknown loss 'own'", Refused(folder.File(Name)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Descriptions))]
    public void A_description_that_is_not_one_is_refused(string description, string saying)
    {
        using TemporaryFolder folder = new();
        string sentence = RefusedWith(folder, description, Tensors());
        Assert.Contains(saying, sentence, StringComparison.Ordinal);
        Assert.True(sentence.Length < 1000, sentence);
    }

    [Fact]
    public void A_file_without_the_key_is_refused()
    {
        using TemporaryFolder folder = new();
        Safetensors.Write(folder.File(Name), Tensors(), new Dictionary<string, string> { ["format"] = "pt" });
        Assert.Contains("the metadata has no key 'nabla'", Refused(folder.File(Name)), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_are_missing_superfluous_or_of_another_shape_are_named()
    {
        using TemporaryFolder folder = new();
        Tensor[] tensors = Tensors();
        Assert.Contains("the tensor 'layers.0.bias' of the network 2-3-1 is missing", RefusedWith(folder, Description, [tensors[0], tensors[2]]), StringComparison.Ordinal);
        Assert.Contains("the tensor 'layers.1.bias' belongs to no layer of the network 2-3-1", RefusedWith(folder, Description, [.. tensors, Zeros("layers.1.bias", 1)]), StringComparison.Ordinal);
        Assert.Contains(
            "tensor 'layers.0.weight' is [2, 3], but the network 2-3-1 needs [3, 2]",
            RefusedWith(folder, Description, [Zeros("layers.0.weight", 2, 3), tensors[1], tensors[2]]), StringComparison.Ordinal);
        Assert.Contains(
            "tensor 'layers.0.bias' is [3, 1], but the network 2-3-1 needs [3]",
            RefusedWith(folder, Description, [tensors[0], Zeros("layers.0.bias", 3, 1), tensors[2]]), StringComparison.Ordinal);
    }

    /// <summary>A few bytes that describe a network of terabytes: its tensors are not there, so no memory is taken for it.</summary>
    [Theory]
    [InlineData(2_000_000_000, 2_000_000_000)]
    [InlineData(268_435_456, 2)]
    [InlineData(400_000_000, 1)]
    public void A_description_of_a_network_that_the_file_does_not_hold_takes_no_memory(int inputs, int outputs)
    {
        using TemporaryFolder folder = new();
        string description = Description.Replace("\"inputs\":2", $"\"inputs\":{inputs}", StringComparison.Ordinal)
            .Replace("\"outputs\":3", $"\"outputs\":{outputs}", StringComparison.Ordinal);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("needs", RefusedWith(folder, description, Tensors()), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void Predictions_are_what_the_reference_evaluator_computes_before_and_after_the_file()
    {
        using TemporaryFolder folder = new();
        SeededRandom random = new(3);
        const int Count = 300;
        Samples samples = new(
            new NumberFeatures([.. Enumerable.Range(0, Count * 5).Select(_ => random.NextNormal())], 5),
            new NumberTargets([.. new double[Count * 3]], 3));
        Model<double> model = new(Network.Of([5, 7, 3], Activation.Named("silu"), Activation.Softmax), Loss.CrossEntropy);
        model.Initialize(Initializer.Named("normal"), seed: 11);
        ModelFile.Save(folder.File(Name), model, new(model.Network, "cross-entropy"));

        Bindings values = new Bindings().Set(model.Expression.Batch, Count)
            .Set(model.Expression.Input, new Matrix(5, Count, [.. ((NumberFeatures)samples.Features).Values]));
        foreach (Symbol parameter in model.Expression.Parameters)
        {
            values.Set(parameter, model.Parameters[parameter]);
        }

        Matrix expected = Evaluator.Evaluate(model.Expression.Output, values);
        Matrices.AssertClose(expected, Predicted(model), 1e-13, "outputs");
        Matrices.AssertClose(expected, Predicted(ModelFile.Load<double>(folder.File(Name)).Model), 1e-13, "outputs of the file");
        Matrices.AssertClose(expected, Predicted(ModelFile.Load<float>(folder.File(Name)).Model), 1e-5, "outputs in single precision");

        Matrix Predicted<T>(Model<T> of)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Matrix outputs = new(3, Count);
            of.Predict(samples, (sample, output) =>
            {
                for (int i = 0; i < 3; i++)
                {
                    outputs[i, sample] = double.CreateChecked(output[i]);
                }
            });
            return outputs;
        }
    }

    private static void AssertRoundTrip<T>(string path, Network network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = new(network, Loss.SquaredError);
        model.Initialize(Initializer.Named("normal"), seed: 1);
        ModelFile.Save(path, model, new(network, "squared-error"));
        (ModelDescription description, Model<T> loaded) = ModelFile.Load<T>(path);

        Assert.Equal(network.Sizes, description.Network.Sizes);
        Assert.Equal(network.Layers.Select(layer => (layer.Activation.Name, layer.HasBiases)), loaded.Network.Layers.Select(layer => (layer.Activation.Name, layer.HasBiases)));
        Assert.Equal(Bits(model), Bits(loaded));
    }

    private static double[] Bits<T>(Model<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. model.Expression.Parameters.SelectMany(parameter => model.Parameters[parameter].Elements.ToArray())];

    private static Tensor[] Tensors() => [Zeros("layers.0.weight", 3, 2), Zeros("layers.0.bias", 3), Zeros("layers.1.weight", 1, 3)];

    private static Tensor Zeros(string name, params long[] shape) => new(name, [.. shape], new float[shape.Aggregate(1L, (x, y) => x * y)]);

    private static string RefusedWith(TemporaryFolder folder, string description, Tensor[] tensors)
    {
        Safetensors.Write(folder.File(Name), tensors, new Dictionary<string, string> { ["nabla"] = description });
        return Refused(folder.File(Name));
    }

    private static string Refused(string path)
    {
        string sentence = Assert.Throws<InvalidDataException>(() => ModelFile.Load<float>(path)).Message;
        Assert.StartsWith($"{Name}: ", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', sentence);
        return sentence;
    }

    private readonly struct FalseTanh : IElementwise
    {
        public static string Name => "tanh";

        public static string Symbol => "tanh";

        public static string Latex => @"\tanh";

        public static T Value<T>(T x)
            where T : struct, ILane<T> => x;

        public static T Derivative<T>(T x, T y)
            where T : struct, ILane<T> => T.Of(1);
    }
}
