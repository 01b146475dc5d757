using Nabla.Data;

namespace Nabla.Onnx;

/// <summary>
/// The bytes of a file from where it stands, in which the numbers of tensors stand under a field that no message has: who parses them passes over these numbers. Only their tags are other bytes
/// than in the file.
/// </summary>
/// <param name="inner">The file.</param>
/// <param name="tags">The places of the tags, of one byte each, in their order.</param>
internal sealed class MaskedStream(Stream inner, IReadOnlyList<long> tags) : ForwardStream
{
    /// <summary>Field 15 of a tensor, with a length: the format has none of this number.</summary>
    private const byte UnknownTag = (15 << 3) | 2;

    private int next;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        long start = inner.Position;
        int read = inner.Read(buffer);
        for (; next < tags.Count && tags[next] < start + read; next++)
        {
            buffer[(int)(tags[next] - start)] = UnknownTag;
        }

        return read;
    }
}
