using System.Collections.Immutable;
using System.Numerics;
using Nabla.Planning;

namespace Nabla.Models;

/// <summary>The type of a tensor's values in memory and in the files that are written.</summary>
public enum TensorType
{
    /// <summary>IEEE 754 binary32, 4 bytes.</summary>
    F32,

    /// <summary>IEEE 754 binary64, 8 bytes.</summary>
    F64,
}

/// <summary>
/// A named array of numbers of any rank. The values lie row-major: the last index runs fastest, so element [i, j] of an
/// n×m tensor is value i·m + j. A rank of 0 is a scalar with one value; a dimension of 0 leaves no values.
/// </summary>
public sealed class Tensor
{
    /// <summary>So many values that lie elsewhere are in memory at a time.</summary>
    private const int ValuesAtATime = 1 << 15;

    private readonly StoredValues? stored;
    private readonly ReadOnlyMemory<float> singles;
    private readonly ReadOnlyMemory<double> doubles;

    /// <summary>A tensor of 32-bit values. The memory is kept, not copied.</summary>
    /// <exception cref="ArgumentException">
    /// The name cannot be written, or the shape does not have as many elements as there are values.
    /// </exception>
    public Tensor(string name, ImmutableArray<long> shape, ReadOnlyMemory<float> values)
        : this(name, TensorType.F32, shape, values.Length)
    {
        singles = values;
    }

    /// <summary>A tensor of 64-bit values. The memory is kept, not copied.</summary>
    /// <exception cref="ArgumentException">
    /// The name cannot be written, or the shape does not have as many elements as there are values.
    /// </exception>
    public Tensor(string name, ImmutableArray<long> shape, ReadOnlyMemory<double> values)
        : this(name, TensorType.F64, shape, values.Length)
    {
        doubles = values;
    }

    /// <summary>
    /// A tensor of 32-bit values that lie elsewhere, such as in an open file. They are read whenever they are asked for and not kept: large ones need not be in memory beside what is made of them.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="stored">Reads the values.</param>
    /// <param name="isTransposed">Whether they lie column-major, of a matrix.</param>
    internal Tensor(string name, ImmutableArray<long> shape, StoredValues stored, bool isTransposed = false)
        : this(name, TensorType.F32, shape, (int)(CountElements(shape) ?? 0)) => (this.stored, IsTransposed) = (stored, isTransposed);

    private Tensor(string name, TensorType type, ImmutableArray<long> shape, int count)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == SafetensorsHeader.MetadataKey)
        {
            throw new ArgumentException($"'{name}' is the key of the metadata; a tensor needs another name", nameof(name));
        }

        if (!SafetensorsText.IsUnicode(name))
        {
            throw new ArgumentException(
                $"the tensor name {SafetensorsText.Quote(name)} holds half of a surrogate pair"
                + ", but UTF-8 needs whole characters", nameof(name));
        }

        if (shape.IsDefault)
        {
            throw new ArgumentException($"tensor {SafetensorsText.Quote(name)} has no shape; a scalar's is empty", nameof(shape));
        }

        if (CountElements(shape) != count)
        {
            throw new ArgumentException(
                $"tensor {SafetensorsText.Quote(name)} has {count} values"
                + $", which the shape {FormatShape(shape)} does not hold", nameof(shape));
        }

        Name = name;
        Type = type;
        Shape = shape;
        Count = count;
    }

    /// <summary>The name, unique in a file: <c>layers.0.weight</c>.</summary>
    public string Name { get; }

    /// <summary>Which of <see cref="Singles"/> and <see cref="Doubles"/> holds the values.</summary>
    public TensorType Type { get; }

    /// <summary>The dimensions, each at least 0; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The number of values: the product of the dimensions.</summary>
    public int Count { get; }

    /// <summary>The values of an F32 tensor, row-major.</summary>
    /// <exception cref="InvalidOperationException">The tensor is F64.</exception>
    public ReadOnlySpan<float> Singles => stored is not null ? ToSingles()
        : Type == TensorType.F32 ? singles.Span
        : throw new InvalidOperationException(
            $"tensor {SafetensorsText.Quote(Name)} is F64; read Doubles or convert with ToSingles");

    /// <summary>The values of an F64 tensor, row-major.</summary>
    /// <exception cref="InvalidOperationException">The tensor is F32.</exception>
    public ReadOnlySpan<double> Doubles => Type == TensorType.F64
        ? doubles.Span
        : throw new InvalidOperationException(
            $"tensor {SafetensorsText.Quote(Name)} is F32; read Singles or convert with ToDoubles");

    /// <summary>Whether the values lie elsewhere, column-major.</summary>
    internal bool IsTransposed { get; }

    /// <summary>A copy of the values, row-major, F64 rounded to the nearest F32.</summary>
    public float[] ToSingles()
    {
        if (stored is null)
        {
            return Type == TensorType.F32 ? singles.ToArray() : Array.ConvertAll(doubles.ToArray(), x => (float)x);
        }

        float[] values = new float[Count];
        if (!IsTransposed)
        {
            stored(0, values);
            return values;
        }

        int columns = (int)Shape[1];
        ReadStored((i, j, value) => values[i * columns + j] = value);
        return values;
    }

    /// <summary>Reads values as they lie: row-major, or column-major where the tensor is transposed.</summary>
    /// <param name="first">The number of the first one.</param>
    /// <param name="values">Takes them.</param>
    internal void CopyStored(int first, Span<float> values)
    {
        if (stored is not null)
        {
            stored(first, values);
        }
        else
        {
            Singles.Slice(first, values.Length).CopyTo(values);
        }
    }

    /// <summary>Writes a matrix, or a vector, to its place.</summary>
    internal unsafe void WriteTo<T>(Slot<T> slot)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (stored is not null)
        {
            ReadStored((i, j, value) => slot.Pointer[i + (long)j * slot.LeadingDimension] = T.CreateTruncating(value));
        }
        else if (Type == TensorType.F32)
        {
            slot.WriteRows(singles.Span);
        }
        else
        {
            slot.WriteRows(doubles.Span);
        }
    }

    /// <summary>A copy of the values, row-major, F32 widened exactly.</summary>
    public double[] ToDoubles() =>
        Type == TensorType.F64 ? doubles.ToArray() : Array.ConvertAll(ToSingles(), x => (double)x);

    /// <summary>The name, the type and the shape: <c>layers.0.weight F32 [30, 784]</c>.</summary>
    public override string ToString() => $"{Name} {Type} {FormatShape(Shape)}";

    /// <summary>∏ dᵢ, 1 for a scalar; null where a dimension is negative or the product does not fit 63 bits.</summary>
    internal static long? CountElements(ImmutableArray<long> shape)
    {
        long count = 1;
        foreach (long dimension in shape)
        {
            if (dimension < 0 || Math.BigMul(count, dimension, out long product) != 0 || product < 0)
            {
                return null;
            }

            count = product;
        }

        return count;
    }

    internal static string FormatShape(ImmutableArray<long> shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>Goes through the values that lie elsewhere, a piece at a time in memory, with their rows and columns; a vector is a column.</summary>
    private void ReadStored(Action<int, int, float> receive)
    {
        int run = Shape.Length < 2 ? 1 : (int)Shape[IsTransposed ? 0 : 1];
        float[] piece = new float[Math.Min(Count, ValuesAtATime)];
        (int line, int place) = (0, 0);
        for (int first = 0; first < Count; first += piece.Length)
        {
            Span<float> values = piece.AsSpan(0, Math.Min(piece.Length, Count - first));
            stored!(first, values);
            foreach (float value in values)
            {
                receive(IsTransposed ? place : line, IsTransposed ? line : place, value);
                if (++place == run)
                {
                    (line, place) = (line + 1, 0);
                }
            }
        }
    }
}

/// <summary>Reads values that lie elsewhere.</summary>
/// <param name="first">The number of the first one.</param>
/// <param name="values">Takes them.</param>
internal delegate void StoredValues(int first, Span<float> values);
