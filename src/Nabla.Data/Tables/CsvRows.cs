using nietras.SeparatedValues;

namespace Nabla.Data.Tables;

/// <summary>The rows of a text of delimited fields (RFC 4180), one after the other in constant memory. Empty lines are passed over.</summary>
internal sealed class CsvRows : TableRow, IDisposable
{
    /// <summary>The longest row, in characters.</summary>
    public const int LongestRow = 1 << 22;

    private readonly TableBytes source;
    private readonly DecodedText text;
    private readonly SepReader reader;
    private long next = 1;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">Its first row cannot be read.</exception>
    public CsvRows(string path, char delimiter)
    {
        source = new(path);
        try
        {
            text = new(source) { Allowance = LongestRow };
            reader = Guard(() => Sep.New(delimiter).Reader(options => options with { HasHeader = false, DisableColCountCheck = true }).From(text));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>The file's name, for messages.</summary>
    private string FileName => source.FileName;

    /// <summary>How many fields the row has.</summary>
    public int Count { get; private set; }

    /// <summary>A field of the row, without its quotes and the spaces around it.</summary>
    /// <exception cref="InvalidDataException">Its quotes are wrong.</exception>
    public override ReadOnlySpan<char> this[int field]
    {
        get
        {
            ReadOnlySpan<char> raw = reader.Current[field].Span.Trim();
            return raw.Contains('"') ? Unquoted(raw) : raw;
        }
    }

    /// <summary>Goes to the next row.</summary>
    /// <exception cref="InvalidDataException">The text cannot be read; the message says on which line.</exception>
    public bool Read()
    {
        while (Guard(MoveNext))
        {
            SepReader.Row row = reader.Current;
            (Line, next, Count) = (next, row.LineNumberToExcl, row.ColCount);
            if (row.Span.Length > LongestRow)
            {
                throw TooLong(null);
            }

            if (Count > 1 || !row.Span.IsWhiteSpace())
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override InvalidDataException Wrong(string sentence, Exception? cause = null) => new($"{FileName}, line {Line}: {sentence}", cause);

    /// <inheritdoc/>
    public void Dispose()
    {
        reader.Dispose();
        text.Dispose();
        source.Dispose();
    }

    /// <summary>The text of a field in quotes, whose own quotes are doubled.</summary>
    private ReadOnlySpan<char> Unquoted(ReadOnlySpan<char> raw)
    {
        ReadOnlySpan<char> inner = raw is ['"', .. var between, '"'] ? between : throw WrongQuotes();
        if (!inner.Contains('"'))
        {
            return inner.Trim();
        }

        char[] single = new char[inner.Length];
        int length = 0;
        for (int i = 0; i < inner.Length; i++)
        {
            single[length++] = inner[i];
            if (inner[i] == '"' && (++i == inner.Length || inner[i] != '"'))
            {
                throw WrongQuotes();
            }
        }

        return single.AsSpan(0, length).Trim();
    }

    private InvalidDataException WrongQuotes() =>
        Wrong("the quotes are wrong; a field with quotes is written as \"a \"\"quoted\"\" word\", and nothing but a delimiter follows it");

    private InvalidDataException TooLong(Exception? cause) =>
        Wrong($"the row is longer than {LongestRow:N0} characters; a quote that is never closed or another kind of file may be the cause", cause);

    private bool MoveNext()
    {
        text.Allowance = LongestRow;
        return reader.MoveNext();
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (NotSupportedException e)
        {
            // There was more to read for this row than is allowed.
            Line = next;
            throw TooLong(e);
        }
    }
}
