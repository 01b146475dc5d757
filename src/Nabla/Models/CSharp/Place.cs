namespace Nabla.Models.CSharp;

/// <summary>Where the elements of a matrix are in the file that is written.</summary>
/// <param name="Name">The name of the array, or of the number where it is one.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Columns">How many columns.</param>
internal sealed record Place(string Name, string Rows, string Columns)
{
    /// <summary>Whether a row is contiguous, as those of weights are; else a column is, which is a sample.</summary>
    public bool IsByRows { get; init; }

    /// <summary>Whether it is a number instead of an array.</summary>
    public bool IsNumber { get; init; }

    /// <summary>An element.</summary>
    public Code At(string i, string j) => Code.Atom(IsNumber ? Name : $"{Name}[{Index(i, j)}]");

    private string Index(string i, string j) => IsByRows ? Index(i, Columns, j) : Index(j, Rows, i);

    private static string Index(string outer, string length, string inner) =>
        outer == "0" ? inner : length == "1" ? outer : inner == "0" ? $"{outer} * {length}" : $"{outer} * {length} + {inner}";
}
