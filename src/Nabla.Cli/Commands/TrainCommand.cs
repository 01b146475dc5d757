using System.CommandLine;
using Nabla.Cli.CommandLine;
using Nabla.Cli.Train;
using Nabla.Data;
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
        Option<bool> json = Options.Json("Events on stdout, one JSON object a line, and nothing else there");
        Command command = new ToolCommand(
            "train",
            "Trains a network and writes a model file. Without options, each data set has defaults that suit it.",
            "nabla train                                 learn the built-in digits in a few seconds",
            "nabla train book                            the whole example of the book",
            "nabla train mnist --layers 100-50           two hidden layers; the data fixes 784 inputs and 10 outputs",
            "nabla train mnist --layers 784-30-10 --activation sigmoid --loss squared-error --learning-rate 3 \\",
            "    --batch-size 10 --epochs 30 --init normal",
            "nabla train mnist --optimizer adam --dropout 0.2 --validation 0.1 --patience 5 --schedule cosine",
            "nabla train xor --json                      one JSON object a line: an event for each epoch, then 'done'")
        {
            data, layers, activation, outputActivation, noBias, loss, reduction, learningRate, batchSize, epochs, init, seed, threads,
            precision, dataFolder, file, json,
        };
        foreach (Option option in learning.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, _) =>
        {
            // Every name is looked up before the data is loaded or downloaded.
            BuiltInDataset source = Datasets.Find(parsed.GetRequiredValue(data));
            TrainingRequest request = new()
            {
                Data = source.Name,
                DataFolder = parsed.GetValue(dataFolder),
                Layers = parsed.GetValue(layers) is string sizes ? Network.ParseSizes(sizes) : null,
                Activation = parsed.GetValue(activation) is string hidden ? Activation.Named(hidden) : null,
                OutputActivation = parsed.GetValue(outputActivation) is string last ? Activation.Named(last) : null,
                Biases = parsed.GetResult(noBias) is null ? null : parsed.GetValue(noBias) == false,
                Loss = parsed.GetValue(loss) is string named ? Loss.NamedOrParsed(named) : null,
                Reduction = parsed.GetValue(reduction) is string word ? word == "sum" ? Reduction.Sum : Reduction.Mean : null,
                Learning = learning.Read(parsed),
                Initializer = parsed.GetValue(init) is string first ? Initializer.Named(first) : null,
                LearningRate = parsed.GetValue(learningRate),
                BatchSize = parsed.GetValue(batchSize),
                Epochs = parsed.GetValue(epochs),
                Seed = parsed.GetValue(seed) ?? Options.DefaultSeed,
                Threads = parsed.GetValue(threads) ?? Math.Min(Environment.ProcessorCount, TrainingOptions.MostThreads),
                Double = parsed.GetValue(precision) == "double",
                Out = parsed.GetValue(file) ?? $"{source.Name}.safetensors",
                Json = parsed.GetValue(json),
            };
            ModelPath.RequireWritable(request.Out);
            return RunAsync(source, request, terminal);
        });
        return command;
    }

    private static async Task<int> RunAsync(BuiltInDataset source, TrainingRequest request, Terminal terminal)
    {
        using Interruption interruption = new();
        Dataset data;
        try
        {
            data = await Loading.LoadAsync(source, request.Seed, request.DataFolder, terminal, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            terminal.Error.WriteLine("nabla: interrupted before training began; nothing was written");
            return interruption.ExitCode ?? ExitCode.Interrupted;
        }

        TrainingSetup setup = TrainingSetup.Of(request, request.Learning.Divide(data, request.Seed));
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
