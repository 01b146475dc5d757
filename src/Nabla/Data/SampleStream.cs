using System.Collections.Immutable;

namespace Nabla.Data;

/// <summary>Samples that are read one after the other, from the beginning each time, and give the same each time. They need not fit into memory.</summary>
#pragma warning disable CA1711 // It is a stream of samples and not of bytes; no other word says it.
public abstract partial class SampleStream
#pragma warning restore CA1711
{
    private protected SampleStream(string name) => Name = name;

    /// <summary>How many samples there are.</summary>
    public abstract int Count { get; }

    /// <summary>How many numbers describe one sample.</summary>
    public abstract int Inputs { get; }

    /// <summary>How many numbers a target has: the classes, or the components of a vector.</summary>
    public abstract int Outputs { get; }

    /// <summary>How many samples of each class there are, in the order of the labels; none where the targets are numbers.</summary>
    public abstract ImmutableArray<long> ClassCounts { get; }

    /// <summary>What it is called in messages.</summary>
    internal string Name { get; }

    /// <summary>Whether the targets are classes.</summary>
    internal bool AreClasses => !ClassCounts.IsEmpty;

    /// <summary>Whether the samples have weights.</summary>
    internal virtual bool IsWeighted => false;

    /// <summary>Whether every target sums to one within 1e-6.</summary>
    internal abstract bool TargetsSumToOne { get; }

    /// <summary>How many numbers are kept of a sample's inputs.</summary>
    internal abstract int Cells { get; }

    /// <summary>How many numbers are kept of a sample's target: its label, or the target itself.</summary>
    internal int TargetCells => AreClasses ? 1 : Outputs;

    /// <summary>What the place of a sample is called in messages.</summary>
    internal abstract string PlaceWord { get; }

    /// <summary>The inputs of samples whose cells lie one after the other.</summary>
    internal abstract SlotFeatures FeaturesOf(double[] cells);

    /// <summary>Begins to read from the first sample.</summary>
    internal abstract SampleReader Open(CancellationToken cancellationToken);

    /// <summary>All samples in their own order, in sets of a few in memory.</summary>
    internal IEnumerable<Samples> Read(CancellationToken cancellationToken)
    {
        // As many as the evaluation of a model takes at once: sums over a stream are then the sums over the same samples in memory, to the last bit.
        const int SamplesOfASet = 256;
        using SampleReader reader = Open(cancellationToken);
        for (int left = Count; left > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(left, SamplesOfASet);
            double[] cells = new double[count * Cells];
            double[] targets = new double[count * TargetCells];
            double[] weights = new double[count];
            for (int i = 0; i < count; i++)
            {
                weights[i] = reader.Read()
                    ? reader.CopyTo(cells.AsSpan(i * Cells, Cells), targets.AsSpan(i * TargetCells, TargetCells))
                    : throw new InvalidDataException($"{Name}: there are only {Count - left + i:N0} samples, but {Count:N0} when they were counted; what is streamed has to give the same samples each time");
            }

            left -= count;
            yield return new(
                FeaturesOf(cells),
                AreClasses ? new ClassTargets([.. targets.Select(label => (int)label)], Outputs) : new NumberTargets([.. targets], Outputs),
                IsWeighted ? [.. weights] : default);
        }
    }
}

/// <summary>Goes through a stream of samples once.</summary>
internal abstract class SampleReader : IDisposable
{
    /// <summary>The number of the sample, or its line in a file, counted from 1.</summary>
    public abstract long Place { get; }

    /// <summary>The class of the sample; 0 where there are no classes.</summary>
    public abstract int Label { get; }

    /// <summary>Goes to the next sample; says whether there is one.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public abstract bool Read();

    /// <summary>Writes the sample's cells and its target or label; gives its weight.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public abstract double CopyTo(Span<double> cells, Span<double> target);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>The samples of a stream that are of one part, by <see cref="Parts"/>: the same ones each time.</summary>
internal sealed class PartStream : SampleStream
{
    private readonly SampleStream all;
    private readonly Part part;
    private readonly Func<Parts> divide;

    public PartStream(SampleStream all, Part part, double validation, double test, ulong seed)
        : base(all.Name)
    {
        (this.all, this.part) = (all, part);
        divide = () => new(all.AreClasses ? all.ClassCounts : [all.Count], validation, test, seed);
        ImmutableArray<long> counts = divide().CountsOf(part);
        (Count, ClassCounts) = ((int)counts.Sum(), all.AreClasses ? counts : []);
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override int Inputs => all.Inputs;

    /// <inheritdoc/>
    public override int Outputs => all.Outputs;

    /// <inheritdoc/>
    public override ImmutableArray<long> ClassCounts { get; }

    /// <inheritdoc/>
    internal override bool IsWeighted => all.IsWeighted;

    /// <inheritdoc/>
    internal override bool TargetsSumToOne => all.TargetsSumToOne;

    /// <inheritdoc/>
    internal override int Cells => all.Cells;

    /// <inheritdoc/>
    internal override string PlaceWord => all.PlaceWord;

    /// <inheritdoc/>
    internal override SlotFeatures FeaturesOf(double[] cells) => all.FeaturesOf(cells);

    /// <inheritdoc/>
    internal override SampleReader Open(CancellationToken cancellationToken) => new Reader(all.Open(cancellationToken), divide(), part, all);

    private sealed class Reader(SampleReader inner, Parts parts, Part part, SampleStream all) : SampleReader
    {
        public override long Place => inner.Place;

        public override int Label => inner.Label;

        public override bool Read()
        {
            while (inner.Read())
            {
                if (parts.IsOver(inner.Label))
                {
                    throw new InvalidDataException($"{all.Name}: there are more samples of one class than when they were counted; what is streamed has to give the same samples each time that it is read");
                }

                if (parts.Next(inner.Label) == part)
                {
                    return true;
                }
            }

            return false;
        }

        public override double CopyTo(Span<double> cells, Span<double> target) => inner.CopyTo(cells, target);

        public override void Dispose() => inner.Dispose();
    }
}
