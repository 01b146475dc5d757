using System.Globalization;
using Nabla.Calculus.Verification;
using Nabla.Cli.CommandLine;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;
using Spectre.Console;

namespace Nabla.Cli.Train;

/// <summary>What is said before training.</summary>
internal static class Announcement
{
    public static void Write(Terminal terminal, TrainingSetup setup, string kernels)
    {
        TextWriter error = terminal.Error;
        TrainingData data = setup.Data;
        Network network = setup.Network;
        string activations = string.Join(", ", network.Layers.Select(layer => layer.Activation.Name));
        string parameters = network.Layers[0].HasBiases ? "weights and biases" : "weights, no biases";
        string validation = data.CountOf(Part.Validation) is > 0 and int held ? $"{held:N0} to validate, " : "";
        string test = data.CountOf(Part.Test) is > 0 and int tests ? $"{tests:N0} to test" : "none to test";
        TrainingOptions options = setup.Options;
        error.WriteLine($"Data      {data.Name}: {data.CountOf(Part.Train):N0} samples to train, {validation}{test}");
        if (data is StreamedDataset streamed)
        {
            error.WriteLine($"Window    {Math.Min(streamed.Window, streamed.Train.Count):N0} samples in {streamed.WindowBytes / 1e6:N1} MB of memory; the file is read again in each epoch");
        }

        terminal.WriteNotes(data.Notes);
        error.WriteLine($"Network   {network} ({activations}), {network.ParameterCount:N0} {parameters}, init {setup.Beginning}");
        error.WriteLine($"Loss      {setup.Loss} ({(setup.Loss.Text is not null ? "as it is written" : setup.Reduction == Reduction.Mean ? "mean over the batch" : "sum over the batch")})");
        string rule = options.Lbfgs is LbfgsSettings lbfgs
            ? $"{LbfgsSettings.Name} (memory {lbfgs.Memory})"
            : $"{options.Optimizer}, learning rate {options.LearningRate}";
        error.WriteLine(
            $"Training  {rule}, batches of {options.BatchSize:N0}, "
            + $"{options.Epochs:N0} {(options.Epochs == 1 ? "epoch" : "epochs")}, seed {setup.Request.Seed}, "
            + $"{(setup.Request.Double ? "double" : "float")} on {kernels} kernels");
        List<string> further = [.. setup.Request.Learning.DescribeRest(options).Select(entry => $"{entry.Key.Replace('_', ' ')} {entry.Value}")];
        if (options.Schedule != LearningRateSchedule.Constant)
        {
            further.Insert(0, $"schedule {options.Schedule}");
        }

        if (further.Count > 0)
        {
            error.WriteLine($"Learning  {string.Join(", ", further)}");
        }
    }
}

/// <summary>What is said after training.</summary>
internal static class Summary
{
    /// <summary>Up to so many rows a table of numbers is shown in full.</summary>
    public const int MostRows = 20;

    /// <summary>Such as "test 97.31 %", or nothing.</summary>
    public static string Accuracy(string name, double? accuracy) => accuracy is double a ? $"{name} {Percent(a)}" : "";

    /// <summary>A fraction as per cent.</summary>
    public static string Percent(double fraction) => string.Create(CultureInfo.InvariantCulture, $"{100 * fraction:0.00} %");

    public static void Write(
        Terminal terminal, TrainingSetup setup, List<EpochReport> reports, int? restored, double seconds, Measures? measures)
    {
        TextWriter output = terminal.Output;
        ConfusionMatrix? confusion = measures?.Confusion;
        if (confusion is not null)
        {
            EpochReport best = reports.MaxBy(report => report.TestAccuracy)!;
            string bestAccuracy = Percent(best.TestAccuracy!.Value);
            output.WriteLine($"Test accuracy  {Percent(confusion.Accuracy)} of {confusion.Total:N0} (best {bestAccuracy}, epoch {best.Epoch})");
        }

        EpochReport final = reports[(restored ?? reports.Count) - 1];
        if (final.ValidationLoss is double held)
        {
            string accuracy = final.ValidationAccuracy is double fraction ? $", {Percent(fraction)} right" : "";
            string kept = restored is int epoch ? $"; epoch {epoch} of {reports.Count} was best, its weights are kept" : "";
            output.WriteLine($"Validation     loss {held:G4}{accuracy}{kept}");
        }

        output.WriteLine($"Training loss  {final.Loss:G4} (mean over epoch {final.Epoch})");
        output.WriteLine($"Training time  {seconds:0.00} s");
        output.WriteLine($"Model          {setup.Request.Out}");
        output.WriteLine();
        if (measures is not null)
        {
            output.WriteLine($"On the {setup.Data.CountOf(Part.Test):N0} test samples, which chose nothing");
            measures.WriteText(terminal);
            output.WriteLine();
        }

        if (confusion is not null)
        {
            ConfusionTable.Write(terminal, confusion, setup.Data.Classes);
            output.WriteLine();
        }
    }

    /// <summary>Inputs, targets and outputs of a small table, as a book prints them.</summary>
    public static void WriteOutputs(Terminal terminal, TrainingSetup setup, (string Title, Matrix Outputs)? shown)
    {
        if (shown is not var (title, outputs)
            || setup.Data is not Dataset { Train: { Features: NumberFeatures inputs, Targets: NumberTargets targets } })
        {
            return;
        }

        Table table = new() { Border = TableBorder.Simple };
        Add("input", inputs.Size);
        Add("target", targets.Size);
        Add("output", outputs.Rows);
        for (int j = 0; j < outputs.Columns; j++)
        {
            table.AddRow([
                .. inputs.Values.AsSpan().Slice(j * inputs.Size, inputs.Size).ToArray().Select(value => $"{value:G4}"),
                .. targets.Values.AsSpan().Slice(j * targets.Size, targets.Size).ToArray().Select(value => $"{value:G4}"),
                .. Enumerable.Range(0, outputs.Rows).Select(i => $"{outputs[i, j]:0.000}"),
            ]);
        }

        terminal.Output.WriteLine(title);
        terminal.Write(table);
        terminal.Output.WriteLine();

        void Add(string name, int size)
        {
            for (int i = 1; i <= size; i++)
            {
                table.AddColumn(new TableColumn(size == 1 ? name : $"{name} {i}").RightAligned());
            }
        }
    }

    /// <summary>The commands that a user may want next, with the real names.</summary>
    public static void WriteNext(TextWriter output, TrainingSetup setup)
    {
        string model = Quoted(setup.Request.Out);
        Layer last = setup.Network.Layers[^1];
        string derive = $"nabla derive {setup.Network} --activation {setup.Network.Layers[0].Activation} --output-activation {last.Activation} "
            + $"--loss {Quoted($"{setup.Loss}")}{(last.HasBiases ? "" : " --no-bias")}{(setup.Reduction == Reduction.Sum ? " --reduction sum" : "")} --batch";
        string folder = setup.Request.DataFolder is string given ? $" --data-folder {Quoted(given)}" : "";
        string data = Quoted(setup.Request.Data);
        output.WriteLine("Next");

        // Of a table of one's own most rows have been learned from: a figure of all of them would be taken for what the model is worth.
        if (!setup.Data.Preprocessing.IsTable)
        {
            output.WriteLine($"  nabla evaluate {model} {data}{folder}");
        }

        output.WriteLine($"  nabla predict {model} {data}{folder} --count 5");
        output.WriteLine($"  nabla inspect {model}");
        output.WriteLine($"  {derive}");
    }

    /// <summary>A word of a command line as a shell takes it.</summary>
    private static string Quoted(string word) => word.All(c => char.IsLetterOrDigit(c) || "-_./\\:,+=".Contains(c, StringComparison.Ordinal)) ? word : $"\"{word}\"";
}
