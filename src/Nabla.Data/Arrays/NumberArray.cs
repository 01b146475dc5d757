using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Nabla.Data.Arrays;

/// <summary>An array of numbers as a file holds it: kept in the bytes of the file, read as doubles.</summary>
public sealed class NumberArray
{
    /// <summary>The bytes are kept in blocks of this length, so that a file that claims more than it holds takes no memory for the claim.</summary>
    internal const int BlockLength = Idx.BlockLength;

    private readonly IReadOnlyList<byte[]> blocks;
    private readonly bool columnsFirst;

    internal NumberArray(string file, NumberType type, ImmutableArray<int> shape, bool columnsFirst, IReadOnlyList<byte[]> blocks)
    {
        (File, Type, Shape, this.columnsFirst, this.blocks) = (file, type, shape, columnsFirst, blocks);
        RowLength = shape.Skip(1).Aggregate(1, (product, size) => product * size);
    }

    /// <summary>The file's name, for messages.</summary>
    public string File { get; }

    /// <summary>The sizes.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>The number of rows: the first size.</summary>
    public int Rows => Shape.IsEmpty ? 1 : Shape[0];

    /// <summary>How many numbers a row has: the product of the other sizes.</summary>
    public int RowLength { get; }

    /// <summary>How the numbers are written.</summary>
    internal NumberType Type { get; }

    /// <summary>A number of a row; its place counts through the other sizes, the last fastest.</summary>
    public double this[int row, int place]
    {
        get
        {
            if ((uint)row >= (uint)Rows || (uint)place >= (uint)RowLength)
            {
                throw new ArgumentOutOfRangeException(nameof(row), $"there is no number {place} in row {row} of {Rows} × {RowLength}");
            }

            long index = columnsFirst ? ColumnsFirst(row, place) : (long)row * RowLength + place;
            long at = index * Type.Size;
            return Type.Read(blocks[(int)(at / BlockLength)].AsSpan((int)(at % BlockLength), Type.Size));
        }
    }

    /// <summary>The place of a number in an array whose first index runs fastest.</summary>
    private long ColumnsFirst(int row, int place)
    {
        long index = 0;
        for (int axis = Shape.Length - 1; axis > 0; axis--)
        {
            long stride = 1;
            for (int i = 0; i < axis; i++)
            {
                stride *= Shape[i];
            }

            index += place % Shape[axis] * stride;
            place /= Shape[axis];
        }

        return index + row;
    }
}

/// <summary>How a number is written in a file.</summary>
/// <param name="Kind">b for true and false, u and i for whole numbers without and with a sign, f for floating-point numbers.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="BigEndian">Whether the first byte is the most significant one.</param>
internal readonly record struct NumberType(char Kind, int Size, bool BigEndian)
{
    /// <summary>Whether files of this type can be read.</summary>
    public bool IsKnown => (Kind, Size) is ('b', 1) or ('u' or 'i', 1 or 2 or 4 or 8) or ('f', 2 or 4 or 8);

    /// <summary>The number in these bytes.</summary>
    public double Read(ReadOnlySpan<byte> bytes) => (Kind, Size, BigEndian) switch
    {
        ('i', 1, _) => (sbyte)bytes[0],
        (_, 1, _) => bytes[0],
        ('u', 2, false) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        ('u', 2, true) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        ('i', 2, false) => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        ('i', 2, true) => BinaryPrimitives.ReadInt16BigEndian(bytes),
        ('f', 2, false) => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        ('f', 2, true) => (double)BinaryPrimitives.ReadHalfBigEndian(bytes),
        ('u', 4, false) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        ('u', 4, true) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        ('i', 4, false) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ('i', 4, true) => BinaryPrimitives.ReadInt32BigEndian(bytes),
        ('f', 4, false) => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        ('f', 4, true) => BinaryPrimitives.ReadSingleBigEndian(bytes),
        ('u', 8, false) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        ('u', 8, true) => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        ('i', 8, false) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        ('i', 8, true) => BinaryPrimitives.ReadInt64BigEndian(bytes),
        ('f', 8, false) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        ('f', 8, true) => BinaryPrimitives.ReadDoubleBigEndian(bytes),
        _ => throw new InvalidOperationException($"the type {Kind}{Size} is not known"),
    };
}
