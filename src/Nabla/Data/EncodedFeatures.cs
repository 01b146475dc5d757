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
            destination = source.Column.Write(source.Numbers is not null ? source.Numbers[sample] : source.Categories![sample] is int level and >= 0 ? level : double.NaN, destination);
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
        (NumberColumn column, NumberEncoding number) => new(new(number), column, null),
        (CategoryColumn column, CategoryEncoding category) => new(new(category, column.Levels), null, column),
        (null, _) => throw new ArgumentException($"the table has no column '{encoding.Name}'"),
        (_, NumberEncoding) => throw new ArgumentException($"column '{encoding.Name}' holds categories, but the preprocessing takes it for numbers"),
        _ => throw new ArgumentException($"column '{encoding.Name}' holds numbers, but the preprocessing takes it for categories"),
    };

    private readonly record struct Source(InputColumn Column, NumberColumn? Numbers, CategoryColumn? Categories);
}
