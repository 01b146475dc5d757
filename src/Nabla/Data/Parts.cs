using System.Collections.Immutable;

namespace Nabla.Data;

/// <summary>What a sample is for.</summary>
public enum Part
{
    /// <summary>It trains.</summary>
    Train,

    /// <summary>It chooses when to stop and which weights are kept.</summary>
    Validation,

    /// <summary>It judges the finished model and chooses nothing.</summary>
    Test,
}

/// <summary>
/// Gives each sample its part, one after the other and without remembering any: as many of each class in each part as its share of the whole asks for
/// (selection sampling: Knuth, "The Art of Computer Programming" 2, 3.4.2, algorithm S, for each class).
/// </summary>
public sealed class Parts
{
    private readonly SeededRandom random;
    private readonly long[] left;
    private readonly long[][] wanted;
    private readonly ImmutableArray<long>[] sizes;

    /// <summary>Parts of a set whose classes have known sizes.</summary>
    /// <param name="counts">The number of samples of each class; one number where there are no classes.</param>
    /// <param name="validation">The fraction of the samples that choose, from 0 to less than 1.</param>
    /// <param name="test">The fraction of the samples that judge; with <paramref name="validation"/> less than 1.</param>
    /// <param name="seed">Fixes who gets where.</param>
    /// <exception cref="ArgumentException">A fraction is out of its range.</exception>
    public Parts(IReadOnlyList<long> counts, double validation, double test, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(counts);
        RequireFractions(validation, test);
        random = new(seed, stream: 3);
        left = [.. counts];
        wanted = [Share(counts, test), []];
        wanted[1] = Share([.. counts.Zip(wanted[0], (all, taken) => all - taken)], validation / (1 - test));
        sizes = [[.. left.Select((all, label) => all - wanted[0][label] - wanted[1][label])], [.. wanted[1]], [.. wanted[0]]];
    }

    /// <summary>How many samples of each class a part gets.</summary>
    public ImmutableArray<long> CountsOf(Part part) => sizes[(int)part];

    /// <summary>Whether all samples of a class that were announced have come.</summary>
    public bool IsOver(int label) => left[label] == 0;

    /// <summary>Asserts that fractions leave something to train with.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static void RequireFractions(double validation, double test)
    {
        if (!(validation >= 0 && test >= 0 && validation + test < 1))
        {
            throw new ArgumentException(
                $"the validation and the test part are fractions from 0 to less than 1 that leave something to train with, but they are {validation} and {test}");
        }
    }

    /// <summary>The part of the next sample.</summary>
    /// <param name="label">Its class; 0 where there are no classes.</param>
    /// <exception cref="InvalidOperationException">More samples of the class came than were announced.</exception>
    public Part Next(int label = 0)
    {
        if (left[label] == 0)
        {
            throw new InvalidOperationException($"more samples of class {label} came than were announced");
        }

        double place = random.NextDouble() * left[label]--;
        if (place < wanted[0][label])
        {
            wanted[0][label]--;
            return Part.Test;
        }

        if (place < wanted[0][label] + wanted[1][label])
        {
            wanted[1][label]--;
            return Part.Validation;
        }

        return Part.Train;
    }

    /// <summary>The parts of samples with labels, or of as many without.</summary>
    /// <param name="count">How many samples there are.</param>
    /// <param name="labels">Their labels; null where they have none.</param>
    /// <param name="validation">The fraction of the samples that choose.</param>
    /// <param name="test">The fraction of the samples that judge.</param>
    /// <param name="seed">Fixes who gets where.</param>
    /// <exception cref="ArgumentException">A fraction is out of its range.</exception>
    public static ImmutableArray<Part> Of(int count, IReadOnlyList<int>? labels, double validation, double test, ulong seed)
    {
        long[] counts = labels is null ? [count] : new long[labels.Max() + 1];
        foreach (int label in labels ?? [])
        {
            counts[label]++;
        }

        Parts parts = new(counts, validation, test, seed);
        return [.. Enumerable.Range(0, count).Select(i => parts.Next(labels?[i] ?? 0))];
    }

    /// <summary>How many of each class are taken: the fraction rounded down, and one more of those that lost most by it until the sum is right.</summary>
    private static long[] Share(IReadOnlyList<long> counts, double fraction)
    {
        long[] share = [.. counts.Select(count => (long)Math.Floor(count * fraction))];
        long missing = (long)Math.Round(counts.Sum() * fraction) - share.Sum();
        foreach (int i in Enumerable.Range(0, counts.Count)
            .Where(i => share[i] + 1 < counts[i])
            .OrderByDescending(i => counts[i] * fraction - share[i])
            .Take((int)Math.Max(0, missing)))
        {
            share[i]++;
        }

        return share;
    }
}
