using System.Diagnostics;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>784-100-10 trained on the generated digits alone, once for all tests that look at it.</summary>
public sealed class DigitReader
{
    public DigitReader()
    {
        Dataset digits = Digits.Generate();
        Model = new(Network.Of([784, 100, 10], Activation.Named("relu"), Activation.Softmax), Loss.CrossEntropy);
        Model.Initialize(Initializer.Named("he"), seed: 1);
        long start = Stopwatch.GetTimestamp();
        Reports = [.. new Trainer<float>(Model, digits, new() { BatchSize = 32, Epochs = 8, LearningRate = 0.1 }).Run()];
        Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        LossAfter = Model.MeanLoss(digits.Test!);
    }

    internal Model<float> Model { get; }

    internal EpochReport[] Reports { get; }

    internal double Seconds { get; }

    internal double LossAfter { get; }
}

/// <summary>The main job on real input.</summary>
public class DigitsAreLearned(DigitReader reader, ITestOutputHelper output) : IClassFixture<DigitReader>
{
    [Fact]
    public void More_than_95_percent_of_the_held_out_digits_are_read_right()
    {
        foreach (EpochReport report in reader.Reports)
        {
            output.WriteLine($"epoch {report.Epoch}: loss {report.Loss:0.0000}, train {report.TrainAccuracy:P2}, test {report.TestAccuracy:P2}, {report.Seconds:0.00} s");
        }

        output.WriteLine($"{reader.Seconds:0.00} s in all; loss on the held-out digits {reader.LossAfter:0.0000}");
        Assert.True(reader.Reports[^1].TestAccuracy > 0.95);
        Assert.True(reader.Reports[^1].Loss < reader.Reports[0].Loss / 4);
        Assert.InRange(reader.LossAfter, 0, 0.3);
    }

    [Fact]
    public async Task At_least_half_of_the_test_images_of_MNIST_are_read_right()
    {
        Dataset mnist = await Datasets.Mnist.LoadAsync(
            new() { DataFolder = SharedFolder.Require("data", "mnist") }, TestContext.Current.CancellationToken);
        double accuracy = reader.Model.Evaluate(mnist.Test!).Accuracy;
        output.WriteLine($"784-100-10, trained on generated digits alone, reads {accuracy:P2} of the test images of MNIST");
        Assert.True(accuracy >= 0.5, $"{accuracy:P2}");
    }
}
