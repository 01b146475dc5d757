using System.Globalization;
using System.Text;
using Nabla.Data;
using Nabla.Networks;

namespace Nabla.Models;

/// <summary>A page in Markdown that goes with a model: what it is, what it was made from, what was measured, and what it is not for.</summary>
public static class ModelCard
{
    /// <summary>Settings that are told in a section of their own.</summary>
    private const string DataKey = "data";
    private const string PrecisionKey = "precision";

    /// <summary>Of one column; a page is to be read.</summary>
    private const int MostLevels = 20;

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
        Line(InputsOf(description));
        Line(OutputsOf(description));
        Line("");
        if (description.Preprocessing.IsTable)
        {
            Line("## Columns");
            Line("");
            Line("A row is given as it is in the table; this is done to it before it reaches the network, as it was learned from the rows that trained.");
            Line("");
            Line("| column | becomes | a missing value is |");
            Line("|---|---|---|");
            foreach (ColumnEncoding column in description.Preprocessing.Columns)
            {
                Line($"| {Text(column.Name)} | {Becomes(column)} | {Missing(column)} |");
            }

            Line("");
        }

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

    private static string InputsOf(ModelDescription description)
    {
        (int inputs, Preprocessing preprocessing) = (description.Network.Inputs, description.Preprocessing);
        return preprocessing.IsTable ? $"- Inputs: {inputs} numbers, made of the {preprocessing.Columns.Length} columns below."
            : $"- Inputs: {inputs} numbers{(preprocessing.InputDivisor == 1 ? ", as they are" : $", each divided by {Figure(preprocessing.InputDivisor)} first")}.";
    }

    private static string OutputsOf(ModelDescription description)
    {
        string column = description.Preprocessing.Target is { Name.Length: > 0 } target ? $" of the column {Text(target.Name)}" : "";
        string numbers = description.Network.Outputs == 1 ? "1 number" : $"{description.Network.Outputs} numbers";
        return !description.Classes.IsEmpty ? $"- Outputs: one for each of {description.Classes.Length} classes{column}: {string.Join(", ", description.Classes.Select(Text))}."
            : description.Decoding is { } units ? $"- Outputs: {numbers}{column}, {Figure(units.Scale)} · a + {Figure(units.Mean)} of what the network gives."
            : $"- Outputs: {numbers}{column}.";
    }

    private static string Becomes(ColumnEncoding column)
    {
        if (column is NumberEncoding number)
        {
            return $"(x − {Figure(number.Mean)}) / {Figure(number.Scale)}";
        }

        CategoryEncoding category = (CategoryEncoding)column;
        string levels = string.Join(", ", category.Levels.Take(MostLevels).Select(level => level.Length == 0 ? "(empty)" : Text(level)));
        int more = category.Levels.Length - MostLevels;
        return $"1 at its level, 0 elsewhere: {levels}{(more > 0 ? $" and {more} more" : "")}";
    }

    private static string Missing(ColumnEncoding column) => column is NumberEncoding number ? Figure(number.Fill)
        : column is not CategoryEncoding category || category.MissingInput < 0 ? "0 everywhere"
        : category.MissingIsLevel ? "a level of its own"
        : Text(category.Fill!);

    private static string Figure(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

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

        if (description.Preprocessing.Columns.Any(column => column is CategoryEncoding))
        {
            yield return "A level that was not among the rows that trained is taken for none of them.";
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
