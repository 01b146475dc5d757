namespace Nabla.Data.Tables;

/// <summary>A file of delimited rows: what separates the fields, and what the columns are called.</summary>
internal sealed class CsvFile : TableFile
{
    private static readonly char[] delimiters = [',', '\t', ';', '|'];

    private readonly bool hasHeader;

    /// <summary>Reads the first row.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">Whether the first row names the columns; null finds it.</param>
    /// <exception cref="InvalidDataException">It is no table.</exception>
    public CsvFile(string path, bool? header)
        : base(path)
    {
        Delimiter = DelimiterOf(path);
        using CsvRows rows = new(path, Delimiter);
        if (!rows.Read())
        {
            throw new InvalidDataException($"{FileName}: the file is empty, but a table has at least a row");
        }

        if (rows.Count > MostColumns)
        {
            throw rows.Wrong($"the row has {rows.Count:N0} fields, but a table has at most {MostColumns:N0} columns");
        }

        string[] first = new string[rows.Count];
        for (int i = 0; i < first.Length; i++)
        {
            first[i] = $"{rows[i]}";
        }

        bool numbers = first.All(field => Cell.KindOf(field, out _) is CellKind.Number or CellKind.Missing);
        hasHeader = header ?? !numbers;
        if (!hasHeader && header is null)
        {
            Notes = [$"{FileName}: the first row holds numbers and no names; the columns are called column1 to column{first.Length}"];
        }

        SetNames([.. first.Select((field, i) => hasHeader && field.Length > 0 ? field : $"column{i + 1}")], sentence => rows.Wrong(sentence));
    }

    /// <inheritdoc/>
    public override string RowWord => "line";

    private char Delimiter { get; }

    /// <inheritdoc/>
    public override IEnumerable<TableRow> Rows(CancellationToken cancellationToken)
    {
        const int RowsBetweenLooks = 1024;
        using CsvRows rows = new(Path, Delimiter);
        if (hasHeader)
        {
            rows.Read();
        }

        for (int i = 1; rows.Read(); i++)
        {
            if (rows.Count != Names.Length)
            {
                throw rows.Wrong($"the row has {Count(rows.Count, "field")}, but there {(Names.Length == 1 ? "is" : "are")} {Count(Names.Length, "column")}");
            }

            if (i % RowsBetweenLooks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            yield return rows;
        }
    }

    private static string Count(int n, string what) => n == 1 ? $"1 {what}" : $"{n:N0} {what}s";

    /// <summary>A tab in a file that is called so; else what the first line has most of, and a comma where it has none.</summary>
    private static char DelimiterOf(string path)
    {
        if (path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tsv.gz", StringComparison.OrdinalIgnoreCase))
        {
            return '\t';
        }

        int[] counts = new int[delimiters.Length];
        bool quoted = false;
        bool empty = true;
        using TableBytes bytes = new(path);
        using DecodedText text = new(bytes);
        for (int read = 0; read < CsvRows.LongestRow && text.Read() is >= 0 and int c; read++)
        {
            quoted ^= c == '"';
            empty &= char.IsWhiteSpace((char)c);
            if (!quoted && !empty && c is '\r' or '\n')
            {
                break;
            }

            if (!quoted && Array.IndexOf(delimiters, (char)c) is >= 0 and int which)
            {
                counts[which]++;
            }
        }

        return delimiters[Array.IndexOf(counts, counts.Max())];
    }
}
