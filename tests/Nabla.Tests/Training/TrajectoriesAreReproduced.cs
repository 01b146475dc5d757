using System.Numerics;
using System.Text.Json;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>Full-batch descent goes the way that PyTorch goes: every loss before its update, and the parameters at the end.</summary>
public class TrajectoriesAreReproduced
{
    [Theory]
    [InlineData("sgd.json", "sgd")]
    [InlineData("sgd-momentum.json", "momentum")]
    [InlineData("adam.json", "adam")]
    public void In_double_precision(string file, string optimizer) => AssertReproduced<double>(file, optimizer, 1e-9);

    [Theory]
    [InlineData("sgd.json", "sgd")]
    [InlineData("sgd-momentum.json", "momentum")]
    [InlineData("adam.json", "adam")]
    public void In_single_precision(string file, string optimizer) => AssertReproduced<float>(file, optimizer, 1e-4);

    private static void AssertReproduced<T>(string name, string optimizer, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using JsonDocument file = ReferenceFiles.Read("trajectories", name);
        JsonElement root = file.RootElement;
        JsonElement network = root.GetProperty("network");
        JsonElement[] layers = [.. network.GetProperty("layers").EnumerateArray()];
        Matrix inputs = ReferenceFiles.Matrix(root.GetProperty("inputs")).Transposed();
        Matrix targets = ReferenceFiles.Matrix(root.GetProperty("targets")).Transposed();
        Model<T> model = new(
            new Network(inputs.Rows, layers.Select(layer => new Layer(
                layer.GetProperty("weights").GetArrayLength(), Activation.Named(layer.GetProperty("activation").GetString()!)))),
            Loss.Named(root.GetProperty("loss").GetString()!));
        foreach ((SymbolicLayer symbols, JsonElement layer) in model.Expression.Layers.Zip(layers))
        {
            model.Parameters[symbols.Weights] = ReferenceFiles.Matrix(layer.GetProperty("weights"));
            model.Parameters[symbols.Biases!] = ReferenceFiles.Matrix(layer.GetProperty("biases"));
        }

        Dataset data = new("trajectory", new(
            new NumberFeatures([.. inputs.Elements], inputs.Rows), new NumberTargets([.. targets.Elements], targets.Rows)));
        Trainer<T> trainer = new(model, data, new()
        {
            Optimizer = Optimizer.Named(optimizer),
            LearningRate = root.GetProperty("optimizer").GetProperty("lr").GetDouble(),
            BatchSize = inputs.Columns,
            Epochs = root.GetProperty("steps").GetInt32(),
        });
        double[] losses = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Select(report => report.Loss)];

        double[] expected = ReferenceFiles.Numbers(root.GetProperty("losses"));
        Assert.Equal(expected.Length, losses.Length);
        Assert.All(expected.Zip(losses), pair => Assert.Equal(pair.First, pair.Second, tolerance * pair.First));
        JsonElement[] final = [.. root.GetProperty("final").GetProperty("layers").EnumerateArray()];
        foreach ((SymbolicLayer symbols, JsonElement layer) in model.Expression.Layers.Zip(final))
        {
            Matrices.AssertClose(
                ReferenceFiles.Matrix(layer.GetProperty("weights")), model.Parameters[symbols.Weights], tolerance, $"{symbols.Weights.Name}");
            Matrices.AssertClose(
                ReferenceFiles.Matrix(layer.GetProperty("biases")), model.Parameters[symbols.Biases!], tolerance, $"{symbols.Biases!.Name}");
        }
    }
}
