using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Nabla.Data;

/// <summary>
/// The worked example of Alex Punnen, "The Mathematical Intuition Behind Deep Learning": a 3-4-1 sigmoid network without
/// biases learns a table of four rows, with the summed squared error, learning rate 1 and 1000 full-batch steps.
/// </summary>
public static class BookExample
{
    /// <summary>
    /// The weights that the book begins with: W¹ is 4×3 and W² is 1×4, a row for each output.
    /// </summary>
    public static ImmutableArray<double[,]> InitialWeights =>
    [
        new[,]
        {
            { 0.417022004702574, 0.14675589081711304, 0.39676747423066994 },
            { 0.7203244934421581, 0.0923385947687978, 0.538816734003357 },
            { 0.00011437481734488664, 0.1862602113776709, 0.4191945144032948 },
            { 0.30233257263183977, 0.34556072704304774, 0.6852195003967595 },
        },
        new[,]
        {
            { 0.20445224973151743, 0.8781174363909454, 0.027387593197926163, 0.6704675101784022 },
        },
    ];

    internal static Dataset Dataset { get; } = Table.Dataset(
        "book",
        new double[,] { { 0, 0, 1 }, { 0, 1, 1 }, { 1, 0, 1 }, { 1, 1, 1 } },
        new double[,] { { 0 }, { 1 }, { 1 }, { 0 } });
}

/// <summary>A small data set written as two tables, a row for each sample.</summary>
internal static class Table
{
    public static Dataset Dataset(string name, double[,] inputs, double[,] targets) => new(
        name,
        new Samples(
            new NumberFeatures(Values(inputs), inputs.GetLength(1)),
            new NumberTargets(Values(targets), targets.GetLength(1))));

    private static ImmutableArray<double> Values(double[,] table)
    {
        double[] values = new double[table.Length];
        Buffer.BlockCopy(table, 0, values, 0, Buffer.ByteLength(values));
        return ImmutableCollectionsMarshal.AsImmutableArray(values);
    }
}

public static partial class Datasets
{
    /// <summary>The book's table of four inputs and outputs.</summary>
    public static BuiltInDataset Book { get; } = new(
        "book",
        "the worked example of \"The Mathematical Intuition Behind Deep Learning\": 4 rows, 3 inputs, 1 output",
        (_, _) => Task.FromResult(BookExample.Dataset));
}
