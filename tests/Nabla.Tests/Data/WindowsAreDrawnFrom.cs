using Nabla.Data;

namespace Nabla.Tests.Data;

/// <summary>What is streamed through a window is seen once an epoch, in an order that the seed fixes.</summary>
public class WindowsAreDrawnFrom
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 7)]
    [InlineData(5, 3)]
    [InlineData(19, 8)]
    [InlineData(23, 23)]
    [InlineData(1000, 1000)]
    public void Every_sample_is_seen_exactly_once_an_epoch(int window, int batch)
    {
        SampleOrder order = new StreamedDataset("some", Numbered(23), window).Order(batch, seed: 4);
        HashSet<string> orders = [];
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            int[] seen = SeenIn(order, epoch, batch);
            Assert.Equal([.. Enumerable.Range(0, 23)], seen.Order());
            orders.Add(string.Join(' ', seen));
        }

        Assert.Equal(window == 1 ? 1 : 3, orders.Count);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    public void The_order_is_the_same_for_any_batch_and_from_any_place(int window)
    {
        StreamedDataset data = new("some", Numbered(41), window);
        int[] expected = SeenIn(data.Order(1, seed: 4), 2, batch: 1);
        foreach (int batch in new[] { 2, 7, 41 })
        {
            SampleOrder order = data.Order(batch, seed: 4);
            Assert.Equal(expected, SeenIn(order, 2, batch));
            for (int seen = batch; seen < 41; seen += batch)
            {
                Assert.Equal(expected[seen..], SeenIn(order, 2, batch, seen));
            }
        }

        Assert.NotEqual(expected, SeenIn(data.Order(1, seed: 5), 2, batch: 1));
    }

    /// <summary>Of the 24 orders of four samples each comes 1,000 times in 24,000 epochs; χ² of 23 degrees of freedom is above 49.7 once in a thousand such tests.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    public void A_window_of_all_samples_gives_every_order_equally_often(int window)
    {
        const int Epochs = 24_000;
        SampleOrder order = new StreamedDataset("some", Numbered(4), window).Order(2, seed: 1);
        Dictionary<string, int> counts = [];
        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            string seen = string.Join(' ', SeenIn(order, epoch, batch: 2));
            counts[seen] = counts.GetValueOrDefault(seen) + 1;
        }

        Assert.Equal(24, counts.Count);
        Assert.InRange(counts.Values.Sum(count => Math.Pow(count - Epochs / 24.0, 2) / (Epochs / 24.0)), 0, 49.7);
    }

    /// <summary>A sample can only be drawn when it has been read: place i needs at most i + W samples. And it stays as long as chance will have it, W draws on average.</summary>
    [Fact]
    public void A_smaller_window_draws_near_the_place_of_reading()
    {
        const int Window = 10;
        int[] seen = SeenIn(new StreamedDataset("some", Numbered(5000), Window).Order(32, seed: 1), 1, batch: 32);
        Assert.All(seen.Index(), draw => Assert.True(draw.Item < draw.Index + Window));
        Assert.InRange(seen.Index().Average(draw => Math.Abs(draw.Item - draw.Index)), 4, 12);
        Assert.Contains(seen.Index(), draw => draw.Index - draw.Item > 3 * Window);
    }

    [Theory]
    [InlineData(90, "the rows: there are only 90 samples, but 100 when they were counted; what is streamed has to give the same samples each time that it is read")]
    [InlineData(110, "the rows: there are more than 100 samples, but 100 when they were counted; what is streamed has to give the same samples each time that it is read")]
    public void A_stream_that_gives_others_than_before_is_refused(int count, string sentence)
    {
        int rows = 100;
        SampleStream stream = SampleStream.OfClasses(Rows(), classes: 2);
        rows = count;
        SampleOrder order = new StreamedDataset("some", stream, 30, classes: ["a", "b"]).Order(8, seed: 1);
        Assert.Equal(sentence, Assert.Throws<InvalidDataException>(() => SeenIn(order, 1, batch: 8)).Message);

        IEnumerable<(double[] Inputs, int Label)> Rows()
        {
            for (int i = 0; i < rows; i++)
            {
                yield return ([i], i % 2);
            }
        }
    }

    [Fact]
    public void A_validation_part_is_the_same_each_time_and_has_its_share_of_each_class()
    {
        StreamedDataset data = new StreamedDataset("some", SampleStream.OfClasses(Enumerable.Range(0, 200).Select(i => (new double[] { i }, i % 4 == 0 ? 1 : 0)), 2), 50, classes: ["a", "b"])
            .WithValidation(0.2, seed: 3);
        int[] held = [.. Held()];
        Assert.Equal((160, 40), (data.CountOf(Part.Train), data.CountOf(Part.Validation)));
        Assert.Equal<long[]>([120, 40], [.. data.ClassCounts]);
        Assert.Equal(10, held.Count(i => i % 4 == 0));
        Assert.Equal(held, Held());
        SampleOrder order = data.Order(16, seed: 1);
        for (int epoch = 1; epoch <= 2; epoch++)
        {
            Assert.Equal(Enumerable.Range(0, 200).Except(held), SeenIn(order, epoch, batch: 16).Order());
        }

        IEnumerable<int> Held() => data.Read(Part.Validation, TestContext.Current.CancellationToken)
            .SelectMany(samples => Enumerable.Range(0, samples.Count).Select(i => (int)samples.InputsOf(i)[0]));
    }

    [Fact]
    public void Rows_that_are_no_samples_are_refused_with_their_number()
    {
        Refused("there are no samples", () => SampleStream.OfNumbers(Array.Empty<(double[], double[])>()));
        Refused("row 1 has 2 inputs and 1 targets, but the rows before it have 1 and 1", () => SampleStream.OfNumbers([([1], [1]), ([1, 2], new double[] { 1 })]));
        Refused("input 0 of row 1 is NaN", () => SampleStream.OfNumbers([([1], [1]), ([double.NaN], new double[] { 1 })]));
        Refused("the label of row 0 is 2, but 2 classes have the labels 0 to 1", () => SampleStream.OfClasses([([1], 2)], 2));
        Refused("the weight of row 0 is -1", () => SampleStream.OfClasses([([1], 1, -1.0)], 2));
        Refused("the window holds at least 1 sample, but it is 0", () => new StreamedDataset("some", Numbered(3), 0));
        Refused("the classes are not named", () => new StreamedDataset("some", SampleStream.OfClasses([([1], 1)], 2), 1));
        Refused("3 classes are named, but the training targets have 2", () => new StreamedDataset("some", SampleStream.OfClasses([([1], 1)], 2), 1, classes: ["a", "b", "c"]));

        static void Refused(string sentence, Func<object> make) => Assert.Contains(sentence, Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    /// <summary>A context like that of a window's thread: what is posted to it waits until that thread is free, which is blocked by the training.</summary>
    [Fact]
    public void Rows_that_are_waited_for_do_not_need_the_thread_that_waits()
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new Stuck());
        try
        {
            SampleStream stream = SampleStream.OfNumbers(RowsAsync(30));
            Assert.Equal((30, 1, 1), (stream.Count, stream.Inputs, stream.Outputs));
            Assert.Equal(Enumerable.Range(0, 30), SeenIn(new StreamedDataset("some", stream, 10).Order(4, seed: 1), 1, batch: 4).Order());
            Assert.IsType<Stuck>(SynchronizationContext.Current);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        static async IAsyncEnumerable<(double[] Inputs, double[] Targets)> RowsAsync(int count)
        {
            for (int i = 0; i < count; i++)
            {
                await Task.Yield();
                yield return ([i], [1]);
            }
        }
    }

    private static SampleStream Numbered(int count) => SampleStream.OfNumbers(Enumerable.Range(0, count).Select(i => (new double[] { i }, new double[] { 1 })));

    private static int[] SeenIn(SampleOrder order, int epoch, int batch, int from = 0)
    {
        List<int> seen = [];
        order.Begin(epoch, from, TestContext.Current.CancellationToken);
        while (from + seen.Count < order.Count)
        {
            foreach (int slot in order.Next(Math.Min(batch, order.Count - from - seen.Count)))
            {
                seen.Add((int)order.Samples.InputsOf(slot)[0]);
            }
        }

        order.End();
        return [.. seen];
    }

    private sealed class Stuck : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
