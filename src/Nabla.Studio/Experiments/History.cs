using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Nabla.Training;

namespace Nabla.Studio.Experiments;

/// <summary>A point of the loss curve: of the looks that it stands for the mean, the least and the largest.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LossPoint(double Step, double Mean, double Least, double Most);

/// <summary>The curves of an experiment in bounded memory: when there are too many points, neighbours become one, which remembers its extremes.</summary>
public sealed class History
{
    /// <summary>As many points as a chart has room for.</summary>
    public const int MostPoints = 600;

    private readonly Lock gate = new();
    private List<LossPoint> losses = [];
    private List<(long Step, ImmutableArray<double> Norms)> norms = [];
    private ImmutableArray<EpochReport> reports = [];
    private long lastStep = -1;
    private int attempt;

    /// <summary>The training loss over the steps.</summary>
    public ImmutableArray<LossPoint> Losses
    {
        get
        {
            lock (gate)
            {
                return [.. losses];
            }
        }
    }

    /// <summary>The norm of each layer's gradient over the recent looks.</summary>
    public ImmutableArray<(long Step, ImmutableArray<double> Norms)> GradientNorms
    {
        get
        {
            lock (gate)
            {
                return [.. norms];
            }
        }
    }

    /// <summary>The figures of the epochs.</summary>
    public ImmutableArray<EpochReport> Reports => reports;

    public void Add(Snapshot snapshot, ImmutableArray<double> gradientNorms, ImmutableArray<EpochReport> epochs)
    {
        lock (gate)
        {
            if (snapshot.Steps < lastStep || snapshot.Attempt != attempt)
            {
                (losses, norms) = ([], []);
            }

            attempt = snapshot.Attempt;
            reports = epochs;
            if (snapshot.Steps == lastStep)
            {
                return;
            }

            lastStep = snapshot.Steps;
            if (double.IsFinite(snapshot.Loss))
            {
                losses.Add(new(snapshot.Steps, snapshot.Loss, snapshot.Loss, snapshot.Loss));
                losses = losses.Count > MostPoints ? [.. losses.Chunk(2).Select(Merge)] : losses;
            }

            norms.Add((snapshot.Steps, gradientNorms));
            if (norms.Count > MostPoints / 2)
            {
                norms.RemoveAt(0);
            }
        }
    }

    /// <summary>The curves as CSV: the epochs' figures.</summary>
    public string ToCsv()
    {
        StringBuilder text = new("epoch,loss,accuracy,validation_loss,validation_accuracy,seconds\n");
        foreach (EpochReport report in reports)
        {
            text.Append(CultureInfo.InvariantCulture, $"{report.Epoch},{report.Loss:R},{report.TrainAccuracy:R},{report.ValidationLoss:R},{report.ValidationAccuracy:R},{report.Seconds:R}\n");
        }

        return text.ToString();
    }

    private static LossPoint Merge(LossPoint[] points) =>
        new(points[^1].Step, points.Average(point => point.Mean), points.Min(point => point.Least), points.Max(point => point.Most));
}
