using Nabla.Training;
using ScottPlot;

namespace Nabla.Plots;

/// <summary>The curves of a training as a picture.</summary>
public static class CurvePicture
{
    private const int Width = 900;
    private const int Height = 640;

    /// <summary>Writes the losses and, where there are classes, the accuracies by epoch.</summary>
    /// <param name="path">The file, whose name ends with .png.</param>
    /// <param name="title">What stands above.</param>
    /// <param name="curves">The epochs, at least one.</param>
    /// <exception cref="ArgumentException">There are no epochs, or the name ends otherwise.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, string title, IReadOnlyList<EpochReport> curves)
    {
        Require(path);
        ArgumentNullException.ThrowIfNull(curves);
        if (curves.Count == 0)
        {
            throw new ArgumentException("there is no epoch to draw", nameof(curves));
        }

        (string Name, Func<EpochReport, double?> Value)[] losses = [("training", report => report.Loss), ("validation", report => report.ValidationLoss)];
        (string Name, Func<EpochReport, double?> Value)[] accuracies =
        [
            ("training", report => 100 * report.TrainAccuracy), ("validation", report => 100 * report.ValidationAccuracy), ("test", report => 100 * report.TestAccuracy),
        ];
        Multiplot picture = new();
        bool hasAccuracies = accuracies.Any(one => curves.Any(report => one.Value(report) is not null));
        picture.AddPlots(hasAccuracies ? 2 : 1);
        Draw(picture.GetPlot(0), title, "loss", losses, curves, Alignment.UpperRight);
        if (hasAccuracies)
        {
            Draw(picture.GetPlot(1), "", "accuracy, %", accuracies, curves, Alignment.LowerRight);
        }

        picture.SavePng(path, Width, hasAccuracies ? Height : Height / 2);
    }

    /// <summary>Asserts that a picture can be drawn, and written under a name.</summary>
    /// <exception cref="ArgumentException">The name ends otherwise.</exception>
    /// <exception cref="PlatformNotSupportedException">The library that draws is not there for this system.</exception>
    public static void Require(string path)
    {
        if (!Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"a picture of curves is a PNG, such as curves.png, but '{path}' is asked for");
        }

        try
        {
            _ = new Plot().GetImage(1, 1);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException)
        {
            throw new PlatformNotSupportedException("pictures cannot be drawn on this system: SkiaSharp's library for it is not there", e);
        }
    }

    private static void Draw(Plot plot, string title, string label, (string Name, Func<EpochReport, double?> Value)[] lines, IReadOnlyList<EpochReport> curves, Alignment legend)
    {
        LinePattern[] patterns = [LinePattern.Solid, LinePattern.Dashed, LinePattern.Dotted];
        for (int i = 0; i < lines.Length; i++)
        {
            EpochReport[] there = [.. curves.Where(report => lines[i].Value(report) is double y && double.IsFinite(y))];
            if (there.Length > 0)
            {
                ScottPlot.Plottables.Scatter line = plot.Add.ScatterLine(Array.ConvertAll(there, report => (double)report.Epoch), Array.ConvertAll(there, report => lines[i].Value(report)!.Value));
                (line.LegendText, line.LineWidth, line.LinePattern) = (lines[i].Name, 2, patterns[i]);
                line.MarkerSize = there.Length == 1 ? 6 : 0;
            }
        }

        plot.Title(title);
        plot.XLabel("epoch");
        plot.YLabel(label);
        plot.ShowLegend(legend);
    }
}
