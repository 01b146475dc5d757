using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Onnx.Tests;

/// <summary>A model of a table, with drawn weights.</summary>
/// <param name="Name">What it has.</param>
/// <param name="Model">The model.</param>
/// <param name="Description">Its columns and what its outputs mean.</param>
public sealed record Tables(string Name, Model<float> Model, ModelDescription Description)
{
    private static readonly ColumnEncoding[] numbers =
    [
        // A mean far from zero, of which a float keeps a fortieth of the scale.
        new NumberEncoding("year", 16_777_000.3, 1.7, 16_777_001.0),
        new NumberEncoding("ratio \"q\"", -0.1, 1.0 / 3, 0.2),
    ];

    private static readonly ColumnEncoding[] categories =
    [
        new CategoryEncoding("colour", ["blue", "red", "größer\n"], MissingIsLevel: true),
        new CategoryEncoding("shape", ["round", "square"], MissingIsLevel: false, "square"),
        new CategoryEncoding("one", ["x"], MissingIsLevel: false),
    ];

    private static readonly TargetEncoding price = new("price", 250.1, 40.7);

    /// <summary>Numbers, categories and both in every order; classes and numbers.</summary>
    public static IReadOnlyList<Tables> All { get; } =
    [
        Of("numbers", numbers, price, []),
        Of("categories", categories, price, []),
        Of("numbers first", [.. numbers, .. categories], price, []),
        Of("mixed", [categories[0], numbers[0], categories[1], numbers[1], categories[2]], price, []),
        Of("mixed classes", [categories[0], numbers[0], categories[1], numbers[1], categories[2]], new("kind"), ["a", "b", "c"]),
        Of("squared classes", [categories[0], numbers[0], categories[1]], new("kind"), ["a", "b", "c"], Loss.SquaredError),
        Of("numbers as they are", numbers, new("price"), []),
    ];

    public byte[] Write() => Examples.Write(Model, Description);

    /// <summary>Rows as they are given: numbers near the mean, places of levels, unknown ones, and missing values.</summary>
    public float[] Rows(int count)
    {
        SeededRandom random = new(11);
        return [.. Enumerable.Range(0, count).SelectMany(_ => Description.Preprocessing.Columns.Select(column => Draw(column, random)))];
    }

    public override string ToString() => Name;

    private static float Draw(ColumnEncoding column, SeededRandom random) =>
        random.NextDouble() < 0.2 ? float.NaN
        : column is NumberEncoding number ? (float)(number.Mean + random.NextDouble(-2, 2) * number.Scale)
        : (int)random.NextDouble(0, column.Inputs + 1.99) - 1;

    private static Tables Of(string name, ColumnEncoding[] columns, TargetEncoding target, string[] classes, Loss? loss = null)
    {
        Preprocessing preprocessing = new() { Columns = [.. columns], Target = target };
        loss ??= classes.Length > 0 ? Loss.CrossEntropy : Loss.MeanSquaredError;
        Network network = Network.Of([preprocessing.Inputs, 6, Math.Max(1, classes.Length)], Activation.Named("tanh"), loss.OutputActivation ?? Activation.Identity);
        Model<float> model = new(network, loss);
        model.Initialize(Initializer.Named("glorot"), seed: 3);
        return new(name, model, Examples.Describe(model) with { Preprocessing = preprocessing, Classes = [.. classes] });
    }
}
