using System.Text;

namespace Nabla.Data.Tables;

/// <summary>
/// The text of a file: UTF-8, or UTF-16 where a byte order mark says so. Bytes that are no text in it are refused with their line, and so is a NUL
/// character, which no table has and every binary file soon has.
/// </summary>
internal sealed class DecodedText : TextReader
{
    private const int BlockLength = 1 << 14;

    private readonly TableBytes source;
    private readonly byte[] bytes = new byte[BlockLength];
    private readonly char[] block = new char[BlockLength + 2];
    private readonly Encoding encoding;
    private readonly Decoder decoder;
    private int held;
    private int position;
    private int end;
    private long lines = 1;
    private bool finished;

    /// <summary>Reads the byte order mark, where there is one.</summary>
    public DecodedText(TableBytes source)
    {
        this.source = source;
        while (held < 3 && source.Read(bytes.AsSpan(held, 3 - held)) is > 0 and int read)
        {
            held += read;
        }

        ReadOnlySpan<byte> mark = bytes.AsSpan(0, held);
        (encoding, int length) =
            mark.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? (new UTF8Encoding(false, throwOnInvalidBytes: true), 3)
            : mark.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? (new UnicodeEncoding(bigEndian: false, false, throwOnInvalidBytes: true), 2)
            : mark.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? (new UnicodeEncoding(bigEndian: true, false, throwOnInvalidBytes: true), 2)
            : ((Encoding)new UTF8Encoding(false, throwOnInvalidBytes: true), 0);
        decoder = encoding.GetDecoder();
        mark[length..].ToArray().CopyTo(bytes, 0);
        held -= length;
    }

    /// <summary>How many more characters may be read: the reader of rows takes in a whole row, and so must not be given one of any length.</summary>
    public long Allowance { get; set; } = long.MaxValue;

    /// <inheritdoc/>
    public override int Peek() => position < end || Fill() ? block[position] : -1;

    /// <inheritdoc/>
    public override int Read() => position < end || Fill() ? block[position++] : -1;

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">More is read than is allowed.</exception>
    public override int Read(Span<char> buffer)
    {
        if (Allowance <= 0)
        {
            throw new NotSupportedException("more was read than a row may have");
        }

        if (position == end && !Fill())
        {
            return 0;
        }

        int count = Math.Min(buffer.Length, end - position);
        block.AsSpan(position, count).CopyTo(buffer);
        position += count;
        Allowance -= count;
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool Fill()
    {
        (position, end) = (0, 0);
        while (end == 0 && !finished)
        {
            int read = source.Read(bytes.AsSpan(held));
            finished = read == 0;
            ReadOnlySpan<byte> next = bytes.AsSpan(0, held + read);
            held = 0;
            try
            {
                end = decoder.GetChars(next, block, flush: finished);
            }
            catch (DecoderFallbackException e)
            {
                // The index counts from these bytes; it is negative where the fault began with the ones before.
                int good = Math.Clamp(e.Index, 0, next.Length);
                string unknown = string.Join(' ', (e.BytesUnknown ?? []).Select(b => $"{b:x2}"));
                throw Wrong(LineAfter(Printable(next[..good])), unknown.Length == 0 ? "the file ends within a character" : $"the bytes {unknown} are no text in {Name}");
            }

            int nul = block.AsSpan(0, end).IndexOf('\0');
            if (nul >= 0)
            {
                throw Wrong(LineAfter(block.AsSpan(0, nul)), "a NUL character, which no text has; this is another kind of file");
            }

            lines = LineAfter(block.AsSpan(0, end));
        }

        return end > 0;
    }

    private string Name => encoding is UTF8Encoding ? "UTF-8; save the table as UTF-8" : "UTF-16; save the table as UTF-8";

    private ReadOnlySpan<char> Printable(ReadOnlySpan<byte> good) => Encoding.GetEncoding(
        encoding.CodePage, EncoderFallback.ReplacementFallback, DecoderFallback.ReplacementFallback).GetString(good);

    private long LineAfter(ReadOnlySpan<char> text) => lines + text.Count('\n');

    private InvalidDataException Wrong(long line, string what) => new($"{source.FileName}, line {line}: {what}");
}
