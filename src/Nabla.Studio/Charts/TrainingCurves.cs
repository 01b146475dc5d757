using System.Collections.Immutable;
using System.Globalization;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Studio.Experiments;
using Nabla.Training;

namespace Nabla.Studio.Charts;

/// <summary>The curves of a training as its charts show them: over the steps, those of the training samples and those of the samples that are held out.</summary>
/// <param name="Loss">The loss; that of the training samples with the band of its extremes.</param>
/// <param name="Accuracy">The share of samples that are read right; none where there are no classes.</param>
public sealed record TrainingCurves(ImmutableArray<Curve> Loss, ImmutableArray<Curve> Accuracy)
{
    /// <summary>Nothing yet.</summary>
    public static TrainingCurves None { get; } = new([], []);

    /// <summary>The curves so far.</summary>
    /// <param name="history">What was seen.</param>
    /// <param name="stepsPerEpoch">How many steps make an epoch, because reports count epochs.</param>
    public static TrainingCurves Of(History history, int stepsPerEpoch)
    {
        ImmutableArray<EpochReport> reports = history.Reports;
        Curve Over(string name, int color, Func<EpochReport, double?> value) => new Curve(
            name, [.. reports.Where(report => value(report) is not null).Select(report => new CurvePoint((double)report.Epoch * stepsPerEpoch, value(report)!.Value))])
        { Color = color, HasMarks = color > 0 }.Thinned(History.MostPoints);
        ImmutableArray<LossPoint> looks = history.Losses;

        // A training that is over after a few looks is better told by its epochs.
        Curve training = looks.Length < Math.Min(reports.Length, History.MostPoints / 2)
            ? Over("training", 0, report => report.Loss)
            : new("training", [.. looks.Select(point => new CurvePoint(point.Step, point.Mean, point.Least, point.Most))]) { HasBand = true };
        Curve[] loss = [training, Over("held out", 1, report => report.ValidationLoss)];
        Curve[] accuracy = [Over("training", 0, report => report.TrainAccuracy), Over("held out", 1, report => report.ValidationAccuracy)];
        return new([.. loss.Where(curve => !curve.Points.IsEmpty)], [.. accuracy.Where(curve => !curve.Points.IsEmpty)]);
    }

    /// <summary>The norm of each layer's gradient over the looks that are remembered.</summary>
    public static ImmutableArray<Curve> NormsOf(History history)
    {
        ImmutableArray<(long Step, ImmutableArray<double> Norms)> looks = history.GradientNorms;
        int layers = looks.IsEmpty ? 0 : looks[^1].Norms.Length;
        return [.. Enumerable.Range(0, layers).Select(l => new Curve($"{new Name("W", l + 1)}", [.. looks.Select(look => new CurvePoint(look.Step, look.Norms[l]))]) { Color = l })];
    }

    /// <summary>The curves with those of an earlier run under them; the names then say which run each is of.</summary>
    public TrainingCurves Over(KeptRun? earlier)
    {
        static Curve OfThis(Curve curve) => curve with { Name = $"{curve.Name}, this run" };
        return earlier is null ? this : new([.. earlier.Curves.Loss, .. Loss.Select(OfThis)], [.. earlier.Curves.Accuracy, .. Accuracy.Select(OfThis)]);
    }

    /// <summary>The same as curves of an earlier run.</summary>
    public TrainingCurves AsEarlier()
    {
        static Curve Earlier(Curve curve) => curve with { Name = $"{curve.Name}, kept run", IsEarlier = true, HasBand = false };
        return new([.. Loss.Select(Earlier)], [.. Accuracy.Select(Earlier)]);
    }
}

/// <summary>A run whose curves stay under those of the next ones.</summary>
/// <param name="Caption">Its settings, in a line.</param>
/// <param name="Curves">Its curves, as those of an earlier run.</param>
public sealed record KeptRun(string Caption, TrainingCurves Curves)
{
    /// <summary>Keeps what there is of a run.</summary>
    public static KeptRun Of(Experiment experiment, TrainingCurves curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        return new(CaptionOf(experiment), curves.AsEarlier());
    }

    /// <summary>What a run is called: its settings, in a line.</summary>
    public static string CaptionOf(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ExperimentSettings settings = experiment.Settings;
        string activations = string.Join(", ", experiment.Network.Layers.Select(layer => layer.Activation.Name));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Data}, {experiment.Network} ({activations}), {experiment.Loss}, {settings.Optimizer} at {settings.LearningRate}, batches of {settings.BatchSize}, seed {settings.Seed}");
    }
}
