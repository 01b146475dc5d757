using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using Nabla.Calculus;
using Nabla.Data.Tables;

namespace Nabla.Data.Arrays;

/// <summary>
/// Reads NumPy's files (NEP 1): <c>.npy</c> with one array and <c>.npz</c>, a zip of several. Arrays of true and false, whole and floating-point numbers in either
/// byte order; nothing else, and never a pickle. What is not exactly such a file is refused with a sentence.
/// </summary>
public static partial class Npy
{
    /// <summary>NumPy's own limit; a longer header is no array of numbers.</summary>
    private const int LongestHeader = 10_000;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The array of a <c>.npy</c> file, which may be compressed with gzip.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static NumberArray Read(string path)
    {
        Open(path).Dispose();
        using TableBytes bytes = new(path);
        using BytesStream stream = new(bytes);
        return Read(stream, bytes.FileName, bytes.Length);
    }

    /// <summary>The arrays of a <c>.npz</c> file by their names.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ImmutableSortedDictionary<string, NumberArray> ReadAll(string path) => ReadNamed(path, _ => true);

    /// <summary>One array of a <c>.npz</c> file: the first of some names that it has.</summary>
    /// <exception cref="InvalidDataException">It has none of them, or is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static NumberArray Read(string path, params IReadOnlyList<string> names)
    {
        using FileStream stream = Open(path);
        string[] known = [.. Archive(stream, Path.GetFileName(path), archive => archive.Entries.Select(entry => NameOf(entry.FullName)).ToArray())];
        string? found = names.FirstOrDefault(known.Contains);
        return found is null
            ? throw new InvalidDataException($"{Path.GetFileName(path)}: {Suggestion.Unknown("array", names[0], known.Take(30))}")
            : ReadNamed(path, name => name == found)[found];
    }

    private static ImmutableSortedDictionary<string, NumberArray> ReadNamed(string path, Func<string, bool> wanted)
    {
        string file = Path.GetFileName(path);
        using FileStream stream = Open(path);
        return Archive(stream, file, archive =>
        {
            ImmutableSortedDictionary<string, NumberArray>.Builder arrays = ImmutableSortedDictionary.CreateBuilder<string, NumberArray>(StringComparer.Ordinal);
            foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => wanted(NameOf(entry.FullName))))
            {
                string name = $"{file}, {entry.FullName}";
                using ChecksummedStream content = new(entry.Open(), entry.Crc32, name);
                if (!arrays.TryAdd(NameOf(entry.FullName), Read(content, name, entry.Length)))
                {
                    throw new InvalidDataException($"{name}: there are two arrays of this name");
                }
            }

            return arrays.Count > 0 ? arrays.ToImmutable() : throw new InvalidDataException($"{file}: there is no array in it");
        });
    }

    private static T Archive<T>(FileStream stream, string file, Func<ZipArchive, T> read)
    {
        try
        {
            using ZipArchive archive = new(stream, ZipArchiveMode.Read, leaveOpen: true);
            return read(archive);
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(file, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{file}: the zip archive is damaged, or it is none", e);
        }
        catch (Exception e) when (e is NotSupportedException or EndOfStreamException or ArgumentException)
        {
            throw new InvalidDataException($"{file}: the zip archive is damaged, or written in a way that cannot be read", e);
        }
    }

    private static string NameOf(string entry) => entry.EndsWith(".npy", StringComparison.Ordinal) ? entry[..^4] : entry;

    private static FileStream Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Directory.Exists(path) ? throw new InvalidDataException($"{path} is a folder, but an array is in a file")
            : File.Exists(path) ? File.OpenRead(path)
            : throw new FileNotFoundException($"there is no file {path}");
    }

    /// <param name="stream">The file's bytes.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="length">How many bytes there are; null where only reading them tells.</param>
    private static NumberArray Read(Stream stream, string file, long? length)
    {
        Span<byte> start = stackalloc byte[12];
        int read = stream.ReadAtLeast(start[..10], 10, throwOnEndOfStream: false);
        if (read < 10 || !start.StartsWith(Magic) || start[6] is < 1 or > 3)
        {
            throw new InvalidDataException($"{file}: it does not begin as NumPy's arrays of the versions 1 to 3 do");
        }

        if (start[6] > 1 && stream.ReadAtLeast(start[10..], 2, throwOnEndOfStream: false) < 2)
        {
            throw Short(file);
        }

        (long headerLength, int before) = start[6] == 1
            ? (BinaryPrimitives.ReadUInt16LittleEndian(start[8..]), 10)
            : (BinaryPrimitives.ReadUInt32LittleEndian(start[8..]), 12);
        if (headerLength > LongestHeader)
        {
            throw new InvalidDataException($"{file}: the header is {headerLength:N0} bytes long, but at most {LongestHeader:N0} are possible");
        }

        byte[] header = new byte[headerLength];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            throw Short(file);
        }

        (NumberType type, ImmutableArray<int> shape, bool columnsFirst, long bytes) = Header(Encoding.UTF8.GetString(header), file);
        if (length is not null && bytes != length - before - headerLength)
        {
            throw new InvalidDataException(
                $"{file}: the header says {string.Join(" × ", shape)} numbers of {type.Size} bytes, which are {bytes:N0} bytes, but {length - before - headerLength:N0} follow it");
        }

        return new(file, type, shape, columnsFirst, Blocks(stream, file, bytes));
    }

    private static List<byte[]> Blocks(Stream stream, string file, long bytes)
    {
        List<byte[]> blocks = [];
        for (long left = bytes; left > 0; left -= NumberArray.BlockLength)
        {
            byte[] block = new byte[Math.Min(left, NumberArray.BlockLength)];
            if (stream.ReadAtLeast(block, block.Length, throwOnEndOfStream: false) < block.Length)
            {
                throw Short(file);
            }

            blocks.Add(block);
        }

        return stream.ReadByte() < 0 ? blocks : throw new InvalidDataException($"{file}: more follows the end of the array, but nothing may follow it");
    }

    private static (NumberType Type, ImmutableArray<int> Shape, bool ColumnsFirst, long Bytes) Header(string text, string file)
    {
        Match match = HeaderPattern().Match(text);
        if (!match.Success)
        {
            throw new InvalidDataException(
                $"{file}: the header is not that of an array of numbers, such as {{'descr': '<f8', 'fortran_order': False, 'shape': (150, 4), }}; texts and objects are not read");
        }

        string descr = match.Groups["type"].Value;
        NumberType type = new(descr[1], int.TryParse(descr[2..], NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0, descr[0] == '>');
        if (!type.IsKnown)
        {
            throw new InvalidDataException($"{file}: numbers of the type {descr} cannot be read, but b1, i1 to i8, u1 to u8 and f2 to f8 can");
        }

        BigInteger bytes = type.Size;
        ImmutableArray<int>.Builder shape = ImmutableArray.CreateBuilder<int>();
        foreach (string part in match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            shape.Add(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n > 0
                ? n
                : throw new InvalidDataException($"{file}: a size of the array is {part.ReplaceLineEndings(" ")}, but 1 to {int.MaxValue} are possible"));
            bytes *= n;
        }

        const long MostBytes = 1L << 40;
        return bytes / type.Size <= Array.MaxLength && bytes <= MostBytes
            ? (type, shape.ToImmutable(), match.Groups["order"].Value == "True", (long)bytes)
            : throw new InvalidDataException($"{file}: the header says {string.Join(" × ", shape)} numbers, but at most {Array.MaxLength:N0} are possible");
    }

    private static InvalidDataException Short(string file) => new($"{file}: the file ends within the array");

    [GeneratedRegex(
        @"^\{\s*'descr':\s*'(?<type>[<>|=][a-zA-Z][0-9]{1,4})',\s*'fortran_order':\s*(?<order>True|False),\s*'shape':\s*\((?<shape>[0-9,\s]{0,600})\),?\s*\}\s*$",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex HeaderPattern();
}
