using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification;
using Nabla.Models;
using Nabla.Models.CSharp;
using Nabla.Onnx;
using Nabla.Studio.Mathematics;
using Nabla.Training;

namespace Nabla.Studio.Experiments;

/// <summary>A file for the user.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Type">Its media type.</param>
/// <param name="Content">Its bytes.</param>
public sealed record ExportedFile(string Name, string Type, byte[] Content);

/// <summary>What can be taken out of an experiment, written by the library as the tool writes it.</summary>
public static class Exports
{
    /// <summary>The derivation as a document of LaTeX.</summary>
    public static ExportedFile Latex(Experiment experiment, DocumentSettings settings) =>
        Text(experiment, "tex", "application/x-tex", DerivationLatex.Write(TitleOf(experiment, settings), Derive(experiment, settings).Derivation.Sections, document: true));

    /// <summary>The derivation as Markdown.</summary>
    public static ExportedFile Markdown(Experiment experiment, DocumentSettings settings) =>
        Text(experiment, "md", "text/markdown", DerivationMarkdown.Write(TitleOf(experiment, settings), Derive(experiment, settings).Derivation.Sections));

    /// <summary>The network with its weights as one file of C#, with its prediction and its step of training.</summary>
    /// <exception cref="ArgumentException">A weight is not finite, or the loss has no form in C#.</exception>
    public static ExportedFile CSharp(Experiment experiment, Snapshot snapshot)
    {
        string name = CSharpSource.ClassName(NameOf(experiment));
        return new($"{name}.cs", "text/plain", Encoding.UTF8.GetBytes(CSharpSource.Write(name, ModelOf(experiment, snapshot), Describe(experiment, snapshot), Optimizer.Named(experiment.Settings.Optimizer))));
    }

    /// <summary>The network with its weights as ONNX.</summary>
    /// <exception cref="ArgumentException">A weight is not finite.</exception>
    public static ExportedFile Onnx(Experiment experiment, Snapshot snapshot)
    {
        using MemoryStream stream = new();
        OnnxFile.Save(stream, ModelOf(experiment, snapshot), Describe(experiment, snapshot));
        return new($"{NameOf(experiment)}.onnx", "application/octet-stream", stream.ToArray());
    }

    /// <summary>The network with its weights as the model file that <c>nabla train</c> writes.</summary>
    /// <exception cref="ArgumentException">A weight is not finite.</exception>
    public static ExportedFile Safetensors(Experiment experiment, Snapshot snapshot)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nabla-studio-");
        try
        {
            string path = Path.Combine(folder.FullName, "model.safetensors");
            ModelFile.Save(path, ModelOf(experiment, snapshot), Describe(experiment, snapshot));
            return new($"{NameOf(experiment)}.safetensors", "application/octet-stream", File.ReadAllBytes(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The figures of the epochs.</summary>
    public static ExportedFile Csv(Experiment experiment, History history) => Text(experiment, "csv", "text/csv", history.ToCsv());

    /// <summary>The title of the derivation.</summary>
    internal static string TitleOf(Experiment experiment, DocumentSettings settings) =>
        $"The network {experiment.Network} with {string.Join(", ", experiment.Network.Layers.Select(layer => layer.Activation.Name).Distinct())} and {experiment.Loss}"
        + (settings.Batch ? ", a batch of m samples" : ", one sample");

    private static DerivationDocument Derive(Experiment experiment, DocumentSettings settings) => DerivationDocument.Of(experiment, settings);

    private static ExportedFile Text(Experiment experiment, string ending, string type, string text) => new($"{NameOf(experiment)}.{ending}", type, Encoding.UTF8.GetBytes(text));

    /// <summary>The data's name and the sizes, with nothing in it that a file system minds.</summary>
    private static string NameOf(Experiment experiment) =>
        string.Concat($"{Path.GetFileNameWithoutExtension(experiment.Data.Name)}-{experiment.Network}".Select(c => char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '_'));

    private static Model<float> ModelOf(Experiment experiment, Snapshot snapshot)
    {
        Model<float> model = new(experiment.Network, experiment.Loss);
        foreach ((Symbol parameter, Matrix value) in model.Expression.Parameters.Zip(snapshot.Parameters))
        {
            model.Parameters[parameter] = value;
        }

        return model;
    }

    private static ModelDescription Describe(Experiment experiment, Snapshot snapshot)
    {
        ExperimentSettings settings = experiment.Settings;
        static string Number(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
        return new(experiment.Network, experiment.Loss.Name)
        {
            Preprocessing = experiment.Data.Preprocessing,
            Classes = experiment.Data.Classes,
            Training = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["data"] = experiment.Data.Name,
                ["seed"] = Number(settings.Seed),
                ["batch_size"] = Number(experiment.Trainer.Options.BatchSize),
                ["steps"] = Number(snapshot.Steps),
                ["optimizer"] = settings.Optimizer,
                ["learning_rate"] = Number(settings.LearningRate),
                ["precision"] = "float",
            }.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }
}
