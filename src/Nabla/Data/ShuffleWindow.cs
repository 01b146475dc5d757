using System.Collections.Immutable;

namespace Nabla.Data;

/// <summary>
/// Samples that are read one after the other are drawn from a window: it holds W of them, each draw takes any of these with the same probability, and the next one that is read comes in its
/// place. Where the window holds all samples, every order is as likely as any other. An epoch begins with an empty window, so that its draws follow from the seed and its number alone.
/// </summary>
internal sealed class ShuffleWindow : SampleOrder
{
    private readonly SampleStream stream;
    private readonly ulong seed;
    private readonly int window;
    private readonly double[] cells;
    private readonly double[] targets;
    private readonly double[] weights;
    private readonly long[] places;

    // The slots of the window, those of the last batch, and those that are free: every slot is in one of the three.
    private readonly int[] held;
    private readonly int[] batch;
    private readonly int[] spare;
    private int holding;
    private int taken;
    private int free;

    private SeededRandom random = new(0);
    private SampleReader? reader;
    private int read;

    /// <summary>Room for a window and a batch; nothing is read yet.</summary>
    /// <param name="stream">The samples to train with.</param>
    /// <param name="window">How many the next one is drawn of.</param>
    /// <param name="batchSize">The most samples of a step, which stay in their slots meanwhile.</param>
    /// <param name="seed">Fixes the draws.</param>
    /// <exception cref="ArgumentException">So many samples have no room in an array.</exception>
    public ShuffleWindow(SampleStream stream, int window, int batchSize, ulong seed)
    {
        (this.stream, this.seed) = (stream, seed);
        this.window = Math.Min(window, stream.Count);
        int most = Math.Min(batchSize, stream.Count);
        long slots = (long)this.window + most;
        if (slots * Math.Max(stream.Cells, stream.TargetCells) > Array.MaxLength)
        {
            throw new ArgumentException(
                $"a window of {this.window:N0} samples of {stream.Cells:N0} numbers and a batch of {most:N0} do not fit into an array of {Array.MaxLength:N0}; a smaller window does");
        }

        cells = new double[slots * stream.Cells];
        targets = new double[slots * stream.TargetCells];
        weights = new double[stream.IsWeighted ? slots : 0];
        places = new long[slots];
        (held, batch, spare) = (new int[this.window], new int[most], new int[slots]);
        Samples = Samples.OfSlots(stream.FeaturesOf(cells), new(targets, (int)slots, stream), weights);
    }

    /// <inheritdoc/>
    public override Samples Samples { get; }

    /// <inheritdoc/>
    public override int Count => stream.Count;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Last => batch.AsSpan(0, taken);

    /// <inheritdoc/>
    public override void Begin(int epoch, int seen, CancellationToken cancellationToken)
    {
        End();
        (random, read, holding, taken, free) = (new(seed, ShuffledSamples.StreamOf(epoch)), 0, 0, 0, spare.Length);
        for (int i = 0; i < spare.Length; i++)
        {
            spare[i] = spare.Length - 1 - i;
        }

        reader = stream.Open(cancellationToken);
        while (holding < window && Fill())
        {
            held[holding++] = spare[--free];
        }

        while (seen > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            seen -= Next(Math.Min(seen, batch.Length)).Length;
        }
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Next(int size)
    {
        for (; taken > 0; free++)
        {
            spare[free] = batch[--taken];
        }

        while (taken < size)
        {
            // The draws do not depend on the sizes of the batches.
            int drawn = random.NextInt(holding);
            batch[taken++] = held[drawn];
            held[drawn] = Fill() ? spare[--free] : held[--holding];
        }

        return Last;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Ahead(int size) => [];

    /// <inheritdoc/>
    public override void End()
    {
        reader?.Dispose();
        reader = null;
    }

    /// <inheritdoc/>
    public override string NameOf(int sample) => $"{stream.PlaceWord} {places[sample]}";

    /// <summary>Reads the next sample into the first free slot; says whether there was one.</summary>
    private bool Fill()
    {
        if (read > stream.Count || !reader!.Read())
        {
            return read >= stream.Count ? Ended() : throw Changed("there are only", read);
        }

        if (read == stream.Count)
        {
            throw Changed("there are more than", read);
        }

        int slot = spare[free - 1];
        double weight = reader.CopyTo(cells.AsSpan(slot * stream.Cells, stream.Cells), targets.AsSpan(slot * stream.TargetCells, stream.TargetCells));
        if (weights.Length > 0)
        {
            weights[slot] = weight;
        }

        places[slot] = reader.Place;
        read++;
        return true;
    }

    private bool Ended()
    {
        // Once is enough to have been asked at the end.
        read = stream.Count + 1;
        return false;
    }

    private InvalidDataException Changed(string word, int count) => new(
        $"{stream.Name}: {word} {count:N0} samples, but {stream.Count:N0} when they were counted; what is streamed has to give the same samples each time that it is read");
}

/// <summary>The targets of slots that are written again and again.</summary>
internal sealed class SlotTargets(double[] values, int count, SampleStream stream) : Targets(count, stream.Outputs)
{
    /// <inheritdoc/>
    internal override bool AreClasses => stream.AreClasses;

    /// <inheritdoc/>
    internal override int LabelOf(int sample) => stream.AreClasses ? (int)values[sample] : base.LabelOf(sample);

    /// <inheritdoc/>
    internal override void AddTo(System.Security.Cryptography.IncrementalHash hash) => hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));

    /// <inheritdoc/>
    internal override unsafe void Read<T>(int sample, T* destination)
    {
        if (stream.AreClasses)
        {
            new Span<T>(destination, Size).Clear();
            destination[(int)values[sample]] = T.One;
            return;
        }

        for (int i = 0; i < Size; i++)
        {
            destination[i] = T.CreateTruncating(values[sample * Size + i]);
        }
    }
}

/// <summary>The inputs of slots that are written again and again: numbers as they are, or the cells of a table's columns.</summary>
internal sealed class SlotFeatures : Features
{
    private readonly double[] cells;
    private readonly ImmutableArray<InputColumn> columns;
    private readonly int cellsOfASample;

    /// <summary>Numbers as they are.</summary>
    public SlotFeatures(double[] cells, int size)
        : base(cells.Length / size, size) => (this.cells, cellsOfASample, columns) = (cells, size, []);

    /// <summary>Cells of columns, encoded as they are read.</summary>
    public SlotFeatures(double[] cells, ImmutableArray<InputColumn> columns)
        : base(cells.Length / columns.Length, columns.Sum(column => column.Inputs)) => (this.cells, cellsOfASample, this.columns) = (cells, columns.Length, columns);

    /// <inheritdoc/>
    internal override unsafe void Read<T>(int sample, T* destination)
    {
        ReadOnlySpan<double> row = cells.AsSpan(sample * cellsOfASample, cellsOfASample);
        if (columns.IsEmpty)
        {
            for (int i = 0; i < row.Length; i++)
            {
                destination[i] = T.CreateTruncating(row[i]);
            }

            return;
        }

        for (int i = 0; i < row.Length; i++)
        {
            destination = columns[i].Write(row[i], destination);
        }
    }
}
