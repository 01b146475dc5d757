using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Nabla.Onnx.Schema;

namespace Nabla.Onnx;

/// <summary>What a file says, without the numbers of its tensors, which are read when they are asked for into their place in a model: they are never all in memory beside that.</summary>
/// <param name="Model">The messages.</param>
/// <param name="Bytes">How many bytes the file has.</param>
/// <param name="Payloads">Where the numbers of each tensor lie; a few are in the messages themselves.</param>
internal sealed record FileContent(ModelProto Model, long Bytes, IReadOnlyDictionary<TensorProto, Payload> Payloads)
{
    /// <summary>Where the numbers of a tensor lie; null where they are in its message.</summary>
    public Payload? PayloadOf(TensorProto tensor) => Payloads.GetValueOrDefault(tensor);
}

/// <summary>Where the numbers of a tensor lie in a file, little-endian.</summary>
/// <param name="stream">The file, which can seek.</param>
/// <param name="start">The place of the first byte.</param>
/// <param name="length">How many bytes they are.</param>
internal sealed class Payload(Stream stream, long start, int length)
{
    /// <summary>How many bytes they are.</summary>
    public int Length => length;

    /// <summary>Reads numbers, from the one of this number on.</summary>
    public void Read(int first, Span<float> values)
    {
        ReadBytes((long)first * sizeof(float), MemoryMarshal.AsBytes(values));
        if (!BitConverter.IsLittleEndian)
        {
            Span<int> bits = MemoryMarshal.Cast<float, int>(values);
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }
    }

    /// <summary>Whether the bytes are these.</summary>
    public bool Holds(ReadOnlySpan<byte> expected)
    {
        byte[] given = new byte[length == expected.Length ? length : 0];
        ReadBytes(0, given);
        return expected.SequenceEqual(given);
    }

    private void ReadBytes(long offset, Span<byte> bytes)
    {
        stream.Position = start + offset;
        stream.ReadExactly(bytes);
    }
}
