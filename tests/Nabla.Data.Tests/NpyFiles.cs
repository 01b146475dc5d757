using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Nabla.Data.Tests;

/// <summary>Makes files as NumPy does, right and wrong ones.</summary>
internal static class NpyFiles
{
    public static byte[] Npy(string descr, string shape, byte[] data, bool fortran = false, byte version = 1)
    {
        string dictionary = $"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': ({shape}), }}";
        int before = version == 1 ? 10 : 12;
        byte[] header = Encoding.ASCII.GetBytes(dictionary.PadRight((before + dictionary.Length + 64) / 64 * 64 - before - 1) + "\n");
        byte[] length = new byte[before - 8];
        if (version == 1)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)header.Length);
        }

        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. header, .. data];
    }

    public static byte[] Doubles(params IEnumerable<double> values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Npz(CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = archive.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }
}
