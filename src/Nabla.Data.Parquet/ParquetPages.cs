using System.Buffers.Binary;

namespace Nabla.Data.Parquet;

/// <summary>Looks at the pages of a column before the library reads them: sizes that cannot be are refused before memory is asked for, and a column has as many values as there are rows.</summary>
internal sealed class ParquetPages(FileStream file, string name, long end)
{
    private const int LongestHeader = 1 << 16;
    private const int LargestPage = 1 << 28;
    private const int DictionaryPage = 2;

    /// <summary>Memory is asked for by what a page says of itself, and only uncompressing it would tell whether that is true: what is larger may say no more than a few times its bytes.</summary>
    private const int LargeForItsBytes = 1 << 25;
    private const int MostOfALargeByte = 3;

    /// <summary>Walks over a column's pages.</summary>
    /// <param name="chunk">What the footer says of it.</param>
    /// <param name="column">Its name.</param>
    /// <param name="rows">The rows of the group.</param>
    /// <returns>Where the last page ends, and how many bytes all pages have when they are not compressed any more.</returns>
    /// <exception cref="InvalidDataException">A page is damaged, or in a form that is not read.</exception>
    public (long End, long Bytes) Check(ThriftStruct chunk, string column, long rows)
    {
        string codec = chunk[4] switch
        {
            0 => "none",
            1 => "snappy",
            2 => "gzip",
            6 => "zstd",
            _ => throw new InvalidDataException($"{name}: column '{column}' is compressed in a way that is not read (codec {chunk[4]}); snappy, gzip and zstd are"),
        };
        if (chunk[5] != rows)
        {
            throw Wrong(column, $"it has {chunk[5]:N0} values for {rows:N0} rows");
        }

        long at = new[] { chunk[11], chunk[9], chunk[10] }.Where(offset => offset != 0).DefaultIfEmpty().Min();
        bool dictionary = false;
        long bytes = 0;
        for (long values = 0; values < rows;)
        {
            (ThriftStruct page, at) = Header(at, column);
            long length = page[3];
            if (length < 0 || length > end - at || page[2] < 0)
            {
                throw Wrong(column, $"a page says {length:N0} bytes, but {Math.Max(0, end - at):N0} follow");
            }

            if (page[2] > LargestPage)
            {
                throw new InvalidDataException($"{name}: column '{column}' has a page of {page[2]:N0} bytes, but {LargestPage:N0} at most are read; smaller groups of rows have smaller pages");
            }

            if (codec != "none" && page[2] > LargeForItsBytes && page[2] > MostOfALargeByte * length)
            {
                throw new InvalidDataException($"{name}: column '{column}' has a page of {length:N0} bytes that says it holds {page[2]:N0}, which is not tried; smaller groups of rows have smaller pages");
            }

            bytes += page[2];
            RequireChecksum(page, at, column);
            if (page[1] == DictionaryPage)
            {
                ThriftStruct? head = page.Struct(7);
                if (dictionary || values > 0 || head is null || head[1] < 0 || head[1] > page[2])
                {
                    throw Wrong(column, "its dictionary is");
                }

                dictionary = true;
                RequireSize(codec, at, length, page[2], column);
            }
            else
            {
                values += Data(page, at, codec, dictionary, column);
            }

            if (values > rows)
            {
                throw Wrong(column, $"its pages have more than {rows:N0} values");
            }

            at += length;
        }

        return (at, bytes);
    }

    private (ThriftStruct Page, long Behind) Header(long at, string column)
    {
        if (at < 4 || at >= end)
        {
            throw Wrong(column, $"a page should be at byte {at}");
        }

        byte[] bytes = new byte[Math.Min(LongestHeader, end - at)];
        file.Position = at;
        file.ReadExactly(bytes);
        Thrift thrift = new(bytes, name, $"a page of column '{column}'");
        ThriftStruct page = thrift.Read("Page");
        return (page, at + thrift.Position);
    }

    /// <summary>Checks a page of values and gives how many it has.</summary>
    private long Data(ThriftStruct page, long at, string codec, bool dictionary, string column)
    {
        ThriftStruct head = (page[1] == 0 ? page.Struct(5) : page[1] == 3 ? page.Struct(8) : null) ?? throw Wrong(column, $"a page is of the kind {page[1]}");
        long encoding = page[1] == 0 ? head[2] : head[4];
        if (encoding is not (0 or 2 or 8))
        {
            throw new InvalidDataException($"{name}: column '{column}' is written in an encoding that is not read (number {encoding}); plain values and dictionaries are");
        }

        if ((encoding != 0 && !dictionary) || head[1] <= 0 || head[1] > int.MaxValue)
        {
            throw Wrong(column, "a page has no values, or its dictionary is missing");
        }

        if (page[1] == 0)
        {
            RequireSize(codec, at, page[3], page[2], column);
            return head[1];
        }

        long levels = head[5];
        if (head[2] < 0 || head[2] > head[1] || levels < 0 || head[6] != 0 || levels > page[3] || levels > page[2])
        {
            throw Wrong(column, "a page says more levels than it has");
        }

        RequireSize(head.Has(7) && head[7] == 0 ? "none" : codec, at + levels, page[3] - levels, page[2] - levels, column);
        return head[1];
    }

    /// <summary>What is compressed says itself how long it is; the library asks for so much memory.</summary>
    private void RequireSize(string codec, long at, long length, long expected, string column)
    {
        // What these can turn one byte into, at most; a page of next to nothing may be a little longer than that.
        long most = codec switch
        {
            "snappy" => 32 * length + 64,
            "gzip" => 1032 * length + 64,
            "zstd" => 65536 * length,
            _ => length,
        };
        Span<byte> start = stackalloc byte[(int)Math.Min(length, 18)];
        file.Position = at;
        file.ReadExactly(start);
        long? said = codec switch
        {
            "none" => length,
            "snappy" => SnappySize(start),
            "zstd" => ZstdSize(start),
            _ => expected,
        };
        if (said != expected || expected > most)
        {
            throw Wrong(column, $"a page says {expected:N0} bytes, but its content has {(said is null ? "another length" : $"{said:N0}")}");
        }
    }

    private static long? SnappySize(ReadOnlySpan<byte> start)
    {
        long size = 0;
        for (int i = 0; i < Math.Min(5, start.Length); i++)
        {
            size |= (long)(start[i] & 0x7f) << (7 * i);
            if (start[i] < 0x80)
            {
                return size;
            }
        }

        return null;
    }

    /// <summary>The content size in the header of a frame (RFC 8878, 3.1.1.1).</summary>
    private static long? ZstdSize(ReadOnlySpan<byte> start)
    {
        if (start.Length < 6 || BinaryPrimitives.ReadUInt32LittleEndian(start) != 0xFD2FB528)
        {
            return null;
        }

        bool single = (start[4] & 0x20) != 0;
        int at = 5 + (single ? 0 : 1) + (start[4] & 3) switch { 3 => 4, int n => n };
        int size = (start[4] >> 6) switch { 0 => single ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        return size == 0 || at + size > start.Length ? null : size switch
        {
            1 => start[at],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(start[at..]) + 256,
            4 => BinaryPrimitives.ReadUInt32LittleEndian(start[at..]),
            _ => BinaryPrimitives.ReadInt64LittleEndian(start[at..]),
        };
    }

    private void RequireChecksum(ThriftStruct page, long at, string column)
    {
        if (!page.Has(4))
        {
            return;
        }

        byte[] block = new byte[1 << 16];
        Crc32 crc = Crc32.Empty;
        file.Position = at;
        for (long left = page[3]; left > 0; left -= block.Length)
        {
            Span<byte> part = block.AsSpan(0, (int)Math.Min(left, block.Length));
            file.ReadExactly(part);
            crc = crc.With(part);
        }

        if (crc.Value != (uint)page[4])
        {
            throw Wrong(column, "the checksum of a page is not that of its content");
        }
    }

    private InvalidDataException Wrong(string column, string sentence) => new($"{name}: column '{column}' is damaged: {sentence}");
}
