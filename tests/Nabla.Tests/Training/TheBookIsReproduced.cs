using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>The book's own network learns the book's own table, step for step.</summary>
public class TheBookIsReproduced
{
    private const int Steps = 1000;

    [Fact]
    public void In_double_precision_to_a_billionth() => AssertReproduced<double>(1e-9);

    [Fact]
    public void In_single_precision_to_2e5() => AssertReproduced<float>(2e-5);

    /// <summary>The figures that the book prints: outputs of the last forward pass, before the last update.</summary>
    [Fact]
    public async Task With_the_outputs_that_the_book_prints()
    {
        (Model<double> before, _, _) = await Train<double>(steps: 0);
        (_, Trainer<double>? trainer, double[] losses) = await Train<double>(Steps);
        List<string> initial = [];
        before.Predict((await Datasets.Book.LoadAsync(cancellationToken: TestContext.Current.CancellationToken)).Train, (_, output) => initial.Add(Printed(output[0])));

        Assert.Equal(["0.758", "0.771", "0.791", "0.801"], initial);
        Assert.Equal(["0.028", "0.925", "0.925", "0.090"], trainer!.LastOutputs.Elements.ToArray().Select(Printed));
        Assert.Equal(losses[^1], trainer.LastCost);
    }

    [Fact]
    public void The_preset_weights_are_those_of_the_reference()
    {
        using JsonDocument reference = Reference();
        JsonElement.ArrayEnumerator layers = reference.RootElement.GetProperty("initial_weights").EnumerateArray();
        Assert.Equal(
            layers.SelectMany(layer => ReferenceFiles.Matrix(layer).Transposed().Elements.ToArray()),
            BookExample.InitialWeights.SelectMany(weights => weights.Cast<double>()));
    }

    private static async Task AssertReproducedAsync<T>(double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using JsonDocument reference = Reference();
        JsonElement root = reference.RootElement;
        (Model<T> model, Trainer<T>? trainer, double[] losses) = await Train<T>(Steps);

        double[] first = [.. root.GetProperty("losses_first_10").EnumerateArray().Select(loss => loss.GetDouble())];
        Assert.All(first.Zip(losses), pair => Assert.Equal(pair.First, pair.Second, tolerance));
        Assert.Equal(root.GetProperty("loss_last").GetDouble(), losses[^1], tolerance);
        Matrices.AssertClose(ReferenceFiles.Matrix(root.GetProperty("final_outputs")).Transposed(), trainer!.LastOutputs, tolerance, "outputs");
        JsonElement.ArrayEnumerator weights = root.GetProperty("final_weights").EnumerateArray();
        foreach ((JsonElement expected, int l) in weights.Select((layer, l) => (layer, l)))
        {
            Matrices.AssertClose(
                ReferenceFiles.Matrix(expected), model.Parameters[model.Expression.Layers[l].Weights], tolerance, $"W{l + 1}");
        }
    }

    private static void AssertReproduced<T>(double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => AssertReproducedAsync<T>(tolerance).GetAwaiter().GetResult();

    private static JsonDocument Reference() => ReferenceFiles.Read("book-3-4-1.json");

    private static string Printed(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>The example of the book; the losses are sums over the batch, each before its step.</summary>
    private static async Task<(Model<T> Model, Trainer<T>? Trainer, double[] Losses)> Train<T>(int steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Dataset data = await Datasets.Book.LoadAsync(cancellationToken: cancel);
        Model<T> model = new(Network.Of([3, 4, 1], Activation.Sigmoid, biases: false), Loss.SquaredError, Reduction.Sum);
        foreach ((double[,] weights, int l) in BookExample.InitialWeights.Select((weights, l) => (weights, l)))
        {
            model.Parameters[model.Expression.Layers[l].Weights] =
                Matrix.From(weights.GetLength(0), weights.GetLength(1), (i, j) => weights[i, j]);
        }

        if (steps == 0)
        {
            return (model, null, []);
        }

        Trainer<T> trainer = new(model, data, new() { LearningRate = 1, BatchSize = data.Train.Count, Epochs = steps });
        return (model, trainer, [.. trainer.Run(cancellationToken: cancel).Select(report => report.Loss * data.Train.Count)]);
    }
}
