namespace Nabla.Data.Tables;

/// <summary>Counts the rows whose category is none of those that a model knows, for each column, and keeps the first few by name: bounded memory for a file of any length.</summary>
internal sealed class UnseenLevels
{
    private const int MostShown = 3;
    private const int MostOfAColumn = 1000;
    private const int MostTogether = 100_000;

    private readonly SortedDictionary<int, Column> columns = [];
    private int together;

    /// <summary>How many rows there were.</summary>
    public long Rows { get; set; }

    /// <summary>Counts a row.</summary>
    /// <param name="place">The place of the column among those that are used.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="text">The category. It is told from others as far as it is shown, so that an enormous one takes no memory.</param>
    public void Add(int place, string name, ReadOnlySpan<char> text)
    {
        if (!columns.TryGetValue(place, out Column? column))
        {
            columns.Add(place, column = new(name));
        }

        column.Rows++;
        string shown = TableFile.Shown(text);
        if (column.Texts.Contains(shown))
        {
            return;
        }

        if (column.Texts.Count < MostOfAColumn && (together < MostTogether || column.First.Count < MostShown))
        {
            column.Texts.Add(shown);
            together++;
            if (column.First.Count < MostShown)
            {
                column.First.Add(shown);
            }
        }
        else
        {
            column.HasMore = true;
        }
    }

    /// <summary>A sentence for each column that has any, in the order of the columns.</summary>
    public IEnumerable<string> Notes => columns.Values.Select(NoteOf);

    private string NoteOf(Column column)
    {
        string names = string.Join(", ", column.First.Select(text => $"'{text}'"));
        int others = column.Texts.Count - column.First.Count;
        string more = column.HasMore ? $" and more than {others:N0} others" : others == 0 ? "" : others == 1 ? " and 1 other" : $" and {others:N0} others";
        return $"column '{TableFile.Shown(column.Name)}': {column.Rows:N0} of {Rows:N0} {(Rows == 1 ? "row" : "rows")} {(column.Rows == 1 ? "has" : "have")} a category that the model never saw: "
            + $"{names}{more}; all inputs of the column are 0 there";
    }

    private sealed class Column(string name)
    {
        public string Name => name;

        public long Rows { get; set; }

        public HashSet<string> Texts { get; } = new(StringComparer.Ordinal);

        public List<string> First { get; } = [];

        public bool HasMore { get; set; }
    }
}
