using System.Text;
using Nabla.Networks;

namespace Nabla.Models;

/// <summary>A page in Markdown that goes with a model: what it is, what it was made from, what was measured, and what it is not for.</summary>
public static class ModelCard
{
    /// <summary>Settings that are told in a section of their own.</summary>
    private const string DataKey = "data";
    private const string PrecisionKey = "precision";

    /// <summary>The page.</summary>
    /// <param name="title">What the model is called, such as the name of its file.</param>
    /// <param name="description">What the model file says.</param>
    public static string Write(string title, ModelDescription description)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(description);
        Network network = description.Network;
        StringBuilder page = new();
        Line($"# {Text(title)}");
        Line("");
        Line($"A feed-forward network {network} with {network.ParameterCount} weights and biases, written by Nabla.");
        Line("");
        Line("## Network");
        Line("");
        Line("| layer | inputs | outputs | activation | biases |");
        Line("|---|---|---|---|---|");
        for (int l = 0; l < network.Layers.Length; l++)
        {
            Layer layer = network.Layers[l];
            Line($"| {l + 1} | {network.Sizes[l]} | {layer.Outputs} | {layer.Activation.Name} | {(layer.HasBiases ? "yes" : "no")} |");
        }

        Line("");
        Line($"- Inputs: {network.Inputs} numbers{(description.Preprocessing.InputDivisor == 1 ? ", as they are" : $", each divided by {description.Preprocessing.InputDivisor} first")}.");
        Line(description.Classes.IsEmpty
            ? $"- Outputs: {network.Outputs} numbers."
            : $"- Outputs: one for each of {description.Classes.Length} classes: {string.Join(", ", description.Classes.Select(Text))}.");
        Line("");
        Line("## Training");
        Line("");
        Line($"- Loss: `{description.Loss.Replace('`', '\'')}`, the {(description.Reduction == Reduction.Mean ? "mean" : "sum")} over a batch.");
        Line($"- Data: {Text(description.Training.GetValueOrDefault(DataKey, "not recorded"))}.");
        foreach ((string key, string value) in description.Training.Where(setting => setting.Key != DataKey && !IsFigure(setting.Key)))
        {
            Line($"- {Text(Words(key))}: {Text(value)}");
        }

        Line("");
        Line("## Figures");
        Line("");
        (string Key, string Value)[] figures = [.. description.Training.Where(setting => IsFigure(setting.Key)).Select(setting => (setting.Key, setting.Value))];
        Line(figures.Length == 0 ? "None were recorded." : "| figure | value |");
        if (figures.Length > 0)
        {
            Line("|---|---|");
            foreach ((string key, string value) in figures)
            {
                Line($"| {Text(Words(key))} | {Text(value)} |");
            }
        }

        Line("");
        Line("## Limits");
        Line("");
        foreach (string limit in Limits(description, figures.Length > 0))
        {
            Line($"- {limit}");
        }

        return page.ToString();

        void Line(string text) => page.Append(text).Append('\n');
    }

    private static IEnumerable<string> Limits(ModelDescription description, bool measured)
    {
        yield return "It gives an answer for any inputs, also for those that are like nothing in its data; it does not say so.";
        yield return measured
            ? "The figures hold for data that comes about as that of the training did."
            : "How good it is was not recorded with it: measure it before it is used (`nabla evaluate`).";
        Activation last = description.Network.Layers[^1].Activation;
        if (last.IsSoftmax)
        {
            yield return "Its probabilities sum to 1 whatever the inputs; that they are calibrated was not tested.";
        }
        else if (!description.Classes.IsEmpty)
        {
            yield return $"Its outputs ({last.Name}) rank the classes; they are no probabilities.";
        }

        if (description.Training.GetValueOrDefault(PrecisionKey) == "double")
        {
            yield return "It was trained in double precision; exports to ONNX and C# round its weights to float.";
        }
    }

    private static bool IsFigure(string key) => key.Contains("accuracy", StringComparison.Ordinal)
        || key.EndsWith("loss", StringComparison.Ordinal)
        || key.EndsWith("error", StringComparison.Ordinal)
        || key.EndsWith("score", StringComparison.Ordinal);

    private static string Words(string key) => key.Replace('_', ' ');

    /// <summary>A text of a file so that it is text on the page: on one line, and no markup.</summary>
    private static string Text(string text)
    {
        StringBuilder result = new();
        foreach (char c in text)
        {
            result.Append(char.IsControl(c) ? " " : @"\`*_{}[]<>#|".Contains(c, StringComparison.Ordinal) ? $"\\{c}" : $"{c}");
        }

        return result.ToString();
    }
}
