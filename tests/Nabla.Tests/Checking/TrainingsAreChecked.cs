using System.Collections.Immutable;
using Nabla.Calculus.Verification;
using Nabla.Checking;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Checking;

/// <summary>The gradient check of what a training minimizes.</summary>
public class TrainingsAreChecked
{
    private static readonly Objective everything = new() { L1 = 1e-3, L2 = 0.02, Dropout = 0.3, LabelSmoothing = 0.1, ClassWeights = [1, 2, 0.5] };

    public static TheoryData<string, Objective> Objectives => new()
    {
        { "plain", new() },
        { "l1", new() { L1 = 0.01 } },
        { "l2", new() { L2 = 0.1 } },
        { "dropout", new() { Dropout = 0.5 } },
        { "smoothing", new() { LabelSmoothing = 0.2 } },
        { "weights", new() { ClassWeights = [1, 2, 0.5] } },
        { "everything", everything },
    };

    [Theory]
    [MemberData(nameof(Objectives))]
    public void Whatever_is_minimized_every_road_agrees_and_the_loss_is_that_of_the_whole(string name, Objective objective)
    {
        Assert.NotEmpty(name);
        (Model<float> model, Trainer<float> trainer, Samples samples) = Training(objective);
        ImmutableArray<ComparedTensor> compared = TrainingCheck.Run(trainer, model, samples, 4);
        Assert.Equal(["loss", "layers.0.weights", "layers.0.biases", "layers.1.weights", "layers.1.biases"], compared.Select(tensor => tensor.Id));
        Assert.All(compared, tensor => Assert.True(tensor.Agrees, $"{tensor.Id}: {tensor.Diagnosis?.Text}"));
        Assert.All(compared.Skip(1), tensor => Assert.True(tensor[CheckRoad.FiniteDifferences]!.Compared > 0));
    }

    /// <summary>What is checked has the penalties: without them the loss is another.</summary>
    [Fact]
    public void The_penalty_is_part_of_what_is_checked()
    {
        (Model<float> model, Trainer<float> trainer, Samples samples) = Training(new() { L2 = 0.1 });
        double with = TrainingCheck.Run(trainer, model, samples, 4)[0].Largest;
        (Model<float> plain, Trainer<float> other, _) = Training(new());
        double without = TrainingCheck.Run(other, plain, samples, 4)[0].Largest;
        double squares = plain.Expression.Layers.Sum(layer => plain.Parameters[layer.Weights].Map(w => w * w).Elements.ToArray().Sum());
        Assert.Equal(0.05 * squares, with - without, 1e-6);
    }

    private static (Model<float> Model, Trainer<float> Trainer, Samples Samples) Training(Objective objective)
    {
        SeededRandom random = new(5);
        Samples samples = new(
            new NumberFeatures([.. Enumerable.Range(0, 6 * 5).Select(_ => random.NextDouble(-1, 1))], 5), new ClassTargets([0, 1, 2, 1, 0, 2], 3));
        Model<float> model = new(Network.Of([5, 4, 3], Activation.Named("tanh"), Activation.Softmax), Loss.CrossEntropy);
        model.Initialize(Initializer.Named("glorot"), seed: 2);
        return (model, new(model, new Dataset("six", samples, classes: ["a", "b", "c"]), new() { Objective = objective, BatchSize = 3 }), samples);
    }
}
