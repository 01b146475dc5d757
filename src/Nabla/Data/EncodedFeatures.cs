using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Nabla.Data;

/// <summary>The rows of a table as inputs of a network, encoded as they are read: a category of a thousand levels takes no thousand numbers of memory a row.</summary>
public sealed class EncodedFeatures : Features
{
    private readonly Source[] sources;

    /// <summary>The columns of a table as a preprocessing makes inputs of them.</summary>
    /// <exception cref="ArgumentException">The table lacks a column, or one is of another kind than the preprocessing says.</exception>
    public EncodedFeatures(TableColumns table, Preprocessing preprocessing)
        : base(CountOf(table), SizeOf(preprocessing))
    {
        Table = table;
        Preprocessing = preprocessing;
        sources = [.. preprocessing.Columns.Select(encoding => SourceOf(table, encoding))];
    }

    /// <summary>The table.</summary>
    public TableColumns Table { get; }

    /// <summary>What is done to its columns.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>The rows of a table as inputs: as plain numbers where these are few, which are read faster, else as <see cref="EncodedFeatures"/>.</summary>
    /// <exception cref="ArgumentException">The table lacks a column, or one is of another kind than the preprocessing says.</exception>
    public static unsafe Features Of(TableColumns table, Preprocessing preprocessing)
    {
        const long MostNumbers = 1 << 20;
        EncodedFeatures encoded = new(table, preprocessing);
        if ((long)encoded.Count * encoded.Size > MostNumbers)
        {
            return encoded;
        }

        double[] values = new double[encoded.Count * encoded.Size];
        fixed (double* first = values)
        {
            for (int row = 0; row < encoded.Count; row++)
            {
                encoded.Read(row, first + row * encoded.Size);
            }
        }

        return new NumberFeatures(ImmutableCollectionsMarshal.AsImmutableArray(values), encoded.Size);
    }

    /// <inheritdoc/>
    internal override unsafe void Read<T>(int sample, T* destination)
    {
        foreach (Source source in sources)
        {
            if (source.Number is NumberEncoding number)
            {
                *destination++ = T.CreateTruncating(number.Encode(source.Numbers![sample]));
                continue;
            }

            new Span<T>(destination, source.Inputs).Clear();
            int input = source.InputOf[source.Categories![sample] + 1];
            if (input >= 0)
            {
                destination[input] = T.One;
            }

            destination += source.Inputs;
        }
    }

    private static int CountOf(TableColumns table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.Count;
    }

    private static int SizeOf(Preprocessing preprocessing)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        return preprocessing.Inputs;
    }

    private static Source SourceOf(TableColumns table, ColumnEncoding encoding) => (table.Find(encoding.Name), encoding) switch
    {
        (NumberColumn column, NumberEncoding number) => new(1, number, column, null, []),
        (CategoryColumn column, CategoryEncoding category) => new(category.Inputs, null, null, column, InputsOf(column, category)),
        (null, _) => throw new ArgumentException($"the table has no column '{encoding.Name}'"),
        (_, NumberEncoding) => throw new ArgumentException($"column '{encoding.Name}' holds categories, but the preprocessing takes it for numbers"),
        _ => throw new ArgumentException($"column '{encoding.Name}' holds numbers, but the preprocessing takes it for categories"),
    };

    /// <summary>The input of each place: first that of a missing value, then those of the column's levels, then that of no level; −1 is no input.</summary>
    private static int[] InputsOf(CategoryColumn column, CategoryEncoding encoding) =>
        [encoding.MissingInput, .. column.Levels.Select(level => encoding.Levels.IndexOf(level)), -1];

    private readonly record struct Source(int Inputs, NumberEncoding? Number, NumberColumn? Numbers, CategoryColumn? Categories, int[] InputOf);
}
