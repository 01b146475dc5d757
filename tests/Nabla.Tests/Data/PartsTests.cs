using CsCheck;
using Nabla.Data;

namespace Nabla.Tests.Data;

public class PartsTests
{
    /// <summary>The whole has its share to a sample, and so has each class.</summary>
    [Fact]
    public void Every_part_has_its_share_of_the_whole_and_of_each_class() => Gen.Select(Gen.Int[0, 60].Array[1, 6], Gen.Double[0, 0.45], Gen.Double[0, 0.45], Gen.ULong).Sample(
        (counts, validation, test, seed) =>
        {
            int[] labels = [.. counts.SelectMany((count, label) => Enumerable.Repeat(label, count + 1))];
            new SeededRandom(seed).Shuffle(labels.AsSpan());
            var parts = Parts.Of(labels.Length, labels, validation, test, seed);
            Assert.Equal(labels.Length, parts.Length);
            for (int label = 0; label < counts.Length; label++)
            {
                int count = counts[label] + 1;
                int Of(Part part) => Enumerable.Range(0, labels.Length).Count(i => labels[i] == label && parts[i] == part);
                Assert.InRange(Of(Part.Test) - count * test, -1, 1);
                Assert.InRange(Of(Part.Validation) - count * validation, -2, 2);
                Assert.True(Of(Part.Train) >= 1);
            }
        },
        iter: 2000);

    [Fact]
    public void Samples_without_classes_are_parted_exactly()
    {
        var parts = Parts.Of(1000, labels: null, 0.1, 0.25, seed: 3);
        Assert.Equal((650, 100, 250), (parts.Count(part => part == Part.Train), parts.Count(part => part == Part.Validation), parts.Count(part => part == Part.Test)));
    }

    [Fact]
    public void One_seed_gives_one_parting_and_every_sample_is_as_likely_held_out_as_any_other()
    {
        Assert.Equal(Parts.Of(50, null, 0.2, 0.2, 7), Parts.Of(50, null, 0.2, 0.2, 7));
        Assert.NotEqual(Parts.Of(50, null, 0.2, 0.2, 7), Parts.Of(50, null, 0.2, 0.2, 8));
        int[] held = new int[20];
        for (ulong seed = 1; seed <= 2000; seed++)
        {
            var parts = Parts.Of(held.Length, null, 0, 0.25, seed);
            for (int i = 0; i < held.Length; i++)
            {
                held[i] += parts[i] == Part.Test ? 1 : 0;
            }
        }

        // 500 are expected; the standard deviation is 19.
        Assert.All(held, count => Assert.InRange(count, 410, 590));
    }

    [Theory]
    [InlineData(-0.1, 0.2)]
    [InlineData(0.5, 0.5)]
    [InlineData(double.NaN, 0.1)]
    [InlineData(0, 1)]
    public void Fractions_that_leave_nothing_to_train_with_are_refused(double validation, double test) => Assert.StartsWith(
        "the validation and the test part are fractions from 0 to less than 1 that leave something to train with, but they are ",
        Assert.Throws<ArgumentException>(() => new Parts([10], validation, test, 1)).Message);

    [Fact]
    public void More_samples_than_were_announced_are_refused()
    {
        Parts parts = new([2], 0, 0.5, 1);
        parts.Next();
        parts.Next();
        Assert.Throws<InvalidOperationException>(() => parts.Next());
    }
}
