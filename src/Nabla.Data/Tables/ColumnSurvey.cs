namespace Nabla.Data.Tables;

/// <summary>What a column of a table holds.</summary>
internal enum ColumnKind
{
    Empty,
    Numbers,
    Dates,
    Categories,
    NumbersWithASlip,
}

/// <summary>What the fields of a column are, counted in one pass.</summary>
internal sealed class ColumnSurvey
{
    // So many different whole numbers are classes where nobody says what they are.
    public const int MostNumberClasses = 20;

    /// <summary>More numbers than these are different ones only where each is larger than the one before.</summary>
    private const int MostIdentifiers = 100_000;

    private HashSet<double>? whole;
    private HashSet<double>? identifiers;
    private double last = double.NegativeInfinity;
    private bool isRising = true;
    private long commas;

    /// <summary>A column.</summary>
    /// <param name="mayBeTarget">Whether its different whole numbers are kept, as far as they are few.</param>
    /// <param name="name">What it is called: of one that is called as identifiers are it is found out whether all numbers are different ones.</param>
    public ColumnSurvey(bool mayBeTarget, string name = "") => (whole, identifiers) = (mayBeTarget ? [] : null, IsIdentifier(name) ? [] : null);

    public long Numbers { get; private set; }

    public long Missing { get; private set; }

    public long Dates { get; private set; }

    public long Texts { get; private set; }

    /// <summary>Whether all texts are numbers with a decimal comma, which are no numbers here.</summary>
    public bool HasDecimalCommas => Texts > 0 && Dates == 0 && commas == Texts;

    /// <summary>The first field that is neither a number nor missing, and its line.</summary>
    public (string Text, long Line)? FirstOther { get; private set; }

    /// <summary>The line of the first infinite number.</summary>
    public long? FirstInfinity { get; private set; }

    /// <summary>How many different numbers there are, where all are whole and these are few.</summary>
    public int? WholeNumbers => whole?.Count;

    /// <summary>Whether it is called as identifiers are and has another whole number in every row.</summary>
    public bool HoldsIdentifiers => identifiers is not null && Texts + Dates == 0;

    public ColumnKind Kind
    {
        get
        {
            const int FewRows = 20;
            long others = Dates + Texts;
            return Numbers + others == 0 ? ColumnKind.Empty
                : others == 0 ? ColumnKind.Numbers
                : Texts == 0 && Numbers == 0 ? ColumnKind.Dates
                : Numbers + others >= FewRows && Numbers >= 9 * others ? ColumnKind.NumbersWithASlip
                : ColumnKind.Categories;
        }
    }

    public void Add(ReadOnlySpan<char> field, long line)
    {
        CellKind kind = Cell.KindOf(field, out double number);
        if (kind == CellKind.Missing)
        {
            Missing++;
        }
        else if (kind == CellKind.Number)
        {
            Numbers++;
            FirstInfinity ??= double.IsInfinity(number) ? line : null;
            if (whole is not null && (number != Math.Floor(number) || (whole.Add(number) && whole.Count > MostNumberClasses)))
            {
                whole = null;
            }

            LookForIdentifier(number);
        }
        else
        {
            FirstOther ??= (TableFile.Shown(field), line);
            Dates += kind == CellKind.Date ? 1 : 0;
            Texts += kind == CellKind.Text ? 1 : 0;
            commas += kind == CellKind.Text && IsDecimalComma(field) ? 1 : 0;
        }
    }

    /// <summary>Whether a column is called as identifiers or numbers of rows are: id, PassengerId, customer_id, index.</summary>
    private static bool IsIdentifier(string name)
    {
        string[] words = ["id", "index", "idx", "rowid", "Unnamed: 0"];
        return words.Contains(name, StringComparer.OrdinalIgnoreCase)
            || (name.Length > 2 && name.EndsWith("id", StringComparison.OrdinalIgnoreCase)
                && (!char.IsLetter(name[^3]) || (name[^2] == 'I' && char.IsLower(name[^3]))));
    }

    private void LookForIdentifier(double number)
    {
        if (identifiers is null)
        {
            return;
        }

        isRising &= number > last;
        last = number;
        bool isNew = Numbers <= MostIdentifiers && identifiers.Add(number);
        if (number != Math.Floor(number) || !(isRising || isNew))
        {
            identifiers = null;
        }
    }

    private static bool IsDecimalComma(ReadOnlySpan<char> field)
    {
        ReadOnlySpan<char> digits = field.TrimStart("+-");
        int comma = digits.IndexOf(',');
        return comma > 0 && comma < digits.Length - 1 && !digits[..comma].ContainsAnyExceptInRange('0', '9') && !digits[(comma + 1)..].ContainsAnyExceptInRange('0', '9');
    }
}

/// <summary>The different texts of a column with their counts, as far as they are few and short.</summary>
internal sealed class LevelSurvey(int most)
{
    private const int LongestLevel = 1000;

    private readonly Dictionary<string, long> counts = new(StringComparer.Ordinal);

    /// <summary>Whether there are more than can be told apart, or one is too long to be a name.</summary>
    public bool TooMany { get; private set; }

    /// <summary>The levels and their counts: whole numbers in their order, texts in that of their characters.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Levels => counts.Keys.All(level => Cell.TryNumber(level, out _))
        ? [.. counts.OrderBy(pair => Cell.TryNumber(pair.Key, out double number) ? number : 0).ThenBy(pair => pair.Key, StringComparer.Ordinal)]
        : [.. counts.OrderBy(pair => pair.Key, StringComparer.Ordinal)];

    /// <summary>Counts a field; gives whether it was a new level.</summary>
    public bool Add(ReadOnlySpan<char> level)
    {
        if (TooMany || level.Length > LongestLevel)
        {
            TooMany = true;
            counts.Clear();
            return false;
        }

        ref long count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
            counts.GetAlternateLookup<ReadOnlySpan<char>>(), level, out bool known);
        count++;
        if (counts.Count > most)
        {
            TooMany = true;
            counts.Clear();
        }

        return !known;
    }
}
