using System.Buffers;

namespace Nabla.Data;

/// <summary>
/// Some numbers of a column in little memory: as indices of their different values where these are few, as floats where nothing is lost by it. A file of short
/// numbers takes less memory than its text.
/// </summary>
internal sealed class PackedNumbers
{
    private readonly double[] values;
    private readonly byte[]? bytes;
    private readonly ushort[]? words;
    private readonly float[]? singles;

    /// <summary>Packs at most 65,536 numbers; NaN is one of them.</summary>
    public PackedNumbers(ReadOnlySpan<double> numbers)
    {
        double[] sorted = ArrayPool<double>.Shared.Rent(Math.Max(1, numbers.Length));
        try
        {
            numbers.CopyTo(sorted);
            Span<double> distinct = Distinct(sorted.AsSpan(0, numbers.Length));
            int plain = AreSingles(distinct) ? sizeof(float) : sizeof(double);
            int index = distinct.Length <= 256 ? sizeof(byte) : sizeof(ushort);
            if ((long)index * numbers.Length + sizeof(double) * distinct.Length < (long)plain * numbers.Length)
            {
                values = distinct.ToArray();
                (bytes, words) = index == sizeof(byte) ? (new byte[numbers.Length], null) : ((byte[]?)null, new ushort[numbers.Length]);
                for (int i = 0; i < numbers.Length; i++)
                {
                    int at = distinct.BinarySearch(numbers[i]);
                    if (bytes is not null)
                    {
                        bytes[i] = (byte)at;
                    }
                    else
                    {
                        words![i] = (ushort)at;
                    }
                }
            }
            else if (plain == sizeof(float))
            {
                values = [];
                singles = new float[numbers.Length];
                for (int i = 0; i < singles.Length; i++)
                {
                    singles[i] = (float)numbers[i];
                }
            }
            else
            {
                values = numbers.ToArray();
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(sorted);
        }
    }

    /// <summary>The number at a place.</summary>
    public double this[int i] =>
        bytes is not null ? values[bytes[i]]
        : words is not null ? values[words[i]]
        : singles is not null ? singles[i]
        : values[i];

    private static Span<double> Distinct(Span<double> numbers)
    {
        numbers.Sort();
        int count = 0;
        for (int i = 0; i < numbers.Length; i++)
        {
            if (count == 0 || !numbers[i].Equals(numbers[count - 1]))
            {
                numbers[count++] = numbers[i];
            }
        }

        return numbers[..count];
    }

    private static bool AreSingles(ReadOnlySpan<double> numbers)
    {
        foreach (double number in numbers)
        {
            if (!((double)(float)number).Equals(number))
            {
                return false;
            }
        }

        return true;
    }
}
