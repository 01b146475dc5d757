using BenchmarkDotNet.Attributes;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Benchmarks;

/// <summary>An epoch over 1,000 generated digits on one thread: divide by the number of steps for the time of one.</summary>
[MemoryDiagnoser]
public class TrainingEpoch
{
    private Trainer<float> trainer = null!;

    /// <summary>The sizes of the layers.</summary>
    [Params("784-30-10", "784-128-64-10")]
    public string Layers { get; set; } = "";

    /// <summary>Samples in a step.</summary>
    [Params(10, 64)]
    public int BatchSize { get; set; }

    /// <summary>Derives and compiles once.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        Dataset digits = Digits.Generate(seed: 1, train: 1000, test: 10);
        Model<float> model = new(Network.Of(Network.ParseSizes(Layers), Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named("normal"), seed: 1);
        trainer = new(model, new Dataset("digits", digits.Train, null, digits.Classes), new() { BatchSize = BatchSize, Epochs = 1, LearningRate = 0.01 });
    }

    /// <summary>One epoch.</summary>
    [Benchmark]
    public double Epoch() => trainer.Run().Last().Loss;
}
