using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Nabla.Data;

/// <summary>
/// Generated pictures that look like handwritten digits, 28×28 bytes: stroke skeletons with random slant, scale, thickness
/// and jitter and a smooth elastic distortion. Sizes and centring follow MNIST.
/// </summary>
public static class Digits
{
    /// <summary>Pixels of a picture, 28 rows of 28.</summary>
    public const int Pixels = DigitPen.Side * DigitPen.Side;

    /// <summary>The names of the classes, "0" to "9".</summary>
    public static ImmutableArray<string> Classes { get; } =
        [.. Enumerable.Range(0, 10).Select(digit => digit.ToString(CultureInfo.InvariantCulture))];

    /// <summary>
    /// The set of a seed. Every sample has a random stream of its own, so a longer set begins with the shorter one and the
    /// bytes depend neither on the machine nor on its number of processors.
    /// </summary>
    public static Dataset Generate(
        ulong seed = 0, int train = 10_000, int test = 2_000, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(train, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(test, 1);
        return new Dataset(
            "digits",
            Generate(seed, firstStream: 0, train, cancellationToken),
            Generate(seed, firstStream: 1UL << 32, test, cancellationToken),
            Classes);
    }

    private static Samples Generate(ulong seed, ulong firstStream, int count, CancellationToken cancellationToken)
    {
        byte[] pixels = new byte[checked(count * Pixels)];
        int[] labels = new int[count];
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.For(0, count, options, () => new DigitPen(), (i, _, pen) =>
        {
            var random = new SeededRandom(seed, firstStream + (ulong)i);
            labels[i] = random.NextInt(10);
            pen.Write(labels[i], random, pixels.AsSpan(i * Pixels, Pixels));
            return pen;
        }, _ => { });
        return new Samples(
            new ByteFeatures(ImmutableCollectionsMarshal.AsImmutableArray(pixels), Pixels),
            new ClassTargets(ImmutableCollectionsMarshal.AsImmutableArray(labels), 10));
    }
}

public static partial class Datasets
{
    /// <summary>Generated 28×28 handwriting-like digits, 10,000 to train and 2,000 to test.</summary>
    public static BuiltInDataset Digits { get; } = new(
        "digits",
        "generated 28×28 handwriting-like digits, 10,000 to train and 2,000 to test",
        (options, cancellationToken) => Task.FromResult(Data.Digits.Generate(options.Seed, cancellationToken: cancellationToken)));
}
