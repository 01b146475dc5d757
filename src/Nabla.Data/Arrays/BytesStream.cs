using Nabla.Data.Tables;

namespace Nabla.Data.Arrays;

/// <summary>The bytes of a file, uncompressed where it is compressed.</summary>
internal sealed class BytesStream(TableBytes bytes) : ForwardStream
{
    public override int Read(Span<byte> buffer) => buffer.IsEmpty ? 0 : bytes.Read(buffer);
}
