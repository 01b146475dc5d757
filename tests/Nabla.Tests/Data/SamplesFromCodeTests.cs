using Nabla.Data;

namespace Nabla.Tests.Data;

public class SamplesFromCodeTests
{
    private static readonly double[,] table = { { 1, 2 }, { 3, 4 }, { 5, 6 } };

    [Fact]
    public async Task Tables_spans_and_sequences_make_the_same_samples()
    {
        (double[], int)[] labelled = [([1, 2], 0), ([3, 4], 2), ([5, 6], 1)];
        Samples[] all =
        [
            Samples.OfClasses(table, [0, 2, 1], 3),
            Samples.OfClasses([1, 2, 3, 4, 5, 6], 2, [0, 2, 1], 3),
            Samples.OfClasses(labelled, 3),
            await Samples.OfClassesAsync(Slowly(labelled), 3, TestContext.Current.CancellationToken),
        ];
        Assert.All(all, samples =>
        {
            Assert.Equal((3, 2, 3), (samples.Count, samples.Inputs, samples.Outputs));
            Assert.Equal([1, 2, 3, 4, 5, 6], Assert.IsType<NumberFeatures>(samples.Features).Values);
            Assert.Equal([0, 2, 1], samples.Labels!.Value);
        });
    }

    [Fact]
    public async Task Numbers_as_targets_likewise()
    {
        (double[], double[])[] rows = [([1, 2], [7]), ([3, 4], [8]), ([5, 6], [9])];
        Samples[] all =
        [
            Samples.OfNumbers(table, new double[,] { { 7 }, { 8 }, { 9 } }),
            Samples.OfNumbers([1, 2, 3, 4, 5, 6], 2, [7, 8, 9], 1),
            Samples.OfNumbers(rows),
            await Samples.OfNumbersAsync(Slowly(rows), TestContext.Current.CancellationToken),
        ];
        Assert.All(all, samples =>
        {
            Assert.Equal([1, 2, 3, 4, 5, 6], Assert.IsType<NumberFeatures>(samples.Features).Values);
            Assert.Equal([7, 8, 9], Assert.IsType<NumberTargets>(samples.Targets).Values);
        });
    }

    [Fact]
    public void Rows_that_do_not_fit_are_refused_with_a_sentence()
    {
        Refused("row 1 has 1 inputs and 1 targets, but the rows before it have 2 and 1", () => Samples.OfNumbers([([1, 2], [7]), ([3], [8])]));
        Refused("there are no samples; at least one is needed", () => Samples.OfClasses(Array.Empty<(double[], int)>(), 2));
        Refused("there are 3 inputs but 2 targets; each input needs one target", () => Samples.OfClasses(table, [0, 1], 2));
        Refused("input 1 of sample 0 is NaN, but must be a finite number", () => Samples.OfNumbers([1, double.NaN], 2, [1.0], 1));
    }

    private static async IAsyncEnumerable<T> Slowly<T>(IEnumerable<T> rows)
    {
        foreach (T row in rows)
        {
            await Task.Yield();
            yield return row;
        }
    }

    private static void Refused(string sentence, Func<object> make) =>
        Assert.Equal(sentence, Assert.Throws<ArgumentException>(() => make()).Message);
}
