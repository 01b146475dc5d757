using System.Collections.Immutable;
using System.CommandLine;
using System.Numerics;
using Nabla.Cli.CommandLine;
using Nabla.Cli.Train;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Onnx;
using Nabla.Training;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla import FILE --out MODEL</c>.</summary>
internal static class ImportCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> file = new("FILE") { HelpName = "FILE", Description = "An ONNX file of a feed-forward network, or a safetensors file of Linear layers" };
        Option<string?> output = Options.Text("--out", "MODEL", "The model file to write");
        Option<string?> activation = Options.Text(
            "--activation", "NAME", "The activation of the hidden layers, which a safetensors file does not say", [.. Activation.All.Keys]);
        Option<string?> outputActivation = Options.Text(
            "--output-activation", "NAME", "The activation of the last layer, where the file does not say (default: what the loss expects)", [.. Activation.All.Keys]);
        Option<string?> loss = Options.Text(
            "--loss", "NAME|EXPRESSION", "The loss to evaluate and train on with (default: what goes with the last layer)", [.. Loss.All.Keys]);
        Option<string?> classes = Options.Text("--classes", "A,B,…", "The names of the classes, in the order of the outputs");
        Option<double?> divisor = Options.Positive("--divide-inputs-by", "What every input is divided by first, such as 255 for pixels (default: what the file says, else 1)");
        Option<bool> json = Options.Json("One JSON object on stdout, and nothing else there");
        Command command = new ToolCommand(
            "import",
            "Makes a model file of what another program wrote.",
            "nabla import model.onnx --out model.safetensors",
            "nabla import pytorch.safetensors --activation relu --loss cross-entropy --out model.safetensors")
        {
            file, output, activation, outputActivation, loss, classes, divisor, json,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            string to = parsed.GetValue(output) ?? throw new ArgumentException("nabla import needs --out, the model file to write, such as model.safetensors");
            ModelPath.RequireWritable(to);
            ModelPath.RequireDistinct([("what is imported", path)], [("--out", to)]);
            ImportOptions options = new()
            {
                Activation = parsed.GetValue(activation) is string hidden ? Activation.Named(hidden) : null,
                OutputActivation = parsed.GetValue(outputActivation) is string last ? Activation.Named(last) : null,
                Loss = parsed.GetValue(loss) is string text ? Loss.NamedOrParsed(text) : null,
                Classes = parsed.GetValue(classes) is string names ? [.. names.Split(',', StringSplitOptions.TrimEntries)] : [],
                InputDivisor = parsed.GetValue(divisor) ?? 1,
            };
            ModelDescription description = Import(path, to, options);
            if (parsed.GetValue(json))
            {
                JsonLine.Write(terminal.Output, writer =>
                {
                    writer.WriteString("model", to);
                    writer.WriteString("network", $"{description.Network}");
                    writer.Write("activations", description.Network.Layers.Select(layer => layer.Activation.Name));
                    writer.WriteString("loss", description.Loss);
                    writer.WriteNumber("parameters", description.Network.ParameterCount);
                });
            }
            else
            {
                string activations = string.Join(", ", description.Network.Layers.Select(layer => layer.Activation.Name));
                terminal.Output.WriteLine($"Network   {description.Network} ({activations}), {description.Network.ParameterCount:N0} parameters");
                terminal.Output.WriteLine($"Model     {to}, {new FileInfo(to).Length:N0} bytes");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static ModelDescription Import(string path, string to, ImportOptions options)
    {
        if (!File.Exists(path))
        {
            throw Directory.Exists(path)
                ? new InvalidDataException($"{path} is a folder, but a network is a file")
                : new FileNotFoundException($"there is no file {path}");
        }

        if (!IsSafetensors(path))
        {
            (ModelDescription description, Model<float> model) = OnnxFile.Load(path, options);
            ModelFile.Save(to, model, description);
            return description;
        }

        SafetensorsFile file = Safetensors.Read(path);
        if (ModelFile.IsDescribed(file))
        {
            throw new InvalidDataException($"{path} is a model of this program already; nabla inspect shows it");
        }

        IReadOnlyList<ImportedLayer> layers = ModelImport.LayersOf(file);
        return file.Tensors.Any(tensor => tensor.Type == TensorType.F64) ? Save<double>() : Save<float>();

        ModelDescription Save<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (ModelDescription description, Model<T> model) = ModelImport.Build<T>(file.Name, layers, options);
            ModelFile.Save(to, model, description);
            return description;
        }
    }

    /// <summary>Eight bytes of a length, and then JSON. An ONNX file begins with fields, which as such a length are far too large.</summary>
    private static bool IsSafetensors(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Span<byte> start = stackalloc byte[9];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start[8] == (byte)'{'
            && BitConverter.ToUInt64(start) <= (ulong)Safetensors.MaxHeaderLength;
    }
}
