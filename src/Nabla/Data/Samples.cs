using System.Collections.Immutable;
using System.Numerics;

namespace Nabla.Data;

/// <summary>Inputs with their targets, read in any order into the columns of a batch.</summary>
public sealed partial class Samples
{
    private readonly double[]? slotWeights;

    /// <summary>As many targets as inputs, at least one of each.</summary>
    /// <param name="features">The inputs.</param>
    /// <param name="targets">What shall be answered.</param>
    /// <param name="weights">A weight for each sample, which its loss is multiplied by in training; none where all are 1.</param>
    /// <exception cref="ArgumentException">There are none, or not as many of one as of the other, or a weight is no number of at least 0.</exception>
    public Samples(Features features, Targets targets, ImmutableArray<double> weights = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(targets);
        if (features.Count != targets.Count)
        {
            throw new ArgumentException(
                $"there are {features.Count} inputs but {targets.Count} targets; each input needs one target");
        }

        if (features.Count == 0)
        {
            throw new ArgumentException("there are no samples; at least one is needed");
        }

        Features = features;
        Targets = targets;
        Weights = weights.IsDefault ? [] : weights;
        if (!Weights.IsEmpty && Weights.Length != features.Count)
        {
            throw new ArgumentException($"there are {features.Count} samples but {Weights.Length} weights; each sample needs one, or none has one");
        }

        for (int i = 0; i < Weights.Length; i++)
        {
            if (!(double.IsFinite(Weights[i]) && Weights[i] >= 0))
            {
                throw new ArgumentException($"the weight of sample {i} is {Weights[i]}, but must be a number of at least 0");
            }
        }
    }

    private Samples(double[] weights, Features features, Targets targets) =>
        (Features, Targets, Weights, slotWeights) = (features, targets, [], weights.Length > 0 ? weights : null);

    /// <summary>The inputs.</summary>
    public Features Features { get; }

    /// <summary>The targets.</summary>
    public Targets Targets { get; }

    /// <summary>The weight of each sample; none where all are 1.</summary>
    public ImmutableArray<double> Weights { get; }

    /// <summary>The side of the square pictures that the inputs are, in pixels; null where they are none, or so small (below 4) that they show nothing.</summary>
    public int? PictureSide => Features is ByteFeatures && (int)Math.Sqrt(Inputs) is >= 4 and var side && side * side == Inputs ? side : null;

    /// <summary>Slots that are written again and again; there may be samples in some of them only.</summary>
    /// <param name="features">The inputs.</param>
    /// <param name="targets">What shall be answered.</param>
    /// <param name="weights">A weight for each; none where all are 1.</param>
    internal static Samples OfSlots(SlotFeatures features, SlotTargets targets, double[] weights) => new(weights, features, targets);

    /// <summary>Whether there are weights.</summary>
    internal bool AreWeighted => slotWeights is not null || !Weights.IsEmpty;

    /// <summary>The weight of a sample.</summary>
    internal double WeightOf(int sample) => slotWeights is not null ? slotWeights[sample] : Weights.IsEmpty ? 1 : Weights[sample];

    /// <summary>Whether every target column sums to one within 1e-6.</summary>
    internal unsafe bool TargetsSumToOne
    {
        get
        {
            if (Targets.AreClasses)
            {
                return true;
            }

            double[] column = new double[Outputs];
            fixed (double* pointer = column)
            {
                for (int i = 0; i < Count; i++)
                {
                    Targets.Read(i, pointer);
                    if (!(Math.Abs(column.Sum() - 1) <= 1e-6))
                    {
                        return false;
                    }
                }
            }

            return true;
        }
    }

    /// <summary>How many samples there are.</summary>
    public int Count => Features.Count;

    /// <summary>How many numbers describe one sample.</summary>
    public int Inputs => Features.Size;

    /// <summary>How many numbers a target has.</summary>
    public int Outputs => Targets.Size;

    /// <summary>The label of each sample, or null where the targets are not classes.</summary>
    public ImmutableArray<int>? Labels => (Targets as ClassTargets)?.Labels;

    /// <summary>
    /// Writes the inputs of the samples named by <paramref name="order"/>, one column each. Only the first
    /// <see cref="Inputs"/> elements of a column are written; nothing is allocated.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="order">Indices of samples, in the order of the columns.</param>
    /// <param name="destination">The first column; there must be room for all.</param>
    /// <param name="leadingDimension">Elements from one column's beginning to the next's, at least <see cref="Inputs"/>.</param>
    public unsafe void GatherInputs<T>(ReadOnlySpan<int> order, T* destination, int leadingDimension)
        where T : unmanaged, IFloatingPointIeee754<T> => Features.Gather(order, destination, leadingDimension);

    /// <summary>
    /// Says that samples will be read soon, as far as the second cache has room for them beside what a step needs: shuffled samples lie anywhere in
    /// memory, and one after the other is waited for when they are only asked for as they are read.
    /// </summary>
    internal void Prefetch(ReadOnlySpan<int> order)
    {
        const int MostNumbers = 64 * 1024;
        foreach (int sample in order[..Math.Min(order.Length, MostNumbers / Inputs)])
        {
            Features.Prefetch(Features.Checked(sample));
        }
    }

    /// <summary>
    /// Writes the targets of the samples named by <paramref name="order"/>, one column each, classes as one-hot columns. Only
    /// the first <see cref="Outputs"/> elements of a column are written; nothing is allocated.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="order">Indices of samples, in the order of the columns.</param>
    /// <param name="destination">The first column; there must be room for all.</param>
    /// <param name="leadingDimension">Elements from one column's beginning to the next's, at least <see cref="Outputs"/>.</param>
    public unsafe void GatherTargets<T>(ReadOnlySpan<int> order, T* destination, int leadingDimension)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(leadingDimension, Outputs);
        for (int column = 0; column < order.Length; column++)
        {
            Targets.Read(Features.Checked(order[column]), destination + (nint)column * leadingDimension);
        }
    }

    /// <summary>The inputs of one sample, as a network sees them.</summary>
    public unsafe ImmutableArray<double> InputsOf(int sample)
    {
        double[] values = new double[Inputs];
        fixed (double* pointer = values)
        {
            Features.Read(Features.Checked(sample), pointer);
        }

        return [.. values];
    }

    /// <summary>The targets of one sample, a class as a one-hot column.</summary>
    public unsafe ImmutableArray<double> TargetsOf(int sample)
    {
        double[] values = new double[Outputs];
        fixed (double* pointer = values)
        {
            Targets.Read(Features.Checked(sample), pointer);
        }

        return [.. values];
    }

    /// <summary>Some of the samples, in the order that is given.</summary>
    internal Samples Part(IReadOnlyList<int> which)
    {
        Features features = Features switch
        {
            ByteFeatures bytes => new ByteFeatures(Chosen(bytes.Values, bytes.Size, which), bytes.Size),
            NumberFeatures numbers => new NumberFeatures(Chosen(numbers.Values, numbers.Size, which), numbers.Size),
            EncodedFeatures encoded => new EncodedFeatures(encoded.Table.Part(which), encoded.Preprocessing),
            Features other => other.Part(which),
        };
        Targets targets = Targets switch
        {
            ClassTargets classes => new ClassTargets(Chosen(classes.Labels, 1, which), classes.Size),
            NumberTargets numbers => new NumberTargets(Chosen(numbers.Values, numbers.Size, which), numbers.Size),
            Targets other => throw new NotSupportedException($"{other.GetType().Name} cannot be divided"),
        };
        return new(features, targets, Weights.IsEmpty ? default : Chosen(Weights, 1, which));
    }

    private static ImmutableArray<TValue> Chosen<TValue>(ImmutableArray<TValue> values, int size, IReadOnlyList<int> which)
    {
        ImmutableArray<TValue>.Builder part = ImmutableArray.CreateBuilder<TValue>(which.Count * size);
        foreach (int sample in which)
        {
            part.AddRange(values.AsSpan(sample * size, size));
        }

        return part.MoveToImmutable();
    }
}
