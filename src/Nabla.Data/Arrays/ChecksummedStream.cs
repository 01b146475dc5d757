namespace Nabla.Data.Arrays;

/// <summary>The content of a zip entry, whose checksum is compared when its end is reached.</summary>
internal sealed class ChecksummedStream(Stream inner, uint expected, string file) : Stream
{
    private Crc32 crc = Crc32.Empty;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        crc = crc.With(buffer[..read]);
        return read > 0 || buffer.IsEmpty || crc.Value == expected
            ? read
            : throw new InvalidDataException($"{file}: the zip archive says checksum 0x{expected:x8}, but the data has 0x{crc.Value:x8}");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

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
