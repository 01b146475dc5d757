using System.Buffers.Binary;
using System.IO.Compression;

namespace Nabla.Tests.Data;

/// <summary>Makes IDX files, right and wrong ones.</summary>
internal static class IdxFiles
{
    public static byte[] Images(int count, int rows, int columns, int seed = 1)
    {
        byte[] pixels = new byte[count * rows * columns];
        var random = new SeededRandom((ulong)seed);
        for (int i = 0; i < pixels.Length; i++)
        {
            // Repetitive enough for the compressor to find matches.
            pixels[i] = random.NextInt(3) == 0 ? (byte)random.NextInt(256) : (byte)0;
        }

        return [.. Header(0x00000803, (uint)count, (uint)rows, (uint)columns), .. pixels];
    }

    public static byte[] Labels(params byte[] labels) => [.. Header(0x00000801, (uint)labels.Length), .. labels];

    public static byte[] Header(params uint[] words)
    {
        byte[] bytes = new byte[4 * words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), words[i]);
        }

        return bytes;
    }

    public static byte[] Gzip(byte[] content, CompressionLevel level = CompressionLevel.Optimal)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, level))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }
}
