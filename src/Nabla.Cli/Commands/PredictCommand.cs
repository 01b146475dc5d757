using System.Collections.Immutable;
using System.CommandLine;
using System.Numerics;
using System.Text;
using Nabla.Cli.CommandLine;
using Nabla.Data;
using Nabla.Training;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla predict MODEL DATA</c>.</summary>
internal static class PredictCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = Options.Model();
        Argument<string> data = Options.Data();
        Option<int?> count = Options.Whole("--count", "How many samples, from the first (default: all)");
        Option<string?> dataFolder = Options.DataFolder();
        Option<ulong?> seed = Options.Seed("The seed of generated data such as digits (default: the one that the model was trained with)");
        Option<bool> noHeader = Options.NoHeader();
        Option<bool> json = Options.Json("One JSON object a line for each sample, and nothing else on stdout");
        Command command = new ToolCommand(
            "predict",
            "Prints what a model makes of the rows of a file, or of the held-out samples of a data set (of all where none are held out), comma-separated, a row each.",
            "nabla predict iris.safetensors new.csv      the rows of a table, as they are read",
            "nabla predict digits.safetensors digits --count 5",
            "nabla predict digits.safetensors mnist --json | head")
        {
            model, data, count, noHeader, dataFolder, seed, json,
        };
        command.SetAction((parsed, _) =>
        {
            string path = parsed.GetRequiredValue(model);
            DataSource source = DataSource.Find(parsed.GetRequiredValue(data), parsed.GetValue(noHeader));
            int? most = parsed.GetValue(count);
            return source.IsFile
                ? Task.FromResult(TrainedModels.UseOnFile(path, source, new TablePrediction(terminal, most ?? long.MaxValue, parsed.GetValue(json))))
                : TrainedModels.UseAsync(
                    path,
                    source,
                    parsed.GetValue(seed),
                    parsed.GetValue(dataFolder),
                    labels: null,
                    terminal,
                    new Prediction(terminal.Output, most ?? int.MaxValue, parsed.GetValue(json)));
        });
        return command;
    }

    private sealed class Prediction(TextWriter output, int count, bool json) : IModelUser
    {
        private const int ChunkLength = 8192;

        public int Use<T>(TrainedModel<T> trained)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            // What is no file is in memory, in one piece.
            Samples samples = trained.Data.Read(trained.Part).Single();
            ImmutableArray<string> classes = trained.Description.Classes.IsEmpty ? trained.Data.Classes : trained.Description.Classes;
            bool probabilities = trained.Model.Network.Layers[^1].Activation.IsSoftmax;
            StringBuilder rows = new();
            if (!json)
            {
                rows.Append(Header(samples, classes, probabilities)).Append('\n');
            }

            trained.Model.Predict(samples, (sample, column) =>
            {
                double[] outputs = [.. column.ToArray().Select(double.CreateChecked)];
                if (json)
                {
                    WriteJson(samples, classes, sample, outputs);
                    return;
                }

                rows.Append(Row(samples, classes, sample, outputs)).Append('\n');
                if (rows.Length > ChunkLength)
                {
                    output.Write(rows);
                    rows.Clear();
                }
            }, count);
            output.Write(rows);
            output.Flush();
            return ExitCode.Done;
        }

        private static string Header(Samples samples, ImmutableArray<string> classes, bool probabilities) => classes.IsEmpty
            ? string.Join(',', ["index", .. Columns("output", samples.Outputs), .. Columns("target", samples.Outputs)])
            : $"index,predicted,{(probabilities ? "probability" : "output")},target";

        private static IEnumerable<string> Columns(string name, int size) =>
            size == 1 ? [name] : Enumerable.Range(1, size).Select(i => $"{name} {i}");

        private static string Row(Samples samples, ImmutableArray<string> classes, int sample, double[] outputs)
        {
            if (classes.IsEmpty)
            {
                return string.Join(',', [$"{sample}", .. outputs.Concat(TargetOf(samples, sample)).Select(value => $"{value:G6}")]);
            }

            int best = Best(outputs);
            return $"{sample},{CsvField.Of(classes[best])},{outputs[best]:0.0000},{(samples.Labels is { } labels ? CsvField.Of(classes[labels[sample]]) : "")}";
        }

        private static IEnumerable<double> TargetOf(Samples samples, int sample) => samples.Targets is NumberTargets targets
            ? targets.Values.AsSpan().Slice(sample * targets.Size, targets.Size).ToArray()
            : Enumerable.Range(0, samples.Outputs).Select(i => samples.Labels!.Value[sample] == i ? 1.0 : 0);

        private static int Best(double[] outputs) => Array.IndexOf(outputs, outputs.Max());

        private void WriteJson(Samples samples, ImmutableArray<string> classes, int sample, double[] outputs) => JsonLine.Write(output, writer =>
        {
            writer.WriteNumber("index", sample);
            if (!classes.IsEmpty)
            {
                writer.WriteString("predicted", classes[Best(outputs)]);
            }

            WriteNumbers("outputs", outputs);
            if (!classes.IsEmpty && samples.Labels is { } labels)
            {
                writer.WriteString("target", classes[labels[sample]]);
            }
            else
            {
                WriteNumbers("target", TargetOf(samples, sample));
            }

            void WriteNumbers(string name, IEnumerable<double> values)
            {
                writer.WriteStartArray(name);
                foreach (double value in values)
                {
                    writer.WriteValue(value);
                }

                writer.WriteEndArray();
            }
        });
    }
}
