using System.CommandLine;
using System.Text;
using Nabla.Cli.CommandLine;
using Nabla.Cli.Train;
using Nabla.Models;
using Nabla.Models.CSharp;
using Nabla.Onnx;
using Nabla.Training;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla export MODEL</c>.</summary>
internal static class ExportCommand
{
    private const string CSharpOption = "--csharp";

    public static Command Create(Terminal terminal)
    {
        Argument<string> model = Options.Model();
        Target[] targets =
        [
            new("--onnx", "An ONNX file (opset 18, any batch, with the preprocessing), which ONNX Runtime and others run", "model.onnx", WriteOnnx),
            new(CSharpOption, "One file of C# that needs nothing but .NET, with the preprocessing, prediction and the derived training step", "Model.cs", WriteCSharp),
            new("--safetensors", "The weights alone, without the preprocessing, named as PyTorch names those of Linear layers in a ModuleList called layers", "weights.safetensors", WriteTensors),
            new("--card", "A page in Markdown about the model", "model.md", WriteCard),
        ];
        OptimizerOptions optimizer = new(" of the training step that --csharp writes (default sgd)");
        (Target Target, Option<string?> Option)[] options = [.. targets.Select(target => (target, Options.Text(target.Option, "FILE", target.Description)))];
        Command command = new ToolCommand(
            "export",
            "Writes a model for other programs and for readers.",
            "nabla export digits.safetensors --onnx digits.onnx",
            "nabla export digits.safetensors --csharp Digits.cs --optimizer adam --card digits.md")
        {
            model,
        };
        foreach ((_, Option<string?> option) in options)
        {
            command.Add(option);
        }

        foreach (Option option in optimizer.All)
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            (Target Target, string Path)[] asked =
            [
                .. options.Select(pair => (pair.Target, Path: parsed.GetValue(pair.Option))).Where(pair => pair.Path is not null).Select(pair => (pair.Target, pair.Path!)),
            ];
            if (asked.Length == 0)
            {
                throw new ArgumentException($"nabla export needs to be told what to write: {string.Join(", ", targets[..^1].Select(target => target.Option))} or {targets[^1].Option}, each with a file");
            }

            foreach ((Target target, string path) in asked)
            {
                ModelPath.RequireWritable(path, target.Option, "export", target.Example);
            }

            Optimizer? rule = optimizer.Read(parsed);
            if (rule is not null && !asked.Any(one => one.Target.Option == CSharpOption))
            {
                throw new ArgumentException($"{rule.Name} is for the training step that {CSharpOption} writes, but no file of C# is asked for");
            }

            string from = parsed.GetRequiredValue(model);
            ModelPath.RequireDistinct([("the model", from)], asked.Select(one => (one.Target.Option, (string?)one.Path)));
            (ModelDescription description, SafetensorsFile file) = TrainedModels.Read(from);
            ModelFile.Require(description, file);
            foreach ((Target target, string path) in asked)
            {
                target.Write(new(path, Path.GetFileNameWithoutExtension(from), description, file, rule));
                terminal.Output.WriteLine($"{target.Option[2..],-11}  {path}, {new FileInfo(path).Length:N0} bytes");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteOnnx(Request asked)
    {
        if (asked.IsDouble)
        {
            OnnxFile.Save(asked.Path, ModelFile.ToModel<double>(asked.Description, asked.File), asked.Description);
        }
        else
        {
            OnnxFile.Save(asked.Path, ModelFile.ToModel<float>(asked.Description, asked.File), asked.Description);
        }
    }

    /// <summary>The class is called as its file is.</summary>
    private static void WriteCSharp(Request asked)
    {
        string type = CSharpSource.ClassName(Path.GetFileNameWithoutExtension(asked.Path));
        WriteText(asked.Path, asked.IsDouble
            ? CSharpSource.Write(type, ModelFile.ToModel<double>(asked.Description, asked.File), asked.Description, asked.Optimizer)
            : CSharpSource.Write(type, ModelFile.ToModel<float>(asked.Description, asked.File), asked.Description, asked.Optimizer));
    }

    /// <summary>With the note that PyTorch's own programs look for, and without the one of Nabla.</summary>
    private static void WriteTensors(Request asked) =>
        Safetensors.Write(asked.Path, asked.File.Tensors, new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" });

    private static void WriteCard(Request asked) => WriteText(asked.Path, ModelCard.Write(asked.Name, asked.Description));

    private static void WriteText(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    private sealed record Target(string Option, string Description, string Example, Action<Request> Write);

    /// <summary>What is written: the file, what the model is called, the model, and the update rule of a training step where one is named.</summary>
    private sealed record Request(string Path, string Name, ModelDescription Description, SafetensorsFile File, Optimizer? Optimizer)
    {
        public bool IsDouble => File.Tensors.Any(tensor => tensor.Type == TensorType.F64);
    }
}
