using System.Collections.Immutable;
using Nabla.Calculus;

namespace Nabla.Data.Tables;

/// <summary>A file that holds a table: what its columns are called, and its rows.</summary>
internal abstract class TableFile
{
    /// <summary>The most columns that a table has.</summary>
    public const int MostColumns = 1 << 16;

    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);

    private protected TableFile(string path) => (Path, FileName) = (path, System.IO.Path.GetFileName(path));

    /// <summary>The path.</summary>
    public string Path { get; }

    /// <summary>The file's name, for messages.</summary>
    public string FileName { get; }

    /// <summary>What the place of a row is called in messages.</summary>
    public abstract string RowWord { get; }

    /// <summary>The columns' names.</summary>
    public ImmutableArray<string> Names { get; private set; } = [];

    /// <summary>Columns of texts, which are categories although they may look like numbers.</summary>
    public virtual IEnumerable<int> Texts => [];

    /// <summary>Sentences that a user should read.</summary>
    public ImmutableArray<string> Notes { get; private protected set; } = [];

    /// <summary>The place of a column.</summary>
    /// <exception cref="InvalidDataException">There is no column of this name.</exception>
    public int Find(string name) => places.TryGetValue(name, out int place)
        ? place
        : throw new InvalidDataException(
            $"{FileName}: there is no column '{Shown(name)}'; {(Suggestion.Nearest(name, Names) is string near ? $"did you mean '{Shown(near)}'? " : "")}the file has {string.Join(", ", Names.Take(30).Select(known => $"{Shown(known)}"))}{(Names.Length > 30 ? ", …" : "")}");

    /// <summary>The place of a column; −1 where there is none.</summary>
    public int PlaceOf(string name) => places.GetValueOrDefault(name, -1);

    /// <summary>The rows, each with a field for each name.</summary>
    public abstract IEnumerable<TableRow> Rows(CancellationToken cancellationToken);

    /// <summary>A text of a file in a message: not too long, and on one line.</summary>
    public static string Shown(ReadOnlySpan<char> text)
    {
        const int Longest = 40;
        string line = $"{text[..Math.Min(text.Length, Longest)]}".ReplaceLineEndings(" ");
        return text.Length > Longest ? line + "…" : line;
    }

    /// <summary>Tells what the columns are called.</summary>
    /// <exception cref="InvalidDataException">Two have one name; <paramref name="wrong"/> makes the sentence one of the place.</exception>
    private protected void SetNames(ImmutableArray<string> names, Func<string, InvalidDataException> wrong)
    {
        Names = names;
        for (int i = 0; i < Names.Length; i++)
        {
            if (!places.TryAdd(Names[i], i))
            {
                throw wrong($"the columns {places[Names[i]] + 1} and {i + 1} are both named '{Shown(Names[i])}'; each column needs a name of its own");
            }
        }
    }
}
