using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Nabla.Cli.CommandLine;
using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Spectre.Console;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla inspect MODEL</c>.</summary>
internal static class InspectCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = Options.Model();
        Option<bool> json = Options.Json("One JSON object on stdout, and nothing else there");
        Command command = new ToolCommand(
            "inspect",
            "Shows what a model file holds: the network, the loss, the classes, how it was trained, and its tensors.",
            "nabla inspect digits.safetensors")
        {
            model, json,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(model);
            (ModelDescription description, SafetensorsFile file) = TrainedModels.Read(path);
            if (parsed.GetValue(json))
            {
                JsonLine.Write(terminal.Output, writer => WriteJson(writer, path, description, file));
            }
            else
            {
                WriteText(terminal, path, description, file);
            }

            // What can be shown of such a file is shown: it is what helps to see what is wrong with it.
            try
            {
                ModelFile.Require(description, file);
                return ExitCode.Done;
            }
            catch (InvalidDataException e)
            {
                return Tool.Fail(terminal.Error, ExitCode.BadData, $"{e.Message}; evaluate and predict refuse this file");
            }
        });
        return command;
    }

    private static void WriteText(Terminal terminal, string path, ModelDescription description, SafetensorsFile file)
    {
        TextWriter output = terminal.Output;
        Network network = description.Network;
        output.WriteLine($"Model     {path}, {new FileInfo(path).Length:N0} bytes");
        output.WriteLine($"Network   {network}, {network.ParameterCount:N0} parameters");
        output.WriteLine($"Loss      {description.Loss} ({ReductionName(description)})");
        output.WriteLine($"Inputs    {InputsOf(description.Preprocessing)}");
        output.WriteLine($"Classes   {(description.Classes.IsEmpty ? "none; the outputs are numbers" : string.Join(", ", description.Classes))}");
        if (description.Preprocessing.Target is TargetEncoding target)
        {
            string learned = description.Decoding is null ? "" : string.Create(CultureInfo.InvariantCulture, $", learned as (y − {target.Mean:G6}) / {target.Scale:G6}");
            output.WriteLine($"Target    the column {target.Name}{learned}");
        }

        output.WriteLine($"Training  {string.Join(", ", description.Training.Select(setting => $"{setting.Key} {setting.Value}"))}");
        output.WriteLine();
        Table layers = Columns("layer", "inputs", "outputs", "activation", "biases");
        for (int l = 0; l < network.Layers.Length; l++)
        {
            Layer layer = network.Layers[l];
            layers.AddRow($"{l + 1}", $"{network.Sizes[l]}", $"{layer.Outputs}", layer.Activation.Name, layer.HasBiases ? "yes" : "no");
        }

        terminal.Write(layers);
        output.WriteLine();
        Table tensors = Columns("tensor", "type", "shape", "min", "max", "mean");
        foreach (Tensor tensor in file.Tensors)
        {
            (double? min, double? max, double? mean) = Figures(tensor);
            string shape = string.Join('×', tensor.Shape);
            tensors.AddRow(Markup.Escape(tensor.Name), $"{tensor.Type}", shape, $"{min:0.0000}", $"{max:0.0000}", $"{mean:0.0000}");
        }

        terminal.Write(tensors);
    }

    private static Table Columns(params string[] names)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach (string name in names)
        {
            table.AddColumn(new TableColumn(name) { Alignment = name is "activation" or "tensor" or "type" ? Justify.Left : Justify.Right });
        }

        return table;
    }

    private static void WriteJson(Utf8JsonWriter writer, string path, ModelDescription description, SafetensorsFile file)
    {
        writer.WriteString("model", path);
        writer.WriteString("network", $"{description.Network}");
        writer.WriteNumber("parameters", description.Network.ParameterCount);
        writer.WriteStartArray("layers");
        for (int l = 0; l < description.Network.Layers.Length; l++)
        {
            Layer layer = description.Network.Layers[l];
            writer.WriteStartObject();
            writer.WriteNumber("inputs", description.Network.Sizes[l]);
            writer.WriteNumber("outputs", layer.Outputs);
            writer.WriteString("activation", layer.Activation.Name);
            writer.WriteBoolean("biases", layer.HasBiases);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("loss", description.Loss);
        writer.WriteString("reduction", ReductionName(description));
        writer.WriteStartObject("preprocessing");
        PreprocessingJson.Write(writer, description.Preprocessing);
        writer.WriteEndObject();
        writer.Write("classes", description.Classes);
        writer.WriteStartObject("training");
        foreach ((string name, string value) in description.Training)
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
        writer.WriteStartArray("tensors");
        foreach (Tensor tensor in file.Tensors)
        {
            (double? min, double? max, double? mean) = Figures(tensor);
            writer.WriteStartObject();
            writer.WriteString("name", tensor.Name);
            writer.WriteString("type", $"{tensor.Type}");
            writer.WriteStartArray("shape");
            foreach (long size in tensor.Shape)
            {
                writer.WriteNumberValue(size);
            }

            writer.WriteEndArray();
            writer.Write("min", min);
            writer.Write("max", max);
            writer.Write("mean", mean);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string InputsOf(Preprocessing preprocessing) =>
        preprocessing.IsTable ? $"the columns {string.Join(", ", preprocessing.Columns.Select(Column))}"
        : preprocessing.InputDivisor == 1 ? "as they are"
        : $"divided by {preprocessing.InputDivisor}";

    private static string Column(ColumnEncoding column) => column is CategoryEncoding category
        ? $"{column.Name} ({category.Levels.Length} levels{(category.MissingIsLevel ? " and missing" : "")})"
        : column.Name;

    private static string ReductionName(ModelDescription description) => description.Reduction == Reduction.Mean ? "mean" : "sum";

    private static (double? Min, double? Max, double? Mean) Figures(Tensor tensor)
    {
        double[] values = tensor.ToDoubles();
        return values.Length == 0 ? (null, null, null) : (values.Min(), values.Max(), values.Average());
    }
}
