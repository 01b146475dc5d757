using CsCheck;
using Nabla.Data;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>What a report and the studio show as the worst examples.</summary>
public class TheWorstSamplesAreKept
{
    /// <summary>Of any outputs, in sets of any sizes, those that sorting finds.</summary>
    [Fact]
    public void Of_classes_first_those_that_are_taken_for_another() => Gen.Select(Gen.Select(Gen.Int[0, 2], Gen.Int[-3, 9].Array[3]).Array[1, 40], Gen.Int[1, 12]).Sample(
        (samples, most) =>
        {
            WorstSamples worst = new(most);
            for (int first = 0; first < samples.Length; first += 7)
            {
                (int Label, int[] Outputs)[] set = samples[first..Math.Min(samples.Length, first + 7)];
                Samples some = new(new NumberFeatures([.. set.Select((_, i) => (double)(first + i))], 1), new ClassTargets([.. set.Select(one => one.Label)], 3));
                for (int i = 0; i < set.Length; i++)
                {
                    worst.Add<float>(some, i, [.. set[i].Outputs.Select(output => output / 8f)], first);
                }
            }

            (int Number, int Label, int TakenFor, double Wrongness)[] expected =
            [
                .. samples.Select((one, i) => (i + 1, one.Item1, Array.IndexOf(one.Item2, one.Item2.Max()), 1 - one.Item2[one.Item1] / 8.0))
                    .OrderByDescending(one => one.Item2 != one.Item3).ThenByDescending(one => one.Item4).Take(most),
            ];

            // Of equals any may be kept.
            Assert.Equal(expected.Select(one => (one.Label != one.TakenFor, one.Wrongness)), worst.InOrder.Select(one => (!one.IsRight, one.Wrongness)));
            Assert.All(worst.InOrder, one =>
            {
                (int label, int[] outputs) = samples[one.Number - 1];
                Assert.Equal((label, Array.IndexOf(outputs, outputs.Max())), (one.Label, one.TakenFor));
                Assert.Equal([one.Number - 1.0], one.Inputs);
                Assert.Equal([.. outputs.Select(output => output / 8.0)], one.Outputs);
                Assert.Equal(1, one.Targets[label]);
            });
            Assert.Equal(worst.InOrder.Length, worst.InOrder.Select(one => one.Number).Distinct().Count());
        },
        iter: 500);

    [Fact]
    public void Of_numbers_those_that_are_furthest_off()
    {
        Samples samples = new(new NumberFeatures([1, 2, 3], 1), new NumberTargets([0, 0, 1, 1, 2, 2], 2));
        WorstSamples worst = new(2);
        worst.Add<double>(samples, 0, [0, 0.5]);
        worst.Add<double>(samples, 1, [1, 1]);
        worst.Add<double>(samples, 2, [0, 5]);
        Assert.Equal([(3, 13.0), (1, 0.25)], worst.InOrder.Select(one => (one.Number, one.Wrongness)));
        Assert.All(worst.InOrder, one => Assert.Equal((null, null, false), (one.Label, one.TakenFor, one.IsRight)));
        worst.Add<double>(samples, 1, [double.NaN, 1]);
        Assert.Equal([(2, double.PositiveInfinity), (3, 13.0)], worst.InOrder.Select(one => (one.Number, one.Wrongness)));
        Assert.Equal("there are 1 outputs, but a target has 2 numbers", Assert.Throws<ArgumentException>(() => worst.Add<double>(samples, 0, [0])).Message);
    }
}
