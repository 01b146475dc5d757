using System.Collections.Immutable;
using System.Numerics;

namespace Nabla.Data;

/// <summary>Writes the inputs that one column of a table becomes. The cell of a number is the number, that of a category the place of its level; NaN is a missing one.</summary>
internal sealed class InputColumn
{
    private readonly NumberEncoding? number;
    private readonly int[] inputOf = [];

    /// <summary>A column of numbers.</summary>
    public InputColumn(NumberEncoding number) => (this.number, Inputs) = (number, 1);

    /// <summary>A column of categories.</summary>
    /// <param name="category">How it is encoded.</param>
    /// <param name="levels">The levels that the cells are places of.</param>
    public InputColumn(CategoryEncoding category, IEnumerable<string> levels)
    {
        // First the input of a missing value, then those of the levels, then that of no level; −1 is no input.
        Inputs = category.Inputs;
        Dictionary<string, int> places = category.Levels.Select((level, i) => (level, i)).ToDictionary(pair => pair.level, pair => pair.i, StringComparer.Ordinal);
        inputOf = [category.MissingInput, .. levels.Select(level => places.GetValueOrDefault(level, -1)), -1];
    }

    /// <summary>How many inputs there are.</summary>
    public int Inputs { get; }

    /// <summary>The columns of a preprocessing.</summary>
    /// <param name="columns">How they are encoded.</param>
    /// <param name="levelsOf">The levels of each column of categories.</param>
    public static ImmutableArray<InputColumn> Of(ImmutableArray<ColumnEncoding> columns, Func<int, IEnumerable<string>> levelsOf) =>
        [.. columns.Select((column, i) => column is NumberEncoding number ? new InputColumn(number) : new((CategoryEncoding)column, levelsOf(i)))];

    /// <summary>Writes the inputs of a cell; gives the place behind them.</summary>
    public unsafe T* Write<T>(double cell, T* destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (number is not null)
        {
            *destination = T.CreateTruncating(number.Encode(cell));
            return destination + 1;
        }

        new Span<T>(destination, Inputs).Clear();
        int input = inputOf[double.IsNaN(cell) ? 0 : (int)cell + 1];
        if (input >= 0)
        {
            destination[input] = T.One;
        }

        return destination + Inputs;
    }
}
