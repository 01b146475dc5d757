using System.Globalization;
using System.Text.RegularExpressions;
using Nabla.Calculus;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Verification;

namespace Nabla.Cli.Derive;

/// <summary>Numbers of a person's own for a worked example, such as <c>W1 = [1 2; 3 4], eta = 0.5</c>: rows between semicolons, as in Octave.</summary>
internal sealed partial class GivenValues
{
    private readonly Dictionary<string, Matrix> values = new(StringComparer.Ordinal);

    /// <summary>Nothing is given.</summary>
    public static GivenValues None { get; } = new();

    /// <summary>Reads what stands on the command line.</summary>
    /// <exception cref="ArgumentException">The text is not of this form; the message says where.</exception>
    public static GivenValues Read(string text)
    {
        GivenValues given = new();
        int at = 0;
        while (at < text.Length)
        {
            Match entry = Entry().Match(text, at);
            if (!entry.Success)
            {
                throw new ArgumentException($"--set: '{Shortened(text[at..])}' is not NAME = NUMBER or NAME = [ROW; ROW], such as \"W1 = [1 2; 3 4], eta = 0.5\"");
            }

            string name = entry.Groups["name"].Value;
            if (!given.values.TryAdd(name, Value(name, entry.Groups["value"].Value)))
            {
                throw new ArgumentException($"--set: {name} is given twice");
            }

            at += entry.Length;
        }

        return given;
    }

    /// <summary>The values of symbols, by the name that is printed or by that of <c>--format ascii</c>.</summary>
    /// <exception cref="ArgumentException">A name is none of them, or a value has another shape.</exception>
    public IReadOnlyDictionary<Symbol, Matrix> For(IReadOnlyList<Symbol> symbols)
    {
        Dictionary<Symbol, Matrix> found = [];
        foreach ((string name, Matrix value) in values)
        {
            Symbol symbol = symbols.FirstOrDefault(symbol => AsciiNotation.NameOf(symbol.Name) == name || symbol.Name.ToString() == name)
                ?? throw new ArgumentException($"--set: there is no {name} here; there are {string.Join(", ", symbols.Select(symbol => AsciiNotation.NameOf(symbol.Name)))}");

            // Between brackets a vector may be written as a row.
            Matrix turned = value.Rows == 1 && value.Columns > 1 && symbol.Shape.IsColumn ? Matrix.From(value.Columns, 1, (i, _) => value[0, i]) : value;
            if (symbol.IsSymmetric && (turned.Rows != turned.Columns || Enumerable.Range(0, turned.Rows).Any(i => Enumerable.Range(0, i).Any(j => turned[i, j] != turned[j, i]))))
            {
                throw new ArgumentException($"--set: {name} is declared symmetric, but what is given is not");
            }

            found[symbol] = turned;
        }

        return found;
    }

    /// <summary>The sizes that values give the dimensions of their symbols.</summary>
    /// <exception cref="ArgumentException">A value does not fit its symbol, or two of them disagree.</exception>
    public static IReadOnlyDictionary<Dim, int> Sizes(IReadOnlyDictionary<Symbol, Matrix> values)
    {
        Dictionary<Dim, (int Size, Symbol By)> sizes = [];
        foreach ((Symbol symbol, Matrix value) in values)
        {
            string Is() => $"--set: {symbol.Name} is {symbol.Shape}, but what is given is {value.Rows}×{value.Columns}";
            foreach ((Dim dim, int size) in new[] { (symbol.Shape.Rows, value.Rows), (symbol.Shape.Columns, value.Columns) })
            {
                if (dim.Value is int known && known != size)
                {
                    throw new ArgumentException(Is());
                }

                if (dim.Value is null && sizes.TryGetValue(dim, out (int Size, Symbol By) other) && other.Size != size)
                {
                    throw new ArgumentException($"{Is()}, and {other.By.Name} says {dim} = {other.Size}");
                }

                sizes[dim] = (size, symbol);
            }
        }

        return sizes.Where(pair => pair.Key.Value is null).ToDictionary(pair => pair.Key, pair => pair.Value.Size);
    }

    private static Matrix Value(string name, string text)
    {
        string[][] rows = [.. text.Trim('[', ']').Split(';').Select(row => row.Split([' ', ',', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)).Where(row => row.Length > 0)];
        if (rows.Length == 0 || rows.Any(row => row.Length != rows[0].Length))
        {
            throw new ArgumentException(rows.Length == 0 ? $"--set: {name} has no elements" : $"--set: the rows of {name} have {string.Join(", ", rows.Select(row => row.Length))} elements");
        }

        double Number(string element) => double.TryParse(element, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : throw new ArgumentException($"--set: '{Shortened(element)}' in {name} is no number");
        double[][] numbers = [.. rows.Select(row => row.Select(Number).ToArray())];
        return Matrix.From(numbers.Length, numbers[0].Length, (i, j) => numbers[i][j]);
    }

    private static string Shortened(string text) => text.Length > 40 ? text[..40] + "…" : text;

    [GeneratedRegex(@"\G[\s,;]*(?<name>[^\s=\[\],;]+)\s*=\s*(?<value>\[[^\[\]]*\]|[^\s=\[\],;]+)[\s,;]*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Entry();
}
