using Sylvan.Data.Csv;

namespace Nabla.Data.Tables;

/// <summary>The rows of a text of delimited fields (RFC 4180), one after the other in constant memory. Empty lines are passed over.</summary>
internal sealed class CsvRows : IDisposable
{
    /// <summary>The longest row, in characters.</summary>
    public const int LongestRow = 1 << 22;

    private readonly TableBytes source;
    private readonly DecodedText text;
    private readonly CsvDataReader reader;
    private long next = 1;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">Its first row cannot be read.</exception>
    public CsvRows(string path, char delimiter)
    {
        source = new(path);
        try
        {
            text = new(source);
            reader = Guard(() => CsvDataReader.Create(text, new()
            {
                HasHeaders = false,
                Delimiter = delimiter,
                BufferSize = 1 << 16,
                MaxBufferSize = LongestRow,

                // No row begins with it: such a text is refused before. Else rows that begin with # would be taken for comments.
                Comment = '\0',
            }));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>The file's name, for messages.</summary>
    public string FileName => source.FileName;

    /// <summary>The line on which the row begins, counted from 1.</summary>
    public long Line { get; private set; }

    /// <summary>How many fields the row has.</summary>
    public int Count => reader.RowFieldCount;

    /// <summary>A field of the row, without its quotes and the spaces around it.</summary>
    public ReadOnlySpan<char> this[int field] => reader.GetFieldSpan(field).Trim();

    /// <summary>Goes to the next row.</summary>
    /// <exception cref="InvalidDataException">The text cannot be read; the message says on which line.</exception>
    public bool Read()
    {
        while (Guard(reader.Read))
        {
            Line = next++;
            for (int i = 0; i < reader.RowFieldCount; i++)
            {
                next += reader.GetFieldSpan(i).Count('\n');
            }

            if (reader.RowFieldCount > 1 || !this[0].IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A sentence with the file and the line.</summary>
    public InvalidDataException Wrong(string sentence) => new($"{FileName}, line {Line}: {sentence}");

    /// <inheritdoc/>
    public void Dispose()
    {
        reader.Dispose();
        text.Dispose();
        source.Dispose();
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CsvRecordTooLargeException e)
        {
            throw new InvalidDataException(
                $"{FileName}, line {next}: the row is longer than {LongestRow:N0} characters; a quote that is never closed or another kind of file may be the cause", e);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException(
                $"{FileName}, line {next}: the quotes are wrong; a field with quotes is written as \"a \"\"quoted\"\" word\", and nothing but a delimiter follows it", e);
        }
    }
}
