using System.Buffers.Binary;

namespace Nabla.Data;

/// <summary>The checksum of gzip and zip (ISO 3309, RFC 1952), of the bytes so far.</summary>
internal readonly struct Crc32
{
    private static readonly uint[][] tables = Tables();

    private readonly uint state;

    private Crc32(uint state) => this.state = state;

    /// <summary>That of no bytes.</summary>
    public static Crc32 Empty => new(uint.MaxValue);

    /// <summary>The checksum.</summary>
    public uint Value => ~state;

    /// <summary>That of these bytes behind the others, eight at a time.</summary>
    public Crc32 With(ReadOnlySpan<byte> data)
    {
        uint[][] t = tables;
        uint value = state;
        while (data.Length >= 8)
        {
            uint low = value ^ BinaryPrimitives.ReadUInt32LittleEndian(data);
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            value = t[7][low & 255] ^ t[6][(low >> 8) & 255] ^ t[5][(low >> 16) & 255] ^ t[4][low >> 24]
                ^ t[3][high & 255] ^ t[2][(high >> 8) & 255] ^ t[1][(high >> 16) & 255] ^ t[0][high >> 24];
            data = data[8..];
        }

        foreach (byte b in data)
        {
            value = t[0][(value ^ b) & 255] ^ (value >> 8);
        }

        return new(value);
    }

    private static uint[][] Tables()
    {
        uint[][] made = [.. Enumerable.Range(0, 8).Select(_ => new uint[256])];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            }

            made[0][i] = value;
        }

        for (int k = 1; k < 8; k++)
        {
            for (int i = 0; i < 256; i++)
            {
                uint before = made[k - 1][i];
                made[k][i] = made[0][before & 255] ^ (before >> 8);
            }
        }

        return made;
    }
}
