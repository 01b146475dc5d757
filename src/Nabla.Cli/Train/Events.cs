using Nabla.Cli.CommandLine;
using Nabla.Training;

namespace Nabla.Cli.Train;

/// <summary>The events of <c>train --json</c>.</summary>
internal static class Events
{
    public static void Epoch(TextWriter output, EpochReport report) => JsonLine.Write(output, json =>
    {
        json.WriteString("event", "epoch");
        json.WriteNumber("epoch", report.Epoch);
        json.Write("loss", report.Loss);
        json.Write("train_accuracy", report.TrainAccuracy);
        json.Write("test_accuracy", report.TestAccuracy);
        json.Write("seconds", report.Seconds);
        if (report.ValidationLoss is not null)
        {
            json.Write("validation_loss", report.ValidationLoss);
            json.Write("validation_accuracy", report.ValidationAccuracy);
        }
    });

    /// <param name="output">Where it goes.</param>
    /// <param name="reports">All epochs.</param>
    /// <param name="restored">The epoch whose weights the model has, where it is not the last.</param>
    /// <param name="seconds">The training time.</param>
    /// <param name="model">The model file; null where none was written.</param>
    /// <param name="measures">What the model is worth on the test samples; null where there are none.</param>
    public static void Done(TextWriter output, List<EpochReport> reports, int? restored, double seconds, string? model, Measures? measures) => JsonLine.Write(output, json =>
    {
        EpochReport? final = restored is int epoch ? reports[epoch - 1] : reports.LastOrDefault();
        json.WriteString("event", "done");
        json.WriteNumber("epochs", reports.Count);
        json.Write("loss", final?.Loss);
        json.Write("test_accuracy", final?.TestAccuracy);
        json.Write("best_test_accuracy", reports.Max(report => report.TestAccuracy));
        json.Write("seconds", seconds);
        json.WriteString("model", model);
        if (final?.ValidationLoss is not null)
        {
            json.Write("validation_loss", final.ValidationLoss);
            json.Write("validation_accuracy", final.ValidationAccuracy);
            json.Write("restored_epoch", restored);
        }

        if (measures is null)
        {
            json.WriteNull("metrics");
        }
        else
        {
            measures.WriteJson(json);
        }
    });
}
