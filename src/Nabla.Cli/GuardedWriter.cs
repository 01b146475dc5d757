using System.Text;

namespace Nabla.Cli;

/// <summary>What a command exists to write could not be written: the results to stdout, or the model.</summary>
internal sealed class OutputException(string what, Exception cause) : IOException($"{what}: {cause.Message.TrimEnd('.')}", cause)
{
    /// <summary>Whether an exception says that writing failed; a stream that was closed before the start is one that may not be written.</summary>
    public static bool IsCause(Exception e) => e is IOException or UnauthorizedAccessException;
}

/// <summary>A stream of the process whose failures have a meaning of their own: that of a disk that is full, say.</summary>
internal sealed class GuardedWriter(TextWriter inner, Action<Exception> failed) : TextWriter(inner.FormatProvider)
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
        catch (Exception e) when (OutputException.IsCause(e))
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
        catch (Exception e) when (OutputException.IsCause(e))
        {
            failed(e);
        }
    }
}
