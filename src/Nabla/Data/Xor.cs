namespace Nabla.Data;

public static partial class Datasets
{
    /// <summary>Exclusive or: the smallest table that no linear network learns.</summary>
    public static BuiltInDataset Xor { get; } = new(
        "xor",
        "exclusive or: 4 rows, 2 inputs, 1 output",
        (_, _) => Task.FromResult(Table.Dataset(
            "xor",
            new double[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } },
            new double[,] { { 0 }, { 1 }, { 1 }, { 0 } })));
}
