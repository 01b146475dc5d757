using System.Collections.Frozen;
using System.Globalization;
using Nabla.Data;

namespace Nabla.Models;

/// <summary>
/// What a caller gives of a sample, made the inputs of a network: numbers that are divided, or the columns of a table. Immutable; <c>Encode</c> allocates
/// nothing.
/// </summary>
internal sealed class InputEncoder
{
    private readonly float divisor;
    private readonly ColumnEncoding[] columns;
    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>[] levels;

    /// <summary>The encoder of a preprocessing.</summary>
    /// <param name="preprocessing">What is done.</param>
    /// <param name="inputs">The inputs of the network.</param>
    public InputEncoder(Preprocessing preprocessing, int inputs)
    {
        divisor = (float)preprocessing.InputDivisor;
        columns = [.. preprocessing.Columns];
        levels =
        [
            .. columns.Select(column => (column is CategoryEncoding category ? category.Levels : [])
                .Select((level, i) => (level, i))
                .ToFrozenDictionary(pair => pair.level, pair => pair.i, StringComparer.Ordinal)
                .GetAlternateLookup<ReadOnlySpan<char>>()),
        ];
        Given = preprocessing.IsTable ? columns.Length : inputs;
    }

    /// <summary>How many numbers are given of a sample: the columns of a table, else the network's inputs.</summary>
    public int Given { get; }

    /// <summary>Encodes one sample.</summary>
    /// <param name="given">Its <see cref="Given"/> numbers; of a category the place of its level, and NaN for a missing value.</param>
    /// <param name="inputs">Gets the network's inputs.</param>
    public void Encode(ReadOnlySpan<float> given, Span<float> inputs)
    {
        if (columns.Length > 0)
        {
            for (int c = 0; c < columns.Length; c++)
            {
                inputs = Encode(columns[c], given[c], inputs);
            }
        }
        else if (divisor == 1)
        {
            given.CopyTo(inputs);
        }
        else
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                inputs[i] = given[i] / divisor;
            }
        }
    }

    /// <summary>Encodes one row of texts.</summary>
    /// <param name="cells">A text for each column; null or one of <see cref="MissingText"/> for a missing value.</param>
    /// <param name="inputs">Gets the network's inputs.</param>
    /// <exception cref="ArgumentException">A text in a column of numbers is no finite number.</exception>
    public void Encode(ReadOnlySpan<string?> cells, Span<float> inputs)
    {
        for (int c = 0; c < columns.Length; c++)
        {
            ReadOnlySpan<char> cell = cells[c].AsSpan().Trim();
            double value = levels[c].TryGetValue(cell, out int level) ? level
                : MissingText.Is(cell) ? double.NaN
                : columns[c] is NumberEncoding ? NumberOf(cell, columns[c])
                : -1;
            inputs = Encode(columns[c], value, inputs);
        }
    }

    /// <summary>Encodes one column, and returns the inputs after its own.</summary>
    private static Span<float> Encode(ColumnEncoding column, double value, Span<float> inputs)
    {
        if (column is NumberEncoding number)
        {
            inputs[0] = (float)number.Encode(value);
            return inputs[1..];
        }

        CategoryEncoding category = (CategoryEncoding)column;
        int size = category.Inputs;
        inputs[..size].Clear();
        double place = double.IsNaN(value) ? category.MissingInput : value;
        if (place >= 0 && place < size && place == (int)place)
        {
            inputs[(int)place] = 1;
        }

        return inputs[size..];
    }

    private static double NumberOf(ReadOnlySpan<char> cell, ColumnEncoding column)
    {
        const NumberStyles English = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(cell, English, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : throw new ArgumentException(
                $"'{SafetensorsText.Clip($"{cell}")}' in column '{SafetensorsText.Clip(column.Name)}' is no finite number; numbers are as in 1.5 or -2e-3, and a missing one is empty");
    }
}
