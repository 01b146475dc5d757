using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Nabla.Studio.Charts;

/// <summary>A point of a curve; where it stands for several values, their mean with the least and the largest of them.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CurvePoint(double X, double Y, double Least, double Most)
{
    /// <summary>A point that stands for one value.</summary>
    public CurvePoint(double x, double y)
        : this(x, y, y, y)
    {
    }
}

/// <summary>A curve of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">Its points, from the left.</param>
public sealed record Curve(string Name, ImmutableArray<CurvePoint> Points)
{
    /// <summary>Whether the extremes are drawn as a band around it.</summary>
    public bool HasBand { get; init; }

    /// <summary>Whether it is of an earlier run: dashed, and under the others.</summary>
    public bool IsEarlier { get; init; }

    /// <summary>Whether each point gets a mark, which tells it from a curve without where both are grey.</summary>
    public bool HasMarks { get; init; }

    /// <summary>Which of the chart's colours it has.</summary>
    public int Color { get; init; }

    /// <summary>The points as the script takes them: all x, all y and, where there is a band, all least and all most values, as float in the machine's byte order.</summary>
    public byte[] Pack()
    {
        int count = Points.Length;
        float[] numbers = new float[count * (HasBand ? 4 : 2)];
        for (int i = 0; i < count; i++)
        {
            (numbers[i], numbers[count + i]) = ((float)Points[i].X, (float)Points[i].Y);
            if (HasBand)
            {
                (numbers[(2 * count) + i], numbers[(3 * count) + i]) = ((float)Points[i].Least, (float)Points[i].Most);
            }
        }

        return MemoryMarshal.AsBytes<float>(numbers).ToArray();
    }

    /// <summary>Every n-th point and the last, so that there are not many more than asked for.</summary>
    public Curve Thinned(int most)
    {
        int every = Math.Max(1, (Points.Length + most - 1) / most);
        return every == 1 ? this : this with { Points = [.. Points.Where((_, i) => i % every == 0 || i == Points.Length - 1)] };
    }
}
