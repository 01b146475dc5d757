using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;

namespace Nabla.Studio.Mathematics;

/// <summary>What the page says of one name of a derivation.</summary>
/// <param name="Name">The name, as it is printed.</param>
/// <param name="What">What it is, in words.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Value">Its value; null where there is none.</param>
/// <param name="Defining">The numbers of the lines that say what it is.</param>
/// <param name="Using">The numbers of the lines that use it.</param>
public sealed record SymbolReport(string Name, string What, string Shape, Matrix? Value, ImmutableArray<int> Defining, ImmutableArray<int> Using)
{
    /// <summary>The most rows and columns of the picture of a matrix with more elements than fill such a square: every second, third or further one is drawn.</summary>
    public const int MostPictured = 256;

    /// <summary>The square root of the sum of all squares; not a number without a value.</summary>
    public double Norm { get; } = Over(Value, 0, (sum, x) => sum + (x * x), Math.Sqrt);

    /// <summary>The smallest element.</summary>
    public double Least { get; } = Over(Value, double.PositiveInfinity, Math.Min, x => x);

    /// <summary>The largest element.</summary>
    public double Largest { get; } = Over(Value, double.NegativeInfinity, Math.Max, x => x);

    /// <summary>
    /// The value as it is drawn: a long column with a square number of elements as that square, row by row, as the pixels of a digit are; of a large matrix rows and
    /// columns at equal distances; anything else as it is.
    /// </summary>
    public Matrix? Picture { get; } = Value is null ? null : PictureOf(Value);

    /// <summary>Of how many rows one is drawn, and of how many columns.</summary>
    public (int Rows, int Columns) Strides { get; } = Value is null ? (1, 1) : StridesOf(Value);

    /// <summary>About a name of a document; null where it has none of this name.</summary>
    public static SymbolReport? Of(DerivationDocument document, SymbolValues values, string name) => document.MeaningOf(name) is Expr meaning
        ? new(name, WordsFor(meaning), $"{meaning.Shape}", values[name], [.. document.Defining(name).Select(line => line.Number)], [.. document.Using(name).Select(line => line.Number)])
        : null;

    private static double Over(Matrix? value, double start, Func<double, double, double> next, Func<double, double> last)
    {
        if (value is null)
        {
            return double.NaN;
        }

        foreach (double x in value.Elements)
        {
            start = next(start, x);
        }

        return last(start);
    }

    private static Matrix PictureOf(Matrix value)
    {
        const int ShortestLong = 64;
        int side = (int)Math.Round(Math.Sqrt(value.Elements.Length));
        if (Math.Min(value.Rows, value.Columns) == 1 && side * side == value.Elements.Length && value.Elements.Length >= ShortestLong)
        {
            return Matrix.From(side, side, (i, j) => value.Elements[(i * side) + j]);
        }

        (int rows, int columns) = StridesOf(value);
        return (rows, columns) == (1, 1) ? value : Matrix.From(Parts(value.Rows, rows), Parts(value.Columns, columns), (i, j) => value[i * rows, j * columns]);
    }

    private static (int Rows, int Columns) StridesOf(Matrix value) => value.Elements.Length <= MostPictured * MostPictured
        ? (1, 1)
        : (Parts(value.Rows, MostPictured), Parts(value.Columns, MostPictured));

    private static int Parts(int size, int each) => (size + each - 1) / each;

    private static string WordsFor(Expr meaning) => meaning switch
    {
        Symbol { Kind: SymbolKind.Input } => "the inputs",
        Symbol { Kind: SymbolKind.Target } => "the targets",
        Symbol { Kind: SymbolKind.Parameter, Name.Letter: "W" } => "weights",
        Symbol { Kind: SymbolKind.Parameter } => "biases",
        Symbol { Name.Letter: "η" } => "the learning rate",
        Named { Name.Letter: "z" or "Z" } => "pre-activation",
        Named { Name.Letter: "a" or "A" } => "activation",
        Named { Name.Letter: "δ" or "Δ" } => "adjoint",
        Named { Name.Letter: "C" } => "the cost",
        _ => "intermediate result",
    };
}
