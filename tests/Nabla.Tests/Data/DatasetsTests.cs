using System.Text.Json;
using Nabla.Data;

namespace Nabla.Tests.Data;

public class DatasetsTests
{
    [Fact]
    public void The_built_in_data_sets_are_listed_by_name()
    {
        Assert.Equal(["book", "circles", "digits", "mnist", "moons", "spirals", "xor"], Datasets.All.Select(dataset => dataset.Name));
        Assert.All(Datasets.All, dataset => Assert.NotEmpty(dataset.Summary));
        Assert.All(Datasets.All, dataset => Assert.Same(dataset, Datasets.Find(dataset.Name)));
    }

    [Fact]
    public async Task An_unknown_name_is_answered_with_a_suggestion()
    {
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(
            () => Datasets.LoadAsync("digts", cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal("unknown data set 'digts'; did you mean 'digits'? Known: book, circles, digits, mnist, moons, spirals, xor", error.Message);
    }

    [Theory]
    [InlineData("circles")]
    [InlineData("moons")]
    [InlineData("spirals")]
    public async Task Points_of_the_plane_follow_from_their_seed_and_are_as_many_of_each_class(string name)
    {
        Dataset first = await Datasets.LoadAsync(name, new() { Seed = 1 }, TestContext.Current.CancellationToken);
        Assert.Equal((400, 200, 2, 2), (first.Train.Count, first.Test!.Count, first.Train.Inputs, first.Train.Outputs));
        Assert.Equal(200, first.Train.Labels!.Value.Count(label => label == 0));
        Dataset again = await Datasets.LoadAsync(name, new() { Seed = 1 }, TestContext.Current.CancellationToken);
        Dataset other = await Datasets.LoadAsync(name, new() { Seed = 2 }, TestContext.Current.CancellationToken);
        Assert.Equal(first.Train.InputsOf(7), again.Train.InputsOf(7));
        Assert.NotEqual(first.Train.InputsOf(7), other.Train.InputsOf(7));
        Assert.NotEqual(first.Train.InputsOf(7), first.Test.InputsOf(7));
    }

    [Fact]
    public async Task Exclusive_or_has_four_rows()
    {
        Dataset xor = await Datasets.LoadAsync("xor", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([0, 0, 0, 1, 1, 0, 1, 1], Assert.IsType<NumberFeatures>(xor.Train.Features).Values);
        Assert.Equal([0, 1, 1, 0], Assert.IsType<NumberTargets>(xor.Train.Targets).Values);
        Assert.Equal((4, 2, 1), (xor.Train.Count, xor.Train.Inputs, xor.Train.Outputs));
        Assert.False(xor.IsClassification);
        Assert.Null(xor.Test);
    }

    [Fact]
    public async Task The_book_s_table_and_weights_are_those_of_the_reference()
    {
        string path = SharedFolder.Require("reference", "book-3-4-1.json");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(path, cancellationToken));
        Dataset book = await Datasets.LoadAsync("book", cancellationToken: cancellationToken);

        Assert.Equal(Numbers(json.RootElement.GetProperty("inputs")), Assert.IsType<NumberFeatures>(book.Train.Features).Values);
        Assert.Equal(Numbers(json.RootElement.GetProperty("targets")), Assert.IsType<NumberTargets>(book.Train.Targets).Values);
        Assert.Null(book.Test);
        Assert.Equal(
            Numbers(json.RootElement.GetProperty("initial_weights")),
            BookExample.InitialWeights.SelectMany(weights => weights.Cast<double>()));
        Assert.Equal(
            [(4, 3), (1, 4)],
            BookExample.InitialWeights.Select(weights => (weights.GetLength(0), weights.GetLength(1))));
    }

    [Fact]
    public void Parts_of_a_data_set_that_do_not_fit_are_refused_with_a_sentence()
    {
        var classes = new Samples(new NumberFeatures([1, 2], 1), new ClassTargets([0, 1], 2));
        var numbers = new Samples(new NumberFeatures([1, 2], 2), new NumberTargets([0], 1));
        Refused("d: classes are named, but the training targets are numbers", () => new Dataset("d", numbers, null, ["a", "b"]));
        Refused("d: the training targets are classes, but the classes are not named", () => new Dataset("d", classes));
        Refused(
            "d: 3 classes are named, but the training targets have 2",
            () => new Dataset("d", classes, null, ["a", "b", "c"]));
        Refused("d: classes are named, but the test targets are numbers", () => new Dataset("d", classes, numbers, ["a", "b"]));
        Refused(
            "d: the training samples have 2 inputs and 1 outputs, but the test samples 1 and 1",
            () => new Dataset("d", numbers, new Samples(new NumberFeatures([1], 1), new NumberTargets([0], 1))));
    }

    private static IEnumerable<double> Numbers(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().SelectMany(Numbers)
        : [element.GetDouble()];

    private static void Refused(string sentence, Func<object> make) =>
        Assert.Equal(sentence, Assert.Throws<ArgumentException>(() => make()).Message);
}
