using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Nabla.Models;
using Nabla.Onnx.Schema;

namespace Nabla.Onnx;

/// <summary>The tensors of a file, and what the few operators on given ones make of them.</summary>
internal static class TensorReader
{
    private const int FloatType = 1;
    private const int MostDimensions = 8;
    private const int LongestQuote = 80;

    /// <summary>The numbers of a tensor, once they are as many as its shape says.</summary>
    /// <exception cref="InvalidDataException">They are not, or are no floats, or lie in another file.</exception>
    public static Tensor Read(TensorProto tensor, string name, string file)
    {
        string where = $"{file}: the tensor {Quote(name)}";
        if (tensor.DataLocation != 0)
        {
            throw new InvalidDataException($"{where} lies in another file, but only what is in this one is read");
        }

        if (tensor.DataType != FloatType)
        {
            throw new InvalidDataException($"{where} has the data type {tensor.DataType}, but 1 (float) is needed");
        }

        if (tensor.Dims.Count > MostDimensions)
        {
            throw new InvalidDataException($"{where} has {tensor.Dims.Count} dimensions, but at most {MostDimensions} are read");
        }

        if (tensor.HasRawData && tensor.FloatData.Count > 0)
        {
            throw new InvalidDataException($"{where} has its numbers twice, as raw data and as floats");
        }

        Int128 count = 1;
        foreach (long dimension in tensor.Dims)
        {
            // Of at most 8 dimensions the product of those before is below 2^31 here, and with one more fits.
            count = dimension >= 0 && count <= int.MaxValue ? count * dimension : -1;
        }

        long held = tensor.HasRawData ? tensor.RawData.Length / sizeof(float) : tensor.FloatData.Count;
        if (count != held || (tensor.HasRawData && tensor.RawData.Length % sizeof(float) != 0))
        {
            string bytes = tensor.HasRawData ? $"{tensor.RawData.Length} bytes" : $"{held} numbers";
            throw new InvalidDataException($"{where} is [{string.Join(", ", tensor.Dims)}], but {bytes} are given for it");
        }

        float[] values = new float[held];
        if (tensor.HasRawData)
        {
            ReadOnlySpan<byte> raw = tensor.RawData.Span;
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = BinaryPrimitives.ReadSingleLittleEndian(raw[(i * sizeof(float))..]);
            }
        }
        else
        {
            tensor.FloatData.CopyTo(values, 0);
        }

        try
        {
            return new(name, [.. tensor.Dims], values);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{where} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Xᵀ.</summary>
    public static Tensor Transposed(Tensor matrix)
    {
        (int rows, int columns) = ((int)matrix.Shape[0], (int)matrix.Shape[1]);
        ReadOnlySpan<float> from = matrix.Singles;
        float[] values = new float[from.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                values[j * rows + i] = from[i * columns + j];
            }
        }

        return new(matrix.Name, [columns, rows], values);
    }

    /// <summary>cX; X itself where c is 1.</summary>
    public static Tensor Scaled(Tensor tensor, float factor)
    {
        if (factor == 1)
        {
            return tensor;
        }

        ImmutableArray<long> shape = tensor.Shape;
        return new(tensor.Name, shape, Array.ConvertAll(tensor.ToSingles(), value => factor * value));
    }

    /// <summary>x + y, of one shape.</summary>
    public static Tensor Sum(Tensor x, Tensor y) =>
        new(x.Name, x.Shape, x.ToSingles().Zip(y.ToSingles(), (a, b) => a + b).ToArray());

    /// <summary>A text of the file in quotes, on one line, cut where it is long.</summary>
    public static string Quote(string text)
    {
        StringBuilder result = new("'");
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (result.Length > LongestQuote)
            {
                result.Append('…');
                break;
            }

            result.Append(Rune.IsControl(rune) ? "\\u{" + $"{rune.Value:X}" + "}" : rune.ToString());
        }

        return result.Append('\'').ToString();
    }
}
