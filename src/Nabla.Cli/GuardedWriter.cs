using System.Text;

namespace Nabla.Cli;

/// <summary>The results could not be written to stdout.</summary>
internal sealed class OutputException(IOException cause)
    : IOException($"the results cannot be written to the standard output: {cause.Message.TrimEnd('.')}", cause);

/// <summary>A stream of the process whose failures have a meaning of their own: that of a disk that is full, say.</summary>
internal sealed class GuardedWriter(TextWriter inner, Action<IOException> failed) : TextWriter(inner.FormatProvider)
{
    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write(value + NewLine);

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (IOException e)
        {
            failed(e);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        try
        {
            inner.Flush();
        }
        catch (IOException e)
        {
            failed(e);
        }
    }
}
