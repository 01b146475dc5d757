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
    /// <summary>The square root of the sum of all squares; not a number without a value.</summary>
    public double Norm => Value is null ? double.NaN : Math.Sqrt(Value.Elements.ToArray().Sum(x => x * x));

    /// <summary>The smallest element.</summary>
    public double Least => Value is null ? double.NaN : Value.Elements.ToArray().Min();

    /// <summary>The largest element.</summary>
    public double Largest => Value is null ? double.NaN : Value.Elements.ToArray().Max();

    /// <summary>
    /// The value as it is drawn: a long column with a square number of elements as that square, row by row, as the pixels of a digit are; anything else as it is.
    /// </summary>
    public Matrix? Picture
    {
        get
        {
            const int ShortestLong = 64;
            if (Value is not { } value || Math.Min(value.Rows, value.Columns) > 1 || value.Elements.Length < ShortestLong)
            {
                return Value;
            }

            int side = (int)Math.Round(Math.Sqrt(value.Elements.Length));
            return side * side == value.Elements.Length ? Matrix.From(side, side, (i, j) => value.Elements[(i * side) + j]) : value;
        }
    }

    /// <summary>About a name of a document; null where it has none of this name.</summary>
    public static SymbolReport? Of(DerivationDocument document, SymbolValues values, string name) => document.MeaningOf(name) is Expr meaning
        ? new(name, WordsFor(meaning), $"{meaning.Shape}", values[name], [.. document.Defining(name).Select(line => line.Number)], [.. document.Using(name).Select(line => line.Number)])
        : null;

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
