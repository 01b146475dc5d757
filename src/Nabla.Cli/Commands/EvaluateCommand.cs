using System.CommandLine;
using Nabla.Cli.CommandLine;
using Nabla.Cli.Train;
using Nabla.Training;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla evaluate MODEL DATA</c>.</summary>
internal static class EvaluateCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = Options.Model();
        Argument<string> data = Options.Data();
        Option<string?> dataFolder = Options.DataFolder();
        Option<ulong?> seed = Options.Seed("The seed of generated data such as digits (default: the one that the model was trained with)");
        Option<string?> labels = Options.Labels();
        Option<bool> noHeader = Options.NoHeader();
        Option<bool> json = Options.Json("One JSON object on stdout, and nothing else there");
        Command command = new ToolCommand(
            "evaluate",
            "Measures a model on the rows of a file, or on the held-out samples of a data set; on all samples where none are held out.",
            "nabla evaluate iris.safetensors other.csv   on the rows of a table",
            "nabla evaluate digits.safetensors digits    on the held-out digits of the seed that the model was trained with",
            "nabla evaluate digits.safetensors mnist --json")
        {
            model, data, labels, noHeader, dataFolder, seed, json,
        };
        command.SetAction((parsed, _) => TrainedModels.UseAsync(
            parsed.GetRequiredValue(model),
            DataSource.Find(parsed.GetRequiredValue(data), parsed.GetValue(noHeader)),
            parsed.GetValue(seed),
            parsed.GetValue(dataFolder),
            parsed.GetValue(labels),
            terminal,
            new Evaluation(terminal, parsed.GetRequiredValue(model), parsed.GetValue(json))));
        return command;
    }

    private sealed class Evaluation(Terminal terminal, string path, bool json) : IModelUser
    {
        public int Use<T>(TrainedModel<T> trained)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            double loss = trained.Model.MeanLoss(trained.Data, trained.Part);
            if (!double.IsFinite(loss))
            {
                throw new NonFiniteLossException($"the mean loss of {path} on {trained.Data.Name} is {loss}");
            }

            Measures measures = Measures.Of(trained.Model, trained.Data, trained.Part);
            ConfusionMatrix? confusion = measures.Confusion;
            if (json)
            {
                WriteJson(trained, loss, measures);
                return ExitCode.Done;
            }

            string samples = $"{trained.Count:N0} {trained.PartWord} samples of {trained.Data.Name}";
            terminal.Output.WriteLine(confusion is null ? $"Samples    {samples}" : $"Accuracy   {Summary.Percent(confusion.Accuracy)} of {samples}");
            terminal.Output.WriteLine($"Mean loss  {loss:G6} ({trained.Model.Loss})");
            measures.WriteText(terminal);
            if (confusion is not null)
            {
                terminal.Output.WriteLine();
                ConfusionTable.Write(terminal, confusion, trained.Data.Classes);
            }

            return ExitCode.Done;
        }

        private void WriteJson<T>(TrainedModel<T> trained, double loss, Measures measures)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => JsonLine.Write(terminal.Output, writer =>
        {
            ConfusionMatrix? confusion = measures.Confusion;
            writer.WriteString("model", path);
            writer.WriteString("data", trained.Data.Name);
            writer.WriteString("part", trained.PartWord);
            writer.WriteNumber("samples", trained.Count);
            writer.Write("accuracy", confusion?.Accuracy);
            writer.Write("loss", loss);
            if (confusion is null)
            {
                writer.WriteNull("classes");
                writer.WriteNull("confusion");
                measures.WriteJson(writer);
                return;
            }

            writer.Write("classes", trained.Data.Classes);
            writer.WriteStartArray("confusion");
            for (int i = 0; i < confusion.Classes; i++)
            {
                writer.WriteStartArray();
                for (int j = 0; j < confusion.Classes; j++)
                {
                    writer.WriteNumberValue(confusion[i, j]);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndArray();
            measures.WriteJson(writer);
        });
    }
}
