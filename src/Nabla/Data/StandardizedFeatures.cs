using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Nabla.Data;

/// <summary>Numbers that lie somewhere as they are, standardized as they are read: they are in memory once.</summary>
internal abstract class StandardizedFeatures : Features
{
    private readonly ImmutableArray<NumberEncoding> columns;

    /// <param name="count">How many samples there are.</param>
    /// <param name="columns">What is done to each number of a sample.</param>
    protected StandardizedFeatures(int count, ImmutableArray<NumberEncoding> columns)
        : base(count, columns.Length) => this.columns = columns;

    /// <summary>What is done to each number of a sample.</summary>
    protected ImmutableArray<NumberEncoding> Columns => columns;

    /// <summary>The same as plain numbers where these are few, which are read faster.</summary>
    public unsafe Features PlainWhereFew()
    {
        const int MostNumbers = 1 << 20;
        if ((long)Count * Size > MostNumbers)
        {
            return this;
        }

        double[] values = new double[Count * Size];
        fixed (double* first = values)
        {
            for (int sample = 0; sample < Count; sample++)
            {
                Read(sample, first + sample * Size);
            }
        }

        return new NumberFeatures(ImmutableCollectionsMarshal.AsImmutableArray(values), Size);
    }

    /// <summary>A number of a sample, finite or NaN where it is missing.</summary>
    protected abstract double NumberAt(int sample, int place);

    /// <inheritdoc/>
    internal sealed override unsafe void Read<T>(int sample, T* destination)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            destination[i] = T.CreateTruncating(columns[i].Encode(NumberAt(sample, i)));
        }
    }
}
