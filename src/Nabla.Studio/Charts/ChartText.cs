using System.Collections.Immutable;
using System.Globalization;

namespace Nabla.Studio.Charts;

/// <summary>A row of the table that says the same as a chart.</summary>
/// <param name="X">Where.</param>
/// <param name="Values">The value of each curve there; null where it has not begun or is not finite.</param>
public sealed record ChartRow(double X, ImmutableArray<double?> Values);

/// <summary>A chart in words and as a table, for whoever does not see it.</summary>
public static class ChartText
{
    /// <summary>The essence of a chart: of each curve the first, the last and the least value.</summary>
    /// <param name="title">What the chart shows.</param>
    /// <param name="x">What is counted to the right, such as <c>step</c>.</param>
    /// <param name="curves">The curves.</param>
    /// <param name="isPercent">Whether the values are fractions to be told as per cent.</param>
    public static string Essence(string title, string x, IEnumerable<Curve> curves, bool isPercent = false)
    {
        string[] parts = [.. curves.Where(curve => !curve.Points.IsEmpty).Select(curve =>
        {
            (CurvePoint first, CurvePoint last, CurvePoint least) = (curve.Points[0], curve.Points[^1], curve.Points.MinBy(point => point.Y));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{curve.Name}: {Number(first.Y, isPercent)} at {x} {first.X:N0}, {Number(last.Y, isPercent)} at {x} {last.X:N0}, least {Number(least.Y, isPercent)} at {x} {least.X:N0}");
        })];
        return parts.Length == 0 ? $"{title}: nothing yet" : $"{title}. {string.Join("; ", parts)}";
    }

    /// <summary>The curves as rows, at positions of the curve with the most points, thinned evenly; first and last stay. A curve has the value of its last point up to there.</summary>
    public static ImmutableArray<ChartRow> Rows(ImmutableArray<Curve> curves, int most = 20)
    {
        if (curves.MaxBy(curve => curve.Points.Length) is not { Points.IsEmpty: false } longest)
        {
            return [];
        }

        double end = curves.Where(curve => !curve.Points.IsEmpty).Max(curve => curve.Points[^1].X);
        ImmutableArray<CurvePoint> all = longest.Points;
        int count = Math.Min(all.Length, most);
        IEnumerable<double> positions = Enumerable.Range(0, count).Select(i => all[count == 1 ? 0 : (int)((long)i * (all.Length - 1) / (count - 1))].X).Append(end).Distinct();
        return [.. positions.Select(x => new ChartRow(x, [.. curves.Select(curve => ValueAt(curve, x))]))];
    }

    /// <summary>A value as it is told: four digits, or per cent.</summary>
    public static string Number(double value, bool isPercent = false) =>
        isPercent ? (100 * value).ToString("0.0 '%'", CultureInfo.InvariantCulture) : value.ToString("G4", CultureInfo.InvariantCulture);

    private static double? ValueAt(Curve curve, double x)
    {
        int at = curve.Points.BinarySearch(new CurvePoint(x, 0), Comparer<CurvePoint>.Create((a, b) => a.X.CompareTo(b.X)));
        at = at >= 0 ? at : ~at - 1;
        return at >= 0 && double.IsFinite(curve.Points[at].Y) ? curve.Points[at].Y : null;
    }
}
