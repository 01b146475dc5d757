namespace Nabla.Data;

/// <summary>
/// The order in which an epoch sees the samples to train with: all that the training knows of where they come from. A batch is a list of numbers of <see cref="Samples"/>, which are in memory: all
/// samples there are, or those in a window.
/// </summary>
internal abstract class SampleOrder
{
    /// <summary>What the numbers of a batch belong to.</summary>
    public abstract Samples Samples { get; }

    /// <summary>How many samples an epoch sees.</summary>
    public abstract int Count { get; }

    /// <summary>The samples of the last batch.</summary>
    public abstract ReadOnlySpan<int> Last { get; }

    /// <summary>Goes to a place of an epoch; the same place is followed by the same samples, however often and from where it is gone to.</summary>
    /// <param name="epoch">The epoch, counted from 1; not below one that was begun.</param>
    /// <param name="seen">The samples of it that have been seen.</param>
    /// <param name="cancellationToken">Stops what is read until <see cref="End"/>.</param>
    /// <exception cref="InvalidDataException">What is read is damaged, or not what it was.</exception>
    public abstract void Begin(int epoch, int seen, CancellationToken cancellationToken);

    /// <summary>The next samples, whose numbers stay theirs until it is called again. Allocates nothing.</summary>
    /// <param name="size">How many; not more than the epoch has left.</param>
    /// <exception cref="InvalidDataException">What is read is damaged, or not what it was.</exception>
    public abstract ReadOnlySpan<int> Next(int size);

    /// <summary>Samples of which it is known that they come after the last batch, at most so many.</summary>
    public abstract ReadOnlySpan<int> Ahead(int size);

    /// <summary>Closes what <see cref="Begin"/> opened.</summary>
    public abstract void End();

    /// <summary>What a sample is called in a message.</summary>
    public abstract string NameOf(int sample);
}

/// <summary>All samples are in memory, and shuffled anew in each epoch.</summary>
/// <param name="samples">The samples.</param>
/// <param name="batchSize">The most samples of a step.</param>
/// <param name="seed">Fixes the order.</param>
internal sealed class ShuffledSamples(Samples samples, int batchSize, ulong seed) : SampleOrder
{
    private readonly int[] order = [.. Enumerable.Range(0, samples.Count)];
    private int shuffled;
    private int start = (samples.Count - 1) / batchSize * batchSize;
    private int next = samples.Count;

    /// <inheritdoc/>
    public override Samples Samples => samples;

    /// <inheritdoc/>
    public override int Count => order.Length;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Last => order.AsSpan(start, next - start);

    /// <inheritdoc/>
    public override void Begin(int epoch, int seen, CancellationToken cancellationToken)
    {
        // Each epoch shuffles what the one before has left. A full batch is a sum over all samples; their order would only change the rounding.
        for (; shuffled < epoch; shuffled++)
        {
            if (batchSize < order.Length)
            {
                new SeededRandom(seed, StreamOf(shuffled + 1)).Shuffle(order.AsSpan());
            }
        }

        (start, next) = (seen, seen);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Next(int size)
    {
        (start, next) = (next, next + size);
        return Last;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Ahead(int size) => order.AsSpan(next, Math.Min(size, order.Length - next));

    /// <inheritdoc/>
    public override void End()
    {
    }

    /// <inheritdoc/>
    public override string NameOf(int sample) => $"sample {sample + 1}";

    /// <summary>The stream of random numbers of an epoch.</summary>
    public static ulong StreamOf(int epoch) => 1000 + (ulong)epoch;
}
