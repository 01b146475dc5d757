namespace Nabla.Data.Arrays;

/// <summary>A file in a zip archive, whose checksum is compared at its end.</summary>
internal sealed class ChecksummedStream(Stream inner, uint expected, string file) : ForwardStream
{
    private Crc32 crc = Crc32.Empty;

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        crc = crc.With(buffer[..read]);
        return read > 0 || buffer.IsEmpty || crc.Value == expected
            ? read
            : throw new InvalidDataException($"{file}: the zip archive says checksum 0x{expected:x8}, but the data has 0x{crc.Value:x8}");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
