using System.Numerics;
using System.Text.Json;
using Nabla.Data;
using Nabla.Training;
using Spectre.Console;

namespace Nabla.Cli.CommandLine;

/// <summary>What a model is worth on samples: the figures of a classifier or of a regression, for people and for programs.</summary>
internal sealed class Measures
{
    private const int MostTop = 5;

    private readonly IReadOnlyList<string> classes;
    private readonly ClassificationMetrics? classification;
    private readonly RegressionMetrics? regression;

    private Measures(IReadOnlyList<string> classes, ClassificationMetrics? classification, RegressionMetrics? regression) =>
        (this.classes, this.classification, this.regression) = (classes, classification, regression);

    /// <summary>How often each class was taken for each; null for a regression.</summary>
    public ConfusionMatrix? Confusion => classification?.Confusion;

    /// <summary>Measures a model on a part of a data set.</summary>
    public static Measures Of<T>(Model<T> model, TrainingData data, Part part)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => data.IsClassification
        ? new(data.Classes, ClassificationMetrics.Of(model, data, part), null)
        : new(data.Classes, null, RegressionMetrics.Of(model, data, part));

    /// <summary>Writes the figures beside the accuracy, a line each.</summary>
    public void WriteText(Terminal terminal)
    {
        TextWriter output = terminal.Output;
        if (regression is not null)
        {
            output.WriteLine($"MSE        {regression.MeanSquaredError:G6}");
            output.WriteLine($"MAE        {regression.MeanAbsoluteError:G6}");
            output.WriteLine($"R²         {Figure(regression.R2)}");
            return;
        }

        ClassificationMetrics figures = classification!;
        output.WriteLine($"Log loss   {(double.IsNaN(figures.LogLoss) ? "none: the outputs are no probabilities" : $"{figures.LogLoss:G6}")}");
        for (int k = 2; k <= Math.Min(MostTop, figures.Classes - 1); k++)
        {
            output.WriteLine($"Top {k}      {Train.Summary.Percent(figures.TopAccuracy(k))}");
        }

        output.WriteLine($"ROC AUC    {Figure(figures.MacroRocAuc)} (each class against the others, mean)");
        output.WriteLine();
        Table table = new() { Border = TableBorder.Simple };
        foreach (string name in new[] { "class", "precision", "recall", "F1", "ROC AUC", "samples" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        for (int i = 0; i < classes.Count; i++)
        {
            table.AddRow(
                Markup.Escape(classes[i]), Figure(figures.Precision(i)), Figure(figures.Recall(i)), Figure(figures.F1(i)), Figure(figures.RocAucOf(i)), $"{figures.Support(i)}");
        }

        table.AddRow("mean", Figure(figures.MacroPrecision), Figure(figures.MacroRecall), Figure(figures.MacroF1), Figure(figures.MacroRocAuc), $"{figures.Confusion.Total}");
        terminal.Write(table);
    }

    /// <summary>Writes the figures as a member of an object that is open.</summary>
    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject("metrics");
        if (regression is not null)
        {
            json.Write("mse", regression.MeanSquaredError);
            json.Write("mae", regression.MeanAbsoluteError);
            json.Write("r2", regression.R2);
        }
        else if (classification is not null)
        {
            json.Write("accuracy", classification.Accuracy);
            json.WriteStartArray("top_accuracy");
            for (int k = 1; k <= Math.Min(MostTop, classification.Classes); k++)
            {
                json.WriteValue(classification.TopAccuracy(k));
            }

            json.WriteEndArray();
            json.Write("log_loss", classification.LogLoss);
            json.Write("precision", classification.MacroPrecision);
            json.Write("recall", classification.MacroRecall);
            json.Write("f1", classification.MacroF1);
            json.Write("roc_auc", classification.MacroRocAuc);
            json.WriteStartArray("classes");
            for (int i = 0; i < classes.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("class", classes[i]);
                json.WriteNumber("samples", classification.Support(i));
                json.Write("precision", classification.Precision(i));
                json.Write("recall", classification.Recall(i));
                json.Write("f1", classification.F1(i));
                json.Write("roc_auc", classification.RocAucOf(i));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static string Figure(double value) => double.IsNaN(value) ? "–" : $"{value:0.0000}";
}
