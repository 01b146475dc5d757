using System.Buffers.Binary;
using System.Text;
using Nabla.Models;

namespace Nabla.Tests.Models;

/// <summary>Files assembled by hand, as the format's description says, without the code under test.</summary>
internal static class SafetensorsBytes
{
    public const string Name = "model.safetensors";

    public static byte[] Assemble(string header, params ReadOnlySpan<byte> data) => Assemble(Encoding.UTF8.GetBytes(header), data);

    public static byte[] Assemble(ReadOnlySpan<byte> header, params ReadOnlySpan<byte> data)
    {
        byte[] file = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)header.Length);
        header.CopyTo(file.AsSpan(8));
        data.CopyTo(file.AsSpan(8 + header.Length));
        return file;
    }

    public static byte[] Zeros(string header, int dataLength) => Assemble(header, new byte[dataLength]);

    public static SafetensorsFile Read(byte[] bytes)
    {
        using MemoryStream stream = new(bytes, writable: false);
        return Safetensors.Read(stream, Name);
    }

    public static byte[] Write(IReadOnlyList<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using MemoryStream stream = new();
        Safetensors.Write(stream, tensors, metadata);
        return stream.ToArray();
    }
}
