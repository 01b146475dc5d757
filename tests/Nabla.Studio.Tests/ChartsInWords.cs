using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Nabla.Studio.Charts;

namespace Nabla.Studio.Tests;

public sealed class ChartsInWords
{
    private static readonly ImmutableArray<CurvePoint> falling = [.. Enumerable.Range(1, 1000).Select(i => new CurvePoint(10 * i, 1.0 / i, 0.5 / i, 2.0 / i))];

    [Fact]
    public void Tell_the_first_the_last_and_the_least_value()
    {
        Curve curve = new("training", [new(1, 0.5), new(2, 0.25), new(3000, 0.375)]);
        Assert.Equal("Loss. training: 0.5 at step 1, 0.375 at step 3,000, least 0.25 at step 2", ChartText.Essence("Loss", "step", [curve]));
        Assert.Equal("Right. training: 50.0 % at step 1, 37.5 % at step 3,000, least 25.0 % at step 2", ChartText.Essence("Right", "step", [curve], isPercent: true));
        Assert.Equal("Loss: nothing yet", ChartText.Essence("Loss", "step", [new("training", [])]));
    }

    [Fact]
    public void Have_a_table_of_a_readable_number_of_rows_with_the_first_and_the_last()
    {
        Curve heldOut = new("held out", [new(5000, 7), new(10_100, 6)]);
        ImmutableArray<ChartRow> rows = ChartText.Rows([new("training", falling), heldOut], most: 20);
        Assert.InRange(rows.Length, 20, 21);
        Assert.Equal(10, rows[0].X);
        Assert.Equal(10_100, rows[^1].X);
        Assert.Equal([1.0, null], rows[0].Values);
        Assert.Equal([1.0 / 1000, 6], rows[^1].Values);
        Assert.Equal(7, rows[^2].Values[1]);
        Assert.Empty(ChartText.Rows([]));
    }

    [Fact]
    public void Go_to_the_page_as_floats_one_row_of_numbers_after_the_other()
    {
        Curve curve = new("training", [new(1, 2, 3, 4), new(5, 6, 7, 8)]);
        Assert.Equal([1, 5, 2, 6], MemoryMarshal.Cast<byte, float>(curve.Pack()).ToArray());
        Assert.Equal([1, 5, 2, 6, 3, 7, 4, 8], MemoryMarshal.Cast<byte, float>((curve with { HasBand = true }).Pack()).ToArray());
    }

    [Fact]
    public void Thin_a_curve_and_keep_its_last_point()
    {
        Curve thin = new Curve("training", falling).Thinned(300);
        Assert.InRange(thin.Points.Length, 250, 301);
        Assert.Equal(falling[0], thin.Points[0]);
        Assert.Equal(falling[^1], thin.Points[^1]);
    }
}
