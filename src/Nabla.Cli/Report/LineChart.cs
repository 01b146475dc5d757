using System.Globalization;
using System.Net;
using System.Text;

namespace Nabla.Cli.Report;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">Its points; those without a value are left out.</param>
internal sealed record Series(string Name, IReadOnlyList<(double X, double? Y)> Points);

/// <summary>
/// Curves as an SVG picture that stands inside a page: axes with round numbers, lines that differ in more than colour, a legend.
/// </summary>
internal static class LineChart
{
    private const int Width = 640;
    private const int Height = 300;
    private const int Left = 64;
    private const int Right = 16;
    private const int Top = 34;
    private const int Bottom = 44;
    private const int LegendLine = 12;
    private const int MostTicks = 6;

    /// <summary>From this ratio of the largest to the smallest value on, decades tell more than equal distances.</summary>
    private const double LogarithmicFrom = 30;

    private static readonly int[] steps = [1, 2, 5, 10];

    private static readonly (string Color, string Dashes)[] looks = [("#0b5cad", "none"), ("#c2410c", "7 4"), ("#15803d", "2 3"), ("#7e22ce", "10 3 2 3")];

    /// <summary>The picture.</summary>
    /// <param name="title">What it shows, which is read aloud too.</param>
    /// <param name="x">What is counted to the right.</param>
    /// <param name="series">The lines.</param>
    /// <param name="isPercent">Whether the values are fractions to be shown as per cent.</param>
    public static string Svg(string title, string x, IReadOnlyList<Series> series, bool isPercent = false)
    {
        (double X, double Y)[] all = [.. series.SelectMany(one => one.Points).Where(point => point.Y is double y && double.IsFinite(y)).Select(point => (point.X, point.Y!.Value))];
        if (all.Length == 0)
        {
            return "";
        }

        double smallest = all.Min(point => point.Y);
        double largest = all.Max(point => point.Y);
        bool isLogarithmic = !isPercent && smallest > 0 && largest / smallest >= LogarithmicFrom;
        double[] ticks = isLogarithmic ? Decades(smallest, largest) : Round(smallest, largest);
        (double low, double high) = (Math.Min(smallest, ticks[0]), Math.Max(largest, ticks[^1]));
        double[] counts = Round(all.Min(point => point.X), all.Max(point => point.X), whole: true);
        (double first, double last) = (all.Min(point => point.X), all.Max(point => point.X));

        double Across(double value) => Left + (last > first ? (value - first) / (last - first) : 0.5) * (Width - Left - Right);
        double Up(double value)
        {
            double share = high <= low ? 0.5 : isLogarithmic ? Math.Log(value / low) / Math.Log(high / low) : (value - low) / (high - low);
            return Height - Bottom - share * (Height - Top - Bottom);
        }

        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">\n");
        foreach (double tick in ticks)
        {
            string label = isPercent ? (100 * tick).ToString("0.## '%'", CultureInfo.InvariantCulture) : tick.ToString(tick is (> 0 and < 1e-4) or >= 1e6 ? "0e0" : "0.#####", CultureInfo.InvariantCulture);
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M{Left} {Up(tick):0.#}H{Width - Right}\"/><text x=\"{Left - 8}\" y=\"{Up(tick) + 4:0.#}\" text-anchor=\"end\">{label}</text>\n");
        }

        foreach (double count in counts.Where(count => count >= first && count <= last))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Across(count):0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{count:0.##}</text>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" d=\"M{Left} {Top}V{Height - Bottom}H{Width - Right}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\">{WebUtility.HtmlEncode(x)}</text>\n");
        for (int i = 0; i < series.Count; i++)
        {
            (string color, string dashes) = looks[i % looks.Length];
            string points = string.Join(' ', series[i].Points.Where(point => point.Y is double y && double.IsFinite(y))
                .Select(point => string.Create(CultureInfo.InvariantCulture, $"{Across(point.X):0.##},{Up(point.Y!.Value):0.##}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>\n");
            if (series[i].Points.Count(point => point.Y is not null) == 1 && points.Split(',') is [string cx, string cy])
            {
                svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{cx}\" cy=\"{cy}\" r=\"4\" fill=\"{color}\"/>\n");
            }

            int at = Left + (i * 150);
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{at} {LegendLine}h28\" stroke=\"{color}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/><text x=\"{at + 34}\" y=\"{LegendLine + 4}\">{WebUtility.HtmlEncode(series[i].Name)}</text>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>The powers of ten around some values.</summary>
    private static double[] Decades(double smallest, double largest)
    {
        (int low, int high) = ((int)Math.Floor(Math.Log10(smallest)), (int)Math.Ceiling(Math.Log10(largest)));
        int every = Math.Max(1, (high - low + MostTicks - 1) / MostTicks);
        return [.. Enumerable.Range(0, ((high - low) / every) + 1).Select(i => Math.Pow(10, low + (i * every)))];
    }

    /// <summary>Multiples of 1, 2 or 5 times a power of ten around some values.</summary>
    private static double[] Round(double smallest, double largest, bool whole = false)
    {
        double span = largest - smallest;
        if (!(span > 0))
        {
            return [smallest];
        }

        double power = Math.Pow(10, Math.Floor(Math.Log10(span / MostTicks)));
        double step = steps.Select(factor => factor * power).First(candidate => span / candidate <= MostTicks);
        step = whole ? Math.Max(1, step) : step;
        double first = Math.Floor(smallest / step);
        return [.. Enumerable.Range(0, (int)(Math.Ceiling(largest / step) - first) + 1).Select(i => (first + i) * step)];
    }
}
