using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Nabla.Data.Parquet;

/// <summary>A column that is a value a row.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its values are stored, as the format counts the types.</param>
/// <param name="IsOptional">Whether a value may be missing.</param>
internal sealed record FlatColumn(string Name, long Type, bool IsOptional);

/// <summary>The end of a Parquet file, which says what is where in it. All of it is looked at before the library sees the file.</summary>
internal sealed class ParquetFooter
{
    private const int LongestFooter = 1 << 24;
    private const int DeepestColumn = 32;
    private const int MagicLength = 4;

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or says what cannot be.</exception>
    public ParquetFooter(FileStream file, string name)
    {
        Span<byte> ends = stackalloc byte[12];
        if (file.Length < ends.Length)
        {
            throw new InvalidDataException($"{name}: {file.Length} bytes are too few for a Parquet file");
        }

        file.Position = 0;
        file.ReadExactly(ends[..MagicLength]);
        file.Position = file.Length - 8;
        file.ReadExactly(ends[MagicLength..]);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(ends[4..]);
        if (ends[8..].SequenceEqual("PARE"u8))
        {
            throw new InvalidDataException($"{name}: the file is encrypted, which is not read");
        }

        if (!ends[..4].SequenceEqual("PAR1"u8) || !ends[8..].SequenceEqual("PAR1"u8))
        {
            throw new InvalidDataException($"{name}: a Parquet file begins and ends with PAR1, but this file does not");
        }

        End = file.Length - 8 - length;
        if (End < MagicLength || length > LongestFooter)
        {
            throw new InvalidDataException(
                $"{name}: the file says that its footer has {length:N0} bytes, but {Math.Min(LongestFooter, file.Length - ends.Length):N0} at most are possible");
        }

        byte[] bytes = new byte[length];
        file.Position = End;
        file.ReadExactly(bytes);
        Thrift thrift = new(bytes, name, "the footer");
        ThriftStruct meta = thrift.Read("File");
        if (thrift.Position != bytes.Length)
        {
            throw new InvalidDataException($"{name}: the footer is damaged: it ends before its end");
        }

        (Columns, LeftOut) = ReadSchema([.. meta.List<ThriftStruct>(2)], name);
        Groups = [.. meta.List<ThriftStruct>(4)];
        RequireGroups(meta[3], name);
    }

    /// <summary>Behind the last byte of data.</summary>
    public long End { get; }

    /// <summary>The columns of a value a row.</summary>
    public ImmutableArray<FlatColumn> Columns { get; }

    /// <summary>The columns of other things: lists, maps and structures.</summary>
    public ImmutableArray<string> LeftOut { get; }

    /// <summary>The groups of rows.</summary>
    public ImmutableArray<ThriftStruct> Groups { get; }

    /// <summary>What a group says of a column.</summary>
    /// <exception cref="InvalidDataException">It says nothing of it, or something of another type.</exception>
    public static ThriftStruct ChunkOf(ThriftStruct group, FlatColumn column, string name)
    {
        ThriftStruct[] found = [.. group.List<ThriftStruct>(1).Where(chunk => chunk.Struct(3)!.List<string>(3).SequenceEqual([column.Name]))];
        return found is [var chunk] && !chunk.Has(1) && chunk.Struct(3)![1] == column.Type
            ? chunk.Struct(3)!
            : throw new InvalidDataException($"{name}: a group of rows does not hold column '{column.Name}' as the footer says");
    }

    private static (ImmutableArray<FlatColumn> Flat, ImmutableArray<string> LeftOut) ReadSchema(ThriftStruct[] elements, string name)
    {
        ImmutableArray<FlatColumn>.Builder flat = ImmutableArray.CreateBuilder<FlatColumn>();
        ImmutableArray<string>.Builder others = ImmutableArray.CreateBuilder<string>();
        Stack<long> open = new();
        for (int i = 0; i < elements.Length; i++)
        {
            ThriftStruct element = elements[i];
            long children = element[5];
            if (i > 0)
            {
                if (open.Count == 0)
                {
                    throw Wrong(name);
                }

                open.Push(open.Pop() - 1);
                if (open.Count == 1 && children == 0 && element.Has(1) && element[3] is 0 or 1)
                {
                    flat.Add(new(element.Text(4), element[1], element[3] == 1));
                }
                else if (open.Count == 1)
                {
                    others.Add(element.Text(4));
                }
            }

            if (children < 0 || children > elements.Length || children == 0 != element.Has(1) || open.Count > DeepestColumn)
            {
                throw Wrong(name);
            }

            open.Push(children);
            while (open.Count > 0 && open.Peek() == 0)
            {
                open.Pop();
            }
        }

        return open.Count == 0 && elements.Length > 1 ? (flat.ToImmutable(), others.ToImmutable()) : throw Wrong(name);
    }

    private static InvalidDataException Wrong(string name) => new($"{name}: the footer is damaged: its columns do not fit each other");

    private void RequireGroups(long rows, string name)
    {
        long sum = 0;
        foreach (ThriftStruct group in Groups)
        {
            if (group[3] < 0 || (sum += group[3]) > Array.MaxLength)
            {
                throw new InvalidDataException($"{name}: the footer says {group[3]:N0} rows in a group, but {Array.MaxLength:N0} at most are possible in all");
            }
        }

        if (sum != rows)
        {
            throw new InvalidDataException($"{name}: the footer says {rows:N0} rows, but its groups have {sum:N0}");
        }
    }
}
