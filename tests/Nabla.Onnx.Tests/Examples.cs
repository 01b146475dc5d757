using Nabla.Models;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Onnx.Tests;

/// <summary>Models with drawn weights, and samples for them.</summary>
internal static class Examples
{
    public const int Inputs = 5;
    public const int Outputs = 3;

    /// <summary>Every activation, which stands in the hidden layers where it may and in the last one.</summary>
    public static TheoryData<string> Activations => [.. Activation.All.Keys];

    public static Model<float> New(string activation, bool biases = true, int hidden = 8)
    {
        Activation own = Activation.Named(activation);
        Network network = own.IsSoftmax
            ? new(Inputs, new Layer(hidden, Activation.Named("relu"), biases), new Layer(Outputs, own, biases))
            : new(Inputs, new Layer(hidden, own, biases), new Layer(hidden, own, !biases), new Layer(Outputs, own, biases));
        Model<float> model = new(network, own.IsSoftmax ? Loss.CrossEntropy : Loss.SquaredError);
        model.Initialize(Initializer.Named("normal"), seed: 1);
        return model;
    }

    public static ModelDescription Describe(Model<float> model) => new(model.Network, model.Loss.Name, model.Reduction);

    public static byte[] Write(Model<float> model, ModelDescription? description = null)
    {
        using MemoryStream stream = new();
        OnnxFile.Save(stream, model, description ?? Describe(model));
        return stream.ToArray();
    }

    public static (ModelDescription Description, Model<float> Model) Read(byte[] file, ImportOptions? options = null)
    {
        using MemoryStream stream = new(file);
        return OnnxFile.Load(stream, "file.onnx", options);
    }

    public static float[] Samples(int count, double largest = 3)
    {
        SeededRandom random = new(7, stream: 2);
        return [.. Enumerable.Range(0, count * Inputs).Select(_ => (float)random.NextDouble(-largest, largest))];
    }

    public static float[] Predict(Model<float> model, float[] samples, ModelDescription? description = null)
    {
        Predictor predictor = Predictor.Of(model, description, concurrency: 1);
        float[] outputs = new float[samples.Length / predictor.Inputs * predictor.Outputs];
        predictor.Predict(samples, outputs);
        return outputs;
    }
}
