using System.Collections.Immutable;

namespace Nabla.Data;

/// <summary>Takes samples out of the training part of a data set, to choose with.</summary>
public static class ValidationSplit
{
    /// <summary>
    /// The same data set with a part of its training samples set aside for validation: drawn by the seed, of each class the same part, at least one sample of each
    /// that has two. The other samples keep their order.
    /// </summary>
    /// <param name="data">The data set; validation samples that it has already are replaced.</param>
    /// <param name="fraction">The part, above 0 and below 1.</param>
    /// <param name="seed">Fixes which samples.</param>
    /// <exception cref="ArgumentException">The part is out of its range, or one of both parts would be empty.</exception>
    public static Dataset WithValidation(this Dataset data, double fraction, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!(fraction is > 0 and < 1))
        {
            throw new ArgumentException($"the part for validation must be above 0 and below 1, but it is {fraction}");
        }

        Samples train = data.Train;
        bool[] chosen = new bool[train.Count];
        SeededRandom random = new(seed, stream: 4);
        IEnumerable<int[]> groups = train.Labels is { } labels
            ? Enumerable.Range(0, train.Count).GroupBy(i => labels[i]).OrderBy(group => group.Key).Select(group => group.ToArray())
            : [[.. Enumerable.Range(0, train.Count)]];
        foreach (int[] group in groups)
        {
            int count = group.Length < 2 ? 0 : Math.Clamp((int)Math.Round(fraction * group.Length), 1, group.Length - 1);
            random.Shuffle(group.AsSpan());
            foreach (int sample in group.AsSpan(0, count))
            {
                chosen[sample] = true;
            }
        }

        int[] held = [.. Enumerable.Range(0, train.Count).Where(i => chosen[i])];
        return held.Length > 0
            ? new(
                data.Name,
                train.Part([.. Enumerable.Range(0, train.Count).Where(i => !chosen[i])]),
                data.Test,
                data.Classes,
                data.Notes,
                train.Part(held),
                data.Preprocessing)
            : throw new ArgumentException($"{data.Name} has too few samples to set some aside for validation: {train.Count}");
    }

    /// <summary>Some of the samples, in the order that is given.</summary>
    internal static Samples Part(this Samples samples, IReadOnlyList<int> which)
    {
        Features features = samples.Features switch
        {
            ByteFeatures bytes => new ByteFeatures(Chosen(bytes.Values, bytes.Size, which), bytes.Size),
            NumberFeatures numbers => new NumberFeatures(Chosen(numbers.Values, numbers.Size, which), numbers.Size),
            EncodedFeatures encoded => new EncodedFeatures(encoded.Table.Part(which), encoded.Preprocessing),
            Features other => other.Part(which),
        };
        Targets targets = samples.Targets switch
        {
            ClassTargets classes => new ClassTargets(Chosen(classes.Labels, 1, which), classes.Size),
            NumberTargets numbers => new NumberTargets(Chosen(numbers.Values, numbers.Size, which), numbers.Size),
            Targets other => throw new NotSupportedException($"{other.GetType().Name} cannot be divided"),
        };
        return new(features, targets, samples.Weights.IsEmpty ? default : Chosen(samples.Weights, 1, which));
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
