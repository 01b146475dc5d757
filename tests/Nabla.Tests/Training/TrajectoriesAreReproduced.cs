using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Verification;
using Nabla.Checking;
using Nabla.Checking.Trajectories;
using Nabla.Data;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>The trainer goes the way that PyTorch goes with a full batch: every loss before its update, and the parameters at the end.</summary>
public class TrajectoriesAreReproduced
{
    public static TheoryData<string> Files =>
        ["sgd.json", "sgd-momentum.json", "sgd-nesterov.json", "sgd-weight-decay.json", "adagrad.json", "rmsprop.json", "adam.json", "adamw.json"];

    [Theory]
    [MemberData(nameof(Files))]
    public void In_double_precision(string file) => AssertReproduced<double>(file, 1e-9);

    [Theory]
    [MemberData(nameof(Files))]
    public void In_single_precision(string file) => AssertReproduced<float>(file, 1e-4);

    private static void AssertReproduced<T>(string name, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Trajectory trajectory = Trajectory.Read(SharedFolder.Require("reference", Path.Combine("trajectories", name)));
        Model<T> model = new(trajectory.Network, trajectory.Loss);
        foreach ((SymbolicLayer symbols, LayerValues values) in model.Expression.Layers.Zip(trajectory.Layers))
        {
            model.Parameters[symbols.Weights] = values.Weights;
            model.Parameters[symbols.Biases!] = values.Biases!;
        }

        (Matrix inputs, Matrix targets) = (trajectory.Inputs, trajectory.Targets);
        Dataset data = new("trajectory", new(
            new NumberFeatures([.. inputs.Elements], inputs.Rows), new NumberTargets([.. targets.Elements], targets.Rows)));
        Trainer<T> trainer = new(model, data, new()
        {
            Optimizer = trajectory.Optimizer,
            LearningRate = trajectory.LearningRate,
            BatchSize = inputs.Columns,
            Epochs = trajectory.Losses.Length,
        });
        double[] losses = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Select(report => report.Loss)];
        Assert.Equal(trajectory.Losses.Length, losses.Length);
        Assert.All(trajectory.Losses.Zip(losses), pair => Assert.Equal(pair.First, pair.Second, tolerance * pair.First));
        foreach ((SymbolicLayer symbols, LayerValues final) in model.Expression.Layers.Zip(trajectory.Final))
        {
            Matrices.AssertClose(final.Weights, model.Parameters[symbols.Weights], tolerance, $"{symbols.Weights.Name}");
            Matrices.AssertClose(final.Biases!, model.Parameters[symbols.Biases!], tolerance, $"{symbols.Biases!.Name}");
        }
    }
}
