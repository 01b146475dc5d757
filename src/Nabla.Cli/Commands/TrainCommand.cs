using System.CommandLine;
using Nabla.Cli.CommandLine;
using Nabla.Cli.Train;
using Nabla.Data;
using Nabla.Data.Tables;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla train [DATA]</c>.</summary>
internal static class TrainCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> data = Options.Data();
        data.Arity = ArgumentArity.ZeroOrOne;
        data.DefaultValueFactory = _ => "digits";
        Option<string?> layers = Options.Text(
            "--layers",
            "SIZES",
            "The network: all sizes, inputs first, as in 784-30-10, or the hidden sizes only, as in 30 or 100-50. Sizes are the whole network "
            + "where they begin with the data's inputs and end with its outputs, hidden sizes where they do neither, "
            + "and an error where only one end fits");
        Option<string?> activation = Options.Text(
            "--activation", "NAME", Known("The activation of the hidden layers", Activation.All.Keys), [.. Activation.All.Keys]);
        Option<string?> outputActivation = Options.Text(
            "--output-activation",
            "NAME",
            "The activation of the last layer; by default what the loss expects, else the hidden one on classes and identity on numbers",
            [.. Activation.All.Keys]);
        Option<bool?> noBias = new("--no-bias") { Description = "Layers without biases", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> loss = Options.Text(
            "--loss",
            "NAME|EXPRESSION",
            Known("The loss", Loss.All.Keys) + "; or an expression of the targets y, the outputs a, the last pre-activations z (all n x m), "
            + "the samples m and the outputs n, such as \"sum((y-a).^4)/m\"",
            [.. Loss.All.Keys]);
        Option<string?> reduction = Options.Choice("--reduction", "The loss of a batch: the mean over its samples or their sum", "mean", "sum");
        Option<string?> optimizer = Options.Text("--optimizer", "NAME", Known("The update rule", Optimizer.All.Keys), [.. Optimizer.All.Keys]);
        Option<double?> learningRate = Options.Positive("--learning-rate", "The learning rate η");
        Option<int?> batchSize = Options.Whole("--batch-size", "Samples in a step; all of them where there are fewer");
        Option<int?> epochs = Options.Whole("--epochs", "How often all samples are seen");
        Option<string?> init = Options.Text(
            "--init",
            "NAME",
            Known("How weights and biases begin", Initializer.All.Keys) + "; by default he for the relu family, else glorot",
            [.. Initializer.All.Keys]);
        Option<ulong?> seed = Options.Seed("Fixes everything random: generated data, first weights, the order of the samples (default 1)");
        Option<int?> threads = Options.Whole("--threads", "Threads that may share a step, as far as it is large enough; the result is the same (default: all processors)");
        Option<string?> precision = Options.Choice("--precision", "The numbers to compute with (default float)", "float", "double");
        Option<string?> dataFolder = Options.DataFolder();
        Option<string?> file = Options.Text("--out", "FILE", "The model file (default DATA.safetensors in the current folder)");
        TableArguments table = new();
        Option<bool> json = Options.Json("Events on stdout, one JSON object a line, and nothing else there");
        Command command = new ToolCommand(
            "train",
            "Trains a network and writes a model file. Without options, each data set has defaults that suit it.",
            "nabla train                                 learn the built-in digits in a few seconds",
            "nabla train book                            the whole example of the book",
            "nabla train mnist --layers 100-50           two hidden layers; the data fixes 784 inputs and 10 outputs",
            "nabla train mnist --layers 784-30-10 --activation sigmoid --loss squared-error --learning-rate 3 \\",
            "    --batch-size 10 --epochs 30 --init normal",
            "nabla train iris.csv                        a table of one's own; the last column is predicted from the others",
            "nabla train houses.csv --target price --features rooms,area,town --test 0.25",
            "nabla train xor --json                      one JSON object a line: an event for each epoch, then 'done'")
        {
            data, layers, activation, outputActivation, noBias, loss, reduction, optimizer, learningRate, batchSize, epochs, init, seed, threads,
            precision, dataFolder, file, json,
        };
        foreach (Option option in table.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, _) =>
        {
            // Every name is looked up before the data is loaded or downloaded.
            DataSource source = DataSource.Find(parsed.GetRequiredValue(data));
            if (!source.IsFile)
            {
                table.RequireNone(parsed, source.Given);
            }

            TrainingRequest request = new()
            {
                Data = source.Given,
                DataFolder = parsed.GetValue(dataFolder),
                Layers = parsed.GetValue(layers) is string sizes ? Network.ParseSizes(sizes) : null,
                Activation = parsed.GetValue(activation) is string hidden ? Activation.Named(hidden) : null,
                OutputActivation = parsed.GetValue(outputActivation) is string last ? Activation.Named(last) : null,
                Biases = parsed.GetResult(noBias) is null ? null : parsed.GetValue(noBias) == false,
                Loss = parsed.GetValue(loss) is string named ? Loss.NamedOrParsed(named) : null,
                Reduction = parsed.GetValue(reduction) is string word ? word == "sum" ? Reduction.Sum : Reduction.Mean : null,
                Optimizer = parsed.GetValue(optimizer) is string rule ? Optimizer.Named(rule) : null,
                Initializer = parsed.GetValue(init) is string first ? Initializer.Named(first) : null,
                LearningRate = parsed.GetValue(learningRate),
                BatchSize = parsed.GetValue(batchSize),
                Epochs = parsed.GetValue(epochs),
                Seed = parsed.GetValue(seed) ?? Options.DefaultSeed,
                Threads = parsed.GetValue(threads) ?? Math.Min(Environment.ProcessorCount, TrainingOptions.MostThreads),
                Double = parsed.GetValue(precision) == "double",
                Out = parsed.GetValue(file) ?? source.ModelFile,
                Json = parsed.GetValue(json),
            };
            ModelPath.RequireWritable(request.Out);
            return RunAsync(source, request, table.LabelsIn(parsed), table.Read(parsed, request.Seed), terminal);
        });
        return command;
    }

    private static async Task<int> RunAsync(DataSource source, TrainingRequest request, string? labels, TableOptions table, Terminal terminal)
    {
        using Interruption interruption = new();
        Dataset data;
        try
        {
            data = await source.LoadAsync(request.Seed, request.DataFolder, labels, table, terminal, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            terminal.Error.WriteLine("nabla: interrupted before training began; nothing was written");
            return interruption.ExitCode ?? ExitCode.Interrupted;
        }

        TrainingSetup setup = TrainingSetup.Of(request, data);
        try
        {
            return request.Double
                ? new TrainingRun<double>(setup, terminal).Run(interruption)
                : new TrainingRun<float>(setup, terminal).Run(interruption);
        }
        catch (NotSupportedException e) when (setup.Loss.Text is not null)
        {
            return Tool.Fail(terminal.Error, ExitCode.Usage, $"--loss \"{setup.Loss}\": {e.Message}");
        }
    }

    private static string Known(string what, IEnumerable<string> names) => $"{what}: {string.Join(", ", names)}";
}
