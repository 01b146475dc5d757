namespace Nabla.Data.Parquet;

/// <summary>A file that is read up to a limit. The library goes on for ever where a file ends in the middle of a number, so reading beyond is an error here.</summary>
internal sealed class LimitedStream(FileStream inner) : Stream
{
    /// <summary>Behind the last byte that may be read.</summary>
    public long Limit { get; set; } = inner.Length;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => inner.Position < Limit
        ? inner.Read(buffer[..(int)Math.Min(buffer.Length, Limit - inner.Position)])
        : buffer.IsEmpty ? 0 : throw new EndOfStreamException("a column is shorter than it says");

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 1 ? one[0] : throw new EndOfStreamException("a column is shorter than it says");
    }

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
