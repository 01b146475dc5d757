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
    });

    public static void Done(TextWriter output, List<EpochReport> reports, double seconds, string model, Measures? measures) => JsonLine.Write(output, json =>
    {
        json.WriteString("event", "done");
        json.WriteNumber("epochs", reports.Count);
        json.Write("loss", reports.LastOrDefault()?.Loss);
        json.Write("test_accuracy", reports.LastOrDefault()?.TestAccuracy);
        json.Write("best_test_accuracy", reports.Max(report => report.TestAccuracy));
        json.Write("seconds", seconds);
        json.WriteString("model", model);
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
