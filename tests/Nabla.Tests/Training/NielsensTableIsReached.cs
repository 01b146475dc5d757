using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>
/// Michael Nielsen, "Neural Networks and Deep Learning", chapter 1: 784-30-10, 30 epochs, batches of 10, η = 3. He reports 95.42 % as the
/// best of three.
/// </summary>
public class NielsensTableIsReached(ITestOutputHelper output)
{
    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Best_test_accuracy_of_30_epochs_is_at_least_95_percent(int seed)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Dataset mnist = await Datasets.Mnist.LoadAsync(new() { DataFolder = SharedFolder.Require("data", "mnist") }, cancel);
        Model<float> model = new(Network.Of([784, 30, 10], Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named("normal"), (ulong)seed);
        Trainer<float> trainer = new(model, mnist, new() { LearningRate = 3, BatchSize = 10, Epochs = 30, Seed = (ulong)seed });
        EpochReport[] reports = [.. trainer.Run(cancellationToken: cancel)];
        double best = reports.Max(report => report.TestAccuracy!.Value);
        output.WriteLine($"seed {seed}: best {best:P2}, last {reports[^1].TestAccuracy:P2}, {reports[^1].Seconds:0.0} s with the evaluations");
        Assert.True(best >= 0.95, $"{best:P2}");
    }
}
