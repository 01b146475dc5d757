using CsCheck;
using Nabla.Data;

namespace Nabla.Tests.Data;

public class TableColumnsTests
{
    [Fact]
    public void Packed_numbers_are_the_numbers() => Gen.OneOf(
        Gen.Int[0, 9].Select(i => (double)i),
        Gen.Int[0, 3000].Select(i => i / 10.0),
        Gen.Float.Select(x => (double)x),
        Gen.Double,
        Gen.Const(double.NaN)).Where(x => !double.IsInfinity(x)).Array[0, 9000].Sample(
            values =>
            {
                NumberColumn column = new("x", values);
                Assert.Equal(values.Length, column.Count);
                for (int i = 0; i < values.Length; i++)
                {
                    Assert.Equal(values[i], column[i]);
                }
            },
            iter: 300);

    [Theory]
    [InlineData(0, 1.7)]
    [InlineData(1, 3.8)]
    [InlineData(2, 4.4)]
    [InlineData(3, 8.4)]
    public void Numbers_take_no_more_memory_than_they_need(int kind, double bytes)
    {
        const int Count = 1 << 20;
        SeededRandom random = new(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        NumberColumn column = new("x", Enumerable.Range(0, Count).Select(_ => kind switch
        {
            0 => random.NextInt(200),
            1 => random.NextInt(800) / 10.0,
            2 => (float)random.NextNormal(),
            _ => random.NextNormal(),
        }));
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (double)Count, 0, bytes);
        Assert.Equal(Count, column.Count);
    }

    [Fact]
    public void Columns_from_code_are_standardized_and_encoded()
    {
        TableColumns train = new(new NumberColumn("x", 1, 2, 3, double.NaN), new CategoryColumn("c", "b", "a", null, "a"), new NumberColumn("constant", 7, 7, 7, 7));
        Preprocessing preprocessing = new() { Columns = Standardization.Learn(train) };
        double scale = Math.Sqrt(2.0 / 3);
        Assert.Equal(
            [-1 / scale, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1 / scale, 0, 0, 1, 0, 0, 1, 0, 0, 0],
            Assert.IsType<NumberFeatures>(EncodedFeatures.Of(train, preprocessing)).Values);
        TableColumns other = new(new CategoryColumn("c", "z"), new NumberColumn("x", 2), new NumberColumn("constant", 8));
        Assert.Equal([0, 0, 0, 0, 1], Assert.IsType<NumberFeatures>(EncodedFeatures.Of(other, preprocessing)).Values);
    }

    [Fact]
    public void Columns_that_do_not_fit_are_refused_with_a_sentence()
    {
        NumberColumn x = new("x", 1, 2);
        Preprocessing preprocessing = new() { Columns = [new NumberEncoding("x", 0, 1, 0)] };
        Refused("two columns are named 'x'; each column needs a name of its own", () => new TableColumns(x, new NumberColumn("x", 3, 4)));
        Refused("column 'y' has 1 rows, but column 'x' has 2", () => new TableColumns(x, new NumberColumn("y", 3)));
        Refused("row 1 of column 'x' is Infinity, but must be a finite number, or NaN where it is missing", () => new NumberColumn("x", 1, double.PositiveInfinity));
        Refused("the table has no column 'x'", () => new EncodedFeatures(new TableColumns(new NumberColumn("y", 3)), preprocessing));
        Refused("column 'x' holds categories, but the preprocessing takes it for numbers", () => new EncodedFeatures(new TableColumns(new CategoryColumn("x", "a")), preprocessing));
        Refused("column 'x' has no number among the samples to train with", () => Standardization.Learn(new TableColumns(new NumberColumn("x", double.NaN))));
        Refused("column 'x' has numbers too large to be standardized", () => Standardization.Learn(new TableColumns(new NumberColumn("x", 1e300, -1e300))));
    }

    private static void Refused(string sentence, Func<object> make) =>
        Assert.Equal(sentence, Assert.Throws<ArgumentException>(() => make()).Message);
}
