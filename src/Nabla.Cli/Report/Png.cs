using System.Buffers.Binary;
using System.IO.Compression;
using Nabla.Data;

namespace Nabla.Cli.Report;

/// <summary>Pictures inside a page: PNG, 8 bits for each of red, green and blue (W3C, "Portable Network Graphics Specification").</summary>
internal static class Png
{
    private static readonly byte[] signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>A picture as the address of an image: its bytes themselves.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="pixels">Red, green and blue of each pixel, row after row.</param>
    public static string DataAddress(int width, ReadOnlySpan<byte> pixels) => $"data:image/png;base64,{Convert.ToBase64String(Encode(width, pixels))}";

    /// <summary>The bytes of a file.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="pixels">Red, green and blue of each pixel, row after row.</param>
    public static byte[] Encode(int width, ReadOnlySpan<byte> pixels)
    {
        int height = pixels.Length / (3 * width);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int row = 0; row < height; row++)
            {
                zlib.WriteByte(0);
                zlib.Write(pixels.Slice(row * 3 * width, 3 * width));
            }
        }

        using MemoryStream file = new();
        file.Write(signature);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, packed.ToArray());
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(type);
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Empty.With(type).With(content).Value);
        file.Write(number);
    }
}
