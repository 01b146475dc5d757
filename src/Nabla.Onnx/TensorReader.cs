using System.Buffers;
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

    /// <summary>The numbers of a tensor, once they are as many as its shape says. They stay in the file until they are needed.</summary>
    /// <exception cref="InvalidDataException">They are not, or are no floats, or lie in another file.</exception>
    public static Tensor Read(TensorProto tensor, string name, FileContent content, string file)
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

        Payload? payload = content.PayloadOf(tensor);
        if (payload is not null && tensor.FloatData.Count > 0)
        {
            throw new InvalidDataException($"{where} has its numbers in two pieces, but only those in one piece are read");
        }

        Int128 count = 1;
        foreach (long dimension in tensor.Dims)
        {
            // Of at most 8 dimensions the product of those before is below 2^31 here, and with one more fits.
            count = dimension >= 0 && count <= int.MaxValue ? count * dimension : -1;
        }

        long held = payload is null ? tensor.FloatData.Count : payload.Length / sizeof(float);
        bool isCut = payload is not null && payload.Length % sizeof(float) != 0;
        if (count != held || isCut)
        {
            string given = isCut ? $"{payload!.Length} bytes" : $"{held} numbers";
            throw new InvalidDataException($"{where} is [{string.Join(", ", tensor.Dims)}], but {given} are given for it");
        }

        try
        {
            return payload is null
                ? new(name, [.. tensor.Dims], tensor.FloatData.ToArray())
                : new(name, [.. tensor.Dims], payload.Read);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{where} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Xᵀ.</summary>
    public static Tensor Transposed(Tensor matrix) => new(matrix.Name, [matrix.Shape[1], matrix.Shape[0]], matrix.CopyStored, !matrix.IsTransposed);

    /// <summary>cX; X itself where c is 1.</summary>
    public static Tensor Scaled(Tensor tensor, float factor) => factor == 1 ? tensor : new(
        tensor.Name,
        tensor.Shape,
        (first, values) =>
        {
            tensor.CopyStored(first, values);
            foreach (ref float value in values)
            {
                value *= factor;
            }
        },
        tensor.IsTransposed);

    /// <summary>x + y, of one shape.</summary>
    public static Tensor Sum(Tensor x, Tensor y) => new(x.Name, x.Shape, (first, values) =>
    {
        x.CopyStored(first, values);
        float[] others = ArrayPool<float>.Shared.Rent(values.Length);
        y.CopyStored(first, others.AsSpan(0, values.Length));
        for (int i = 0; i < values.Length; i++)
        {
            values[i] += others[i];
        }

        ArrayPool<float>.Shared.Return(others);
    });

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
