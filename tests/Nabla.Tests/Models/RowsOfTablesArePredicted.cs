using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Models;

/// <summary>A predictor takes the columns of a table as they are and answers in its units, as the model does on the encoded rows.</summary>
public sealed class RowsOfTablesArePredicted
{
    private const int Rows = 150;

    private static readonly TableColumns table = new(
        new NumberColumn("length", Enumerable.Range(0, Rows).Select(i => i % 7 == 3 ? double.NaN : 1000 + MathF.Sin(i))),
        new CategoryColumn("colour", Enumerable.Range(0, Rows).Select(i => i % 5 == 1 ? null : i % 3 == 0 ? "red" : i % 3 == 1 ? "blue" : "")),
        new CategoryColumn("shape", Enumerable.Range(0, Rows).Select(i => i % 11 == 1 ? null : i % 4 == 0 ? "round" : i % 4 == 1 ? "new" : "square")),
        new NumberColumn("width", Enumerable.Range(0, Rows).Select(i => (double)(i % 13))));

    private static readonly Preprocessing preprocessing = new()
    {
        Columns =
        [
            new NumberEncoding("length", 1000, 0.5, 1000.25),
            new CategoryEncoding("colour", ["blue", "red"], MissingIsLevel: true),
            new NumberEncoding("width", 6, 3.7, 6),
            new CategoryEncoding("shape", ["round", "square"], MissingIsLevel: false, "square"),
        ],
        Target = new("price", 250, 40),
    };

    [Fact]
    public void Numbers_categories_and_missing_values_give_what_the_model_gives_for_the_encoded_rows()
    {
        (Predictor predictor, double[] expected) = Regression();
        Assert.Equal((4, 1), (predictor.Inputs, predictor.Outputs));
        float[] outputs = new float[Rows];
        predictor.Predict(Given(), outputs);
        Assert.All(expected.Zip(outputs), pair => Assert.Equal((float)pair.First, pair.Second, 1e-3f));
        Assert.InRange(outputs.Average(), 100, 400);
        Assert.True(outputs.Distinct().Count() > 20);
    }

    [Fact]
    public void Texts_give_the_same_bits_as_numbers_do()
    {
        (Predictor predictor, _) = Regression();
        float[] together = new float[Rows];
        predictor.Predict(Given(), together);
        float[] alone = new float[1];
        for (int i = 0; i < Rows; i++)
        {
            predictor.PredictRow(Texts(i), alone);
            Assert.Equal(together[i], alone[0]);
        }
    }

    [Fact]
    public void A_level_that_is_unknown_is_no_level()
    {
        (Predictor predictor, _) = Regression();
        float[] outputs = new float[1];
        predictor.PredictRow(["1000", "green", "6", "round"], outputs);
        float expected = outputs[0];
        foreach (float unknown in new[] { -1, 0.5f, 3, 1e9f, float.NegativeInfinity })
        {
            predictor.Predict([1000, unknown, 6, 0], outputs);
            Assert.Equal(expected, outputs[0]);
        }

        predictor.Predict([1000, 0, 6, 0], outputs);
        Assert.NotEqual(expected, outputs[0]);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        (Predictor predictor, _) = Regression();
        float[] given = Given();
        float[] outputs = new float[Rows];
        string?[] texts = Texts(8);
        float[] alone = new float[1];
        Assert.Equal(0, Allocations.Least(() =>
        {
            predictor.Predict(given, outputs);
            predictor.PredictRow(texts, alone);
        }));
    }

    [Fact]
    public void Classes_are_told_as_they_are()
    {
        Model<float> model = NewModel(Network.Of([7, 5, 3], Activation.Named("tanh"), Activation.Softmax), Loss.CrossEntropy);
        Predictor predictor = Predictor.Of(model, Describe(model) with { Classes = ["a", "b", "c"], Preprocessing = preprocessing with { Target = new("kind") } });
        float[] outputs = new float[Rows * 3];
        float[] given = Given();
        predictor.Predict(given, outputs);
        for (int i = 0; i < Rows; i++)
        {
            ReadOnlySpan<float> own = outputs.AsSpan(i * 3, 3);
            Assert.Equal(1, own[0] + own[1] + own[2], 1e-5f);
            Assert.Equal(Model<float>.ArgMax(own), predictor.PredictClass(given.AsSpan(i * 4, 4)));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        (Predictor predictor, _) = Regression();
        float[] one = new float[1];
        Assert.Equal(
            "'wide' in column 'width' is no finite number; numbers are as in 1.5 or -2e-3, and a missing one is empty",
            Assert.Throws<ArgumentException>(() => predictor.PredictRow(["1", "red", "wide", "round"], one)).Message);
        Assert.StartsWith("'1e999' in column 'length' is no finite number", Assert.Throws<ArgumentException>(() => predictor.PredictRow(["1e999", "red", "1", "round"], one)).Message);
        Assert.Equal(
            "a row has 4 columns and 1 outputs, but 3 texts and room for 1 outputs are given", Assert.Throws<ArgumentException>(() => predictor.PredictRow(["1", "red", "1"], one)).Message);
        Assert.StartsWith("a sample has 4 inputs, but 7 numbers are no whole number of samples", Assert.Throws<ArgumentException>(() => predictor.Predict(new float[7], one)).Message);
        Model<float> model = NewModel(Network.Of([6, 1], Activation.Identity), Loss.SquaredError);
        Assert.Equal(
            "the columns become 7 inputs, but the network 6-1 has 6", Assert.Throws<ArgumentException>(() => Predictor.Of(model, Describe(model) with { Preprocessing = preprocessing })).Message);
        Assert.Equal(
            "the model was not trained on a table; Predict takes its inputs as numbers",
            Assert.Throws<InvalidOperationException>(() => Predictor.Of(model).PredictRow(["1"], one)).Message);
    }

    private static (Predictor Predictor, double[] Expected) Regression()
    {
        Model<float> model = NewModel(Network.Of([7, 5, 1], Activation.Named("tanh"), Activation.Identity), Loss.MeanSquaredError);
        List<double> expected = [];
        Samples rows = new(EncodedFeatures.Of(table, preprocessing), new NumberTargets([.. new double[Rows]], 1));
        model.Predict(rows, (_, output) => expected.Add(preprocessing.Target!.Decode(output[0])));
        return (Predictor.Of(model, Describe(model) with { Preprocessing = preprocessing }, concurrency: 1), [.. expected]);
    }

    /// <summary>The rows as numbers, in the order of the preprocessing, which is not that of the table.</summary>
    private static float[] Given() => [.. Enumerable.Range(0, Rows).SelectMany(i => preprocessing.Columns.Select(column => Given(column, i)))];

    private static float Given(ColumnEncoding column, int row) => table.Find(column.Name) switch
    {
        NumberColumn numbers => (float)numbers[row],
        CategoryColumn categories => categories[row] < 0 ? float.NaN : ((CategoryEncoding)column).Levels.IndexOf(categories.Levels[categories[row]]),
        _ => throw new InvalidOperationException(column.Name),
    };

    private static string?[] Texts(int row) =>
    [
        .. preprocessing.Columns.Select(column => table.Find(column.Name) switch
        {
            NumberColumn numbers => double.IsNaN(numbers[row]) ? (row % 2 == 0 ? null : " n/a") : FormattableString.Invariant($"{numbers[row]}"),
            CategoryColumn categories when categories[row] >= 0 => categories.Levels[categories[row]] is { Length: > 0 } level ? level : "-",
            _ => "",
        }),
    ];

    private static ModelDescription Describe(Model<float> model) => new(model.Network, model.Loss.Name, model.Reduction);

    private static Model<float> NewModel(Network network, Loss loss)
    {
        Model<float> model = new(network, loss);
        model.Initialize(Initializer.Named("glorot"), seed: 4);
        return model;
    }
}
