using System.Collections.Immutable;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Studio.Charts;
using Nabla.Studio.Experiments;
using Nabla.Training;

namespace Nabla.Studio.Tests;

public sealed class AnswersOfANetwork
{
    [Fact]
    public async Task Count_what_was_taken_for_what_and_name_the_worst()
    {
        Dataset data = await MoonsAsync();
        Model<float> model = Trained(data, epochs: 2);
        HeldOut held = HeldOut.Of(model, data);
        ConfusionMatrix expected = model.Evaluate(data.Validation!);
        Assert.Equal(("held-out", 200, 200), (held.Part, held.Count, held.All));
        Assert.Equal(expected.Correct, held.Confusion!.Correct);
        Assert.Equal(Math.Min(12, expected.Total - expected.Correct), held.Worst.Length);
        Assert.All(held.Worst, one => Assert.NotEqual(one.Target, one.Output));
        Assert.Equal(held.Worst.Select(one => one.Error).OrderDescending(), held.Worst.Select(one => one.Error));
        Assert.All(held.Worst, one => Assert.Equal(data.Validation!.InputsOf(one.Number - 1), one.Inputs));
    }

    [Fact]
    public async Task Stand_beside_the_true_numbers_where_there_are_no_classes()
    {
        Dataset xor = await Datasets.All.First(one => one.Name == "xor").LoadAsync(new() { Seed = 1 }, TestContext.Current.CancellationToken);
        Model<float> model = new(new(2, [new(4, Activation.Named("tanh")), new(1, Activation.Sigmoid)]), Loss.BinaryCrossEntropy);
        model.Initialize(Initializer.Named("glorot"), 1);
        HeldOut held = HeldOut.Of(model, xor);
        Assert.Equal("training", held.Part);
        Assert.Null(held.Confusion);
        Assert.Equal([0, 1, 1, 0], held.Pairs.Select(pair => pair.Right));
        Assert.Equal(4, held.Worst.Length);
    }

    [Fact]
    public async Task Make_a_map_of_the_plane_that_agrees_with_the_network()
    {
        Dataset data = await MoonsAsync();
        Model<float> model = Trained(data, epochs: 30);
        DecisionMap map = DecisionMap.Of(model, data);
        Assert.Equal(2 * DecisionMap.Side * DecisionMap.Side, map.Cells.Length);
        Assert.Equal(4 * (400 + 200), map.Points.Length);
        Assert.Contains($"{data.Classes[0]} takes ", map.Words, StringComparison.Ordinal);

        // Where a sample lies, the map says what the network says of it, but for those at the very boundary.
        int agree = 0;
        List<int> said = [];
        model.Predict(data.Train, (_, outputs) => said.Add(outputs[0] > outputs[1] ? 0 : 1));
        for (int i = 0; i < data.Train.Count; i++)
        {
            ImmutableArray<double> at = data.Train.InputsOf(i);
            (int column, int row) = ((int)((at[0] - map.Left) / (map.Right - map.Left) * DecisionMap.Side), (int)((map.Top - at[1]) / (map.Top - map.Bottom) * DecisionMap.Side));
            agree += map.Cells[2 * ((row * DecisionMap.Side) + column)] == said[i] ? 1 : 0;
        }

        Assert.InRange(agree, 390, 400);
        Assert.Throws<ArgumentException>(() => DecisionMap.Of(new(new(3, [new(2, Activation.Softmax)]), Loss.CrossEntropy), data));
    }

    [Fact]
    public void Are_those_of_the_twenty_classes_that_are_confused_most_where_there_are_hundreds()
    {
        ConfusionMatrix confusion = new(300);
        for (int i = 0; i < 300; i++)
        {
            confusion.Add(i, i);
        }

        for (int i = 0; i < 10; i++)
        {
            confusion.Add(7 * i, (7 * i) + 100);
        }

        ConfusionTable table = ConfusionTable.Of(confusion);
        Assert.Equal([.. Enumerable.Range(0, 10).SelectMany(i => new[] { 7 * i, (7 * i) + 100 }).Order()], table.Classes);
        Assert.StartsWith("The 20 of 300 classes that are confused most", table.Words, StringComparison.Ordinal);
        ConfusionTable small = ConfusionTable.Of(new(10));
        Assert.Equal(Enumerable.Range(0, 10), small.Classes);
        Assert.Equal("", small.Words);
    }

    [Fact]
    public void Are_told_apart_on_the_map_without_their_colours_as_far_as_there_are_bytes()
    {
        (Model<float> model, Dataset data) = OfClasses(6);
        DecisionMap map = DecisionMap.Of(model, data);
        Assert.Equal(["●", "▲", "■", "◆", "5", "6"], Enumerable.Range(0, 6).Select(map.MarkOf));
        (model, data) = OfClasses(256);
        map = DecisionMap.Of(model, data);
        Assert.Equal(256, map.Classes.Length);
        Assert.Equal(12, map.Words.Split(" takes ").Length - 1);
        (model, data) = OfClasses(257);
        Assert.Contains("256 answers apart at most", Assert.Throws<ArgumentException>(() => DecisionMap.Of(model, data)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Are_not_counted_for_thousands_of_classes()
    {
        (Model<float> model, Dataset data) = OfClasses(1001);
        HeldOut held = HeldOut.Of(model, data);
        Assert.Null(held.Confusion);
        Assert.NotEmpty(held.Worst);
        (model, data) = OfClasses(1000);
        Assert.Equal(1000, HeldOut.Of(model, data).Confusion!.Classes);
    }

    private static (Model<float> Model, Dataset Data) OfClasses(int classes)
    {
        Samples samples = new(new NumberFeatures([.. Enumerable.Range(0, 2 * classes).Select(i => (double)(i % 17))], 2), new ClassTargets([.. Enumerable.Range(0, classes)], classes));
        Model<float> model = new(new(2, [new(classes, Activation.Softmax)]), Loss.CrossEntropy);
        model.Initialize(Initializer.Named("glorot"), 1);
        return (model, new("many", samples, null, [.. Enumerable.Range(0, classes).Select(i => $"class {i}")]));
    }

    private static async Task<Dataset> MoonsAsync()
    {
        Dataset data = await Datasets.All.First(one => one.Name == "moons").LoadAsync(new() { Seed = 1 }, TestContext.Current.CancellationToken);
        return new("moons", data.Train, null, data.Classes, validation: data.Test);
    }

    private static Model<float> Trained(Dataset data, int epochs)
    {
        Model<float> model = new(new(2, [new(8, Activation.Named("tanh")), new(2, Activation.Softmax)]), Loss.CrossEntropy);
        model.Initialize(Initializer.Named("glorot"), 1);
        model.Fit(data, new() { Optimizer = Optimizer.Sgd, LearningRate = 0.1, BatchSize = 10, Epochs = epochs, Seed = 1 });
        return model;
    }
}
