using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nabla.Data;

/// <summary>What a network shall answer for each sample.</summary>
public abstract class Targets
{
    private protected Targets(int count, int size)
    {
        Count = count;
        Size = size;
    }

    /// <summary>How many samples there are.</summary>
    public int Count { get; }

    /// <summary>How many numbers a sample's target has: the classes, or the components of a vector.</summary>
    public int Size { get; }

    /// <summary>Whether they are classes.</summary>
    internal virtual bool AreClasses => false;

    /// <summary>The label of a sample.</summary>
    /// <exception cref="InvalidOperationException">The targets are numbers.</exception>
    internal virtual int LabelOf(int sample) => throw new InvalidOperationException("the targets are numbers, which have no labels");

    /// <summary>Adds all targets to a hash.</summary>
    internal abstract void AddTo(IncrementalHash hash);

    /// <summary>Writes one sample's <see cref="Size"/> numbers.</summary>
    internal abstract unsafe void Read<T>(int sample, T* destination)
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>Targets that are classes, written as one-hot columns: 1 at the label, 0 elsewhere.</summary>
public sealed class ClassTargets : Targets
{
    /// <summary>One label 0 … classes − 1 for each sample. The array is kept, not copied.</summary>
    /// <exception cref="ArgumentException">A label is not one of the classes.</exception>
    public ClassTargets(ImmutableArray<int> labels, int classes)
        : base(labels.Length, classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classes)
            {
                throw new ArgumentException(
                    $"the label of sample {i} is {labels[i]}, but {classes} classes have the labels 0 to {classes - 1}");
            }
        }

        Labels = labels;
    }

    /// <summary>The label of each sample.</summary>
    public ImmutableArray<int> Labels { get; }

    /// <inheritdoc/>
    internal override bool AreClasses => true;

    /// <inheritdoc/>
    internal override int LabelOf(int sample) => Labels[sample];

    /// <inheritdoc/>
    internal override void AddTo(IncrementalHash hash) => hash.AppendData(MemoryMarshal.AsBytes(Labels.AsSpan()));

    /// <inheritdoc/>
    internal override unsafe void Read<T>(int sample, T* destination)
    {
        new Span<T>(destination, Size).Clear();
        destination[Labels[sample]] = T.One;
    }
}

/// <summary>Targets that are vectors of numbers.</summary>
public sealed class NumberTargets : Targets
{
    /// <summary>Numbers of vectors of a size, one sample after the other. The array is kept, not copied.</summary>
    /// <exception cref="ArgumentException">The numbers are not a whole number of vectors, or one is not finite.</exception>
    public NumberTargets(ImmutableArray<double> values, int size)
        : base(CountOf(values.Length, size), size)
    {
        Numbers.RequireFinite(values, size, "target");
        Values = values;
    }

    /// <summary>All numbers, sample after sample.</summary>
    public ImmutableArray<double> Values { get; }

    /// <inheritdoc/>
    internal override void AddTo(IncrementalHash hash) => hash.AppendData(MemoryMarshal.AsBytes(Values.AsSpan()));

    /// <inheritdoc/>
    internal override unsafe void Read<T>(int sample, T* destination) => Numbers.Copy(Values, sample, Size, destination);

    private static int CountOf(int length, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return length % size == 0
            ? length / size
            : throw new ArgumentException(
                $"{length} numbers are not a whole number of targets of {size}: {length % size} are left over");
    }
}
