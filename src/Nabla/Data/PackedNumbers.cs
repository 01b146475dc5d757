using System.Buffers;

namespace Nabla.Data;

/// <summary>
/// Some numbers of a column in little memory: as whole numbers of a small range, as indices of their different values where these are few, as floats where nothing is lost by it. A file of short
/// numbers takes less memory than its text.
/// </summary>
internal sealed class PackedNumbers
{
    private readonly double[] values;
    private readonly byte[]? bytes;
    private readonly ushort[]? words;
    private readonly float[]? singles;
    private readonly double? least;

    /// <summary>Packs at most 65,536 numbers; NaN is one of them.</summary>
    public PackedNumbers(ReadOnlySpan<double> numbers)
    {
        double[] sorted = ArrayPool<double>.Shared.Rent(Math.Max(1, numbers.Length));
        try
        {
            numbers.CopyTo(sorted);
            Span<double> distinct = Distinct(sorted.AsSpan(0, numbers.Length));
            int plain = AreSingles(distinct) ? sizeof(float) : sizeof(double);
            if (WholeRange(distinct) is int range and < 65536)
            {
                // Whole numbers near each other need no table: they are what is added to the least.
                values = [];
                least = distinct[0];
                (bytes, words) = range < 256 ? (new byte[numbers.Length], null) : ((byte[]?)null, new ushort[numbers.Length]);
                for (int i = 0; i < numbers.Length; i++)
                {
                    Set(i, (int)(numbers[i] - distinct[0]));
                }

                return;
            }

            int index = distinct.Length <= 256 ? sizeof(byte) : sizeof(ushort);
            if ((long)index * numbers.Length + sizeof(double) * distinct.Length < (long)plain * numbers.Length)
            {
                values = distinct.ToArray();
                (bytes, words) = index == sizeof(byte) ? (new byte[numbers.Length], null) : ((byte[]?)null, new ushort[numbers.Length]);
                for (int i = 0; i < numbers.Length; i++)
                {
                    Set(i, distinct.BinarySearch(numbers[i]));
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
        bytes is not null ? least + bytes[i] ?? values[bytes[i]]
        : words is not null ? least + words[i] ?? values[words[i]]
        : singles is not null ? singles[i]
        : values[i];

    private void Set(int i, int index)
    {
        if (bytes is not null)
        {
            bytes[i] = (byte)index;
        }
        else
        {
            words![i] = (ushort)index;
        }
    }

    /// <summary>The largest less the least of sorted whole numbers, where all are whole and the range is no more than a table could index; else null.</summary>
    private static int? WholeRange(ReadOnlySpan<double> sorted)
    {
        if (sorted.IsEmpty || !(sorted[^1] - sorted[0] < 65536) || double.IsNaN(sorted[0]) || Math.Abs(sorted[0]) > 1L << 50)
        {
            return null;
        }

        foreach (double number in sorted)
        {
            if (number != Math.Floor(number) || (number == 0 && double.IsNegative(number)))
            {
                return null;
            }
        }

        return (int)(sorted[^1] - sorted[0]);
    }

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
