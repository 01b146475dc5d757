using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Nabla.Cli.CommandLine;
using Nabla.Cli.Train;
using Nabla.Data;
using Nabla.Data.Tables;
using Nabla.Models;
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
        LearningOptions learning = new();
        Option<double?> learningRate = Options.Positive("--learning-rate", "The learning rate η; by default the data set's own, or what PyTorch gives the optimizer that is asked for");
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
        Option<string?> from = Options.Text("--from", "MODEL", "A model file whose network and weights the training begins with, instead of new ones");
        Option<string?> plot = Options.Text("--plot", "FILE", "Draws the curves as a picture, such as curves.png");
        Option<string?> report = Options.Text(
            "--report", "FILE", "Writes a page of HTML: curves, confusion, worst examples, weights, settings, the gradient check and the derivation, with nothing from elsewhere");
        Option<string?> checkpoint = Options.Text("--checkpoint", "DIR", "A folder for checkpoints, from which --resume goes on: one after each epoch, but not more than one a second; the newest three are kept");
        Option<int?> every = Options.Whole("--every", "With --checkpoint: a checkpoint after every so many steps too");
        Option<string?> resume = Options.Text(
            "--resume", "DIR", "Goes on from the newest checkpoint in the folder to the same bits; only --threads, --out, --data-folder and --json may be given anew");
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
            "nabla train big.csv --window 10000          a table larger than memory, ten thousand rows at a time",
            "nabla train mnist --optimizer adam --dropout 0.2 --validation 0.1 --patience 5 --schedule cosine",
            "nabla train mnist --checkpoint mnist-run --every 1000",
            "nabla train --resume mnist-run              go on after an interruption, to the same bits",
            "nabla train xor --json                      one JSON object a line: an event for each epoch, then 'done'")
        {
            data, layers, activation, outputActivation, noBias, loss, reduction, learningRate, batchSize, epochs, init, seed, threads,
            precision, dataFolder, file, from, plot, report, checkpoint, every, resume, json,
        };
        foreach (Option option in learning.All.Concat(table.All))
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, _) =>
        {
            if (parsed.GetValue(resume) is not string folder)
            {
                if (parsed.GetResult(every) is not null && parsed.GetValue(checkpoint) is null)
                {
                    throw new ArgumentException("--every says how often a checkpoint is written, and --checkpoint DIR where; the second is missing");
                }

                TrainingRequest request = Request(parsed) with { Arguments = [.. parsed.Tokens.SkipWhile(token => token.Value != command.Name).Skip(1).Select(token => token.Value)] };
                ModelPath.RequireWritable(request.Out);
                if (request.Report is string page)
                {
                    ModelPath.RequireWritable(page, "--report", "report", "report.html");
                }

                if (request.Plot is string picture)
                {
                    Pictures.Require(picture);
                }

                if (request.CheckpointFolder is string checkpoints)
                {
                    // Before the data is loaded, which may take long.
                    using CheckpointFolder asked = new(checkpoints);
                    ModelPath.RequireUnused(asked);
                }

                ModelPath.RequireDistinct(
                    [("the data", request.Data), ("--labels", request.Labels), ("--test-file", request.Table.TestFile)], [("--out", request.Out), ("--report", request.Report), ("--plot", request.Plot)]);

                return RunAsync(request, terminal);
            }

            Option[] anew = [threads, file, dataFolder, json, resume];
            if (parsed.CommandResult.Children.Where(child => !(child is OptionResult option && (option.Implicit || anew.Contains(option.Option)))).Any(child => child is OptionResult or ArgumentResult { Tokens.Count: > 0 }))
            {
                throw new ArgumentException("--resume takes everything from the checkpoint; only --threads, --out, --data-folder and --json may be given beside it");
            }

            (Checkpoint stored, ImmutableArray<string> notes) = new CheckpointFolder(folder).Latest();
            terminal.WriteNotes(notes);
            ParseResult first = command.Parse([.. stored.Arguments], Tool.Configuration);
            if (ParseErrors.Describe(first) is string problem)
            {
                throw new InvalidDataException($"{stored.File}: the command line that the training began with is not understood: {problem}");
            }

            TrainingRequest begun = Request(first);
            TrainingRequest again = begun with
            {
                From = stored,
                CheckpointFolder = folder,
                Arguments = stored.Arguments,
                Threads = parsed.GetValue(threads) ?? begun.Threads,
                Out = parsed.GetValue(file) ?? begun.Out,
                DataFolder = parsed.GetValue(dataFolder) ?? begun.DataFolder,
                Json = parsed.GetValue(json),
            };
            ModelPath.RequireWritable(again.Out);
            return RunAsync(again, terminal);
        });
        return command;

        TrainingRequest Request(ParseResult parsed)
        {
            // Every name is looked up before the data is loaded or downloaded.
            DataSource source = DataSource.Find(parsed.GetRequiredValue(data));
            if (!source.IsFile)
            {
                table.RequireNone(parsed, source.Given);
            }

            LearningRequest asked = learning.Read(parsed);
            ulong chosen = parsed.GetValue(seed) ?? Options.DefaultSeed;
            return new()
            {
                Data = source.Given,
                DataFolder = parsed.GetValue(dataFolder),
                Layers = parsed.GetValue(layers) is string sizes ? Network.ParseSizes(sizes) : null,
                Activation = parsed.GetValue(activation) is string hidden ? Activation.Named(hidden) : null,
                OutputActivation = parsed.GetValue(outputActivation) is string last ? Activation.Named(last) : null,
                Biases = parsed.GetResult(noBias) is null ? null : parsed.GetValue(noBias) == false,
                Loss = parsed.GetValue(loss) is string named ? Loss.NamedOrParsed(named) : null,
                Reduction = parsed.GetValue(reduction) is string word ? word == "sum" ? Reduction.Sum : Reduction.Mean : null,
                Learning = asked,
                Labels = table.LabelsIn(parsed),
                Table = table.Read(parsed, chosen, asked.Validation),
                Window = table.WindowIn(parsed),
                Initializer = parsed.GetValue(init) is string first ? Initializer.Named(first) : null,
                LearningRate = parsed.GetValue(learningRate),
                BatchSize = parsed.GetValue(batchSize),
                Epochs = parsed.GetValue(epochs),
                Seed = chosen,
                Threads = parsed.GetValue(threads) ?? Math.Min(Environment.ProcessorCount, TrainingOptions.MostThreads),
                Double = parsed.GetValue(precision) == "double",
                Out = parsed.GetValue(file) ?? source.ModelFile,
                Json = parsed.GetValue(json),
                WarmStart = parsed.GetValue(from) is string model && TrainedModels.Read(model) is var (description, tensors) ? (model, description, tensors) : null,
                Plot = parsed.GetValue(plot),
                Report = parsed.GetValue(report),
                CheckpointFolder = parsed.GetValue(checkpoint),
                CheckpointEvery = parsed.GetValue(every),
            };
        }
    }

    private static async Task<int> RunAsync(TrainingRequest request, Terminal terminal)
    {
        DataSource source = DataSource.Find(request.Data);
        using Interruption interruption = new();
        TrainingSetup? setup = null;
        try
        {
            TrainingData data = request.Window is int window
                ? await source.OpenAsync(window, request.Labels, request.Table, interruption.Token)
                : await source.LoadAsync(request.Seed, request.DataFolder, request.Labels, request.Table, terminal, interruption.Token);
            setup = TrainingSetup.Of(request, request.Learning.Divide(data, request.Seed));
            if (request.Double)
            {
                using TrainingRun<double> run = new(setup, terminal, interruption.Token);
                return run.Run(interruption);
            }
            else
            {
                using TrainingRun<float> run = new(setup, terminal, interruption.Token);
                return run.Run(interruption);
            }
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            terminal.Error.WriteLine("nabla: interrupted before training began; nothing was written");
            return interruption.ExitCode ?? ExitCode.Interrupted;
        }
        catch (NotSupportedException e) when (setup?.Loss.Text is not null)
        {
            return Tool.Fail(terminal.Error, ExitCode.Usage, $"--loss \"{setup.Loss}\": {e.Message}");
        }
    }

    private static string Known(string what, IEnumerable<string> names) => $"{what}: {string.Join(", ", names)}";
}
