using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Nabla.Data;

namespace Nabla.Tests.Data;

public class DigitsTests
{
    private const int Column = 792;

    private static readonly Dataset digits = Digits.Generate();

    [Fact]
    public void There_are_10000_to_train_and_2000_to_test()
    {
        Assert.Equal((10_000, 2_000), (digits.Train.Count, digits.Test!.Count));
        Assert.Equal((784, 10), (digits.Train.Inputs, digits.Train.Outputs));
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], digits.Classes);
        Assert.All(digits.Train.Labels!.Value.CountBy(label => label), pair => Assert.InRange(pair.Value, 850, 1150));
    }

    [Fact]
    public void A_seed_gives_the_same_bytes_on_every_machine()
    {
        Assert.Equal("3fc90f0406fafb0110844ab10b7d0bdb", Checksum(Generate(1, 500, 100))[..32]);
        Assert.NotEqual(Checksum(Generate(1, 500, 100)), Checksum(Generate(2, 500, 100)));
    }

    [Fact]
    public void A_longer_set_begins_with_the_shorter_one()
    {
        Dataset shorter = Generate(0, 100, 10);
        Assert.Equal(Pixels(shorter.Train), Pixels(digits.Train)[..(100 * 784)]);
        Assert.Equal(shorter.Test!.Labels!.Value, digits.Test!.Labels!.Value[..10]);
    }

    [Fact]
    public void No_test_picture_is_also_a_training_picture()
    {
        HashSet<string> training = [.. Pictures(digits.Train)];
        Assert.Equal(digits.Train.Count, training.Count);
        Assert.DoesNotContain(Pictures(digits.Test!), training.Contains);
    }

    [Fact]
    public void Every_digit_is_drawn_in_full_ink_near_the_middle()
    {
        ImmutableArray<byte> pixels = Pixels(digits.Train);
        for (int i = 0; i < digits.Train.Count; i++)
        {
            double mass = 0;
            double across = 0;
            double down = 0;
            int most = 0;
            for (int p = 0; p < 784; p++)
            {
                int ink = pixels[i * 784 + p];
                mass += ink;
                across += ink * (p % 28 + 0.5);
                down += ink * (p / 28 + 0.5);
                most = Math.Max(most, ink);
            }

            Assert.InRange(mass / 255 / 784, 0.02, 0.45);
            Assert.InRange(across / mass, 14 - 6, 14 + 6);
            Assert.InRange(down / mass, 14 - 6, 14 + 6);
            Assert.InRange(most, 150, 255);
        }
    }

    /// <summary>Softmax regression by gradient descent, to the end of what it can learn: the digits are not trivial.</summary>
    [Fact]
    public void A_linear_classifier_stays_below_93_percent()
    {
        float[] weights = new float[10 * Column];
        var random = new SeededRandom(1);
        int[] order = [.. Enumerable.Range(0, digits.Train.Count)];
        double best = 0;
        for (int epoch = 0; epoch < 12; epoch++)
        {
            random.Shuffle<int>(order);
            Walk(weights, digits.Train, order, rate: epoch < 6 ? 0.01f : 0.002f);
            best = Math.Max(best, Walk(weights, digits.Test!, [.. Enumerable.Range(0, digits.Test!.Count)], rate: 0));
        }

        Assert.InRange(best, 0.80, 0.93);
    }

    /// <summary>The fraction classified rightly, each sample followed by a step of gradient descent.</summary>
    private static unsafe double Walk(float[] weights, Samples samples, int[] order, float rate)
    {
        // A column of 792 holds the picture, a 1 for the bias, and zeros up to a whole number of vectors.
        Span<float> input = new float[Column];
        Span<float> p = stackalloc float[10];
        input[784] = 1;
        int right = 0;
        foreach (int sample in order)
        {
            fixed (float* column = input)
            {
                samples.GatherInputs([sample], column, Column);
            }

            for (int k = 0; k < 10; k++)
            {
                p[k] = Dot(weights.AsSpan(k * Column, Column), input);
            }

            int label = samples.Labels!.Value[sample];
            float most = p[0];
            int answer = 0;
            for (int k = 1; k < 10; k++)
            {
                (most, answer) = p[k] > most ? (p[k], k) : (most, answer);
            }

            right += answer == label ? 1 : 0;
            float sum = 0;
            for (int k = 0; k < 10; k++)
            {
                sum += p[k] = MathF.Exp(p[k] - most);
            }

            for (int k = 0; rate > 0 && k < 10; k++)
            {
                Add(-rate * (p[k] / sum - (k == label ? 1 : 0)), input, weights.AsSpan(k * Column, Column));
            }
        }

        return (double)right / order.Length;
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        for (int i = 0; i < a.Length; i += 8)
        {
            sum += Vector256.Create(a[i..]) * Vector256.Create(b[i..]);
        }

        return Vector256.Sum(sum);
    }

    private static void Add(float factor, ReadOnlySpan<float> a, Span<float> b)
    {
        for (int i = 0; i < a.Length; i += 8)
        {
            (factor * Vector256.Create(a[i..]) + Vector256.Create<float>(b[i..])).CopyTo(b[i..]);
        }
    }

    private static ImmutableArray<byte> Pixels(Samples samples) => Assert.IsType<ByteFeatures>(samples.Features).Values;

    private static IEnumerable<string> Pictures(Samples samples) =>
        Pixels(samples).Chunk(784).Select(picture => Convert.ToHexString(SHA256.HashData(picture)));

    private static Dataset Generate(ulong seed, int train, int test) =>
        Digits.Generate(seed, train, test, TestContext.Current.CancellationToken);

    private static string Checksum(Dataset dataset)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Samples samples in new[] { dataset.Train, dataset.Test! })
        {
            hash.AppendData(Pixels(samples).AsSpan());
            hash.AppendData([.. samples.Labels!.Value.Select(label => (byte)label)]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
