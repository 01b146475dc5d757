using System.Collections.Immutable;
using System.Globalization;
using Nabla.Cli.CommandLine;
using Nabla.Data;
using Nabla.Data.Tables;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Cli.Train;

/// <summary>What the command line asks for; null where it says nothing. The names are known ones.</summary>
internal sealed record TrainingRequest
{
    public required string Data { get; init; }

    public string? DataFolder { get; init; }

    /// <summary>The file with the targets of arrays.</summary>
    public string? Labels { get; init; }

    /// <summary>How a file becomes a data set.</summary>
    public TableOptions Table { get; init; } = new();

    public ImmutableArray<int>? Layers { get; init; }

    public Activation? Activation { get; init; }

    public Activation? OutputActivation { get; init; }

    public bool? Biases { get; init; }

    public Loss? Loss { get; init; }

    public Reduction? Reduction { get; init; }

    public LearningRequest Learning { get; init; } = new();

    public Initializer? Initializer { get; init; }

    public double? LearningRate { get; init; }

    public int? BatchSize { get; init; }

    public int? Epochs { get; init; }

    public ulong Seed { get; init; }

    public int Threads { get; init; } = 1;

    public bool Double { get; init; }

    public required string Out { get; init; }

    public bool Json { get; init; }

    /// <summary>The picture that the curves are drawn in.</summary>
    public string? Plot { get; init; }

    /// <summary>The page that the report is written to.</summary>
    public string? Report { get; init; }

    /// <summary>The folder that checkpoints go to.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>How many rows of a table are in memory at a time; all where it is null.</summary>
    public int? Window { get; init; }

    /// <summary>After so many steps within an epoch.</summary>
    public int? CheckpointEvery { get; init; }

    /// <summary>The checkpoint that the training goes on from.</summary>
    public Checkpoint? From { get; init; }

    /// <summary>The model whose network and weights the training begins with.</summary>
    public (string Path, ModelDescription Description, SafetensorsFile File)? WarmStart { get; init; }

    /// <summary>The words of the command line, which a checkpoint keeps.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];
}

/// <summary>What is trained: the request with every default filled in, for a data set that is loaded.</summary>
internal sealed record TrainingSetup
{
    public required TrainingRequest Request { get; init; }

    public required TrainingData Data { get; init; }

    public required Network Network { get; init; }

    public required Loss Loss { get; init; }

    public required Reduction Reduction { get; init; }

    public required Initializer Initializer { get; init; }

    /// <summary>Weights to begin with; none where the initializer draws them.</summary>
    public required ImmutableArray<double[,]> InitialWeights { get; init; }

    public required TrainingOptions Options { get; init; }

    /// <summary>How the weights begin, in a word.</summary>
    public string Beginning => Request.WarmStart is { } model ? $"the weights of {model.Path}" : InitialWeights.IsEmpty ? Initializer.Name : $"the weights of the {Data.Name}";

    /// <summary>Fills in the defaults.</summary>
    /// <exception cref="ArgumentException">The network does not fit the data.</exception>
    public static TrainingSetup Of(TrainingRequest request, TrainingData data)
    {
        Preset preset = Preset.For(data);
        if (request.WarmStart is { } warm)
        {
            RequireOnlyTheModel(request, warm.Description, warm.Path, data);
            request = request with
            {
                Loss = request.Loss ?? ModelFile.Require(warm.Description, warm.File),
                Reduction = request.Reduction ?? (request.Loss is null && Loss.All.ContainsKey(warm.Description.Loss) ? warm.Description.Reduction : null),
            };
        }

        ImmutableArray<int> sizes = request.WarmStart is { } known ? [.. known.Description.Network.Sizes] : request.Layers is { } layers
            ? LayerSizes.Complete(layers, data)
            : [data.Inputs, .. preset.Hidden, data.Outputs];
        Loss loss = request.Loss ?? Loss.Named(preset.Loss ?? (data.IsClassification ? "cross-entropy" : "squared-error"));
        Activation activation = request.Activation ?? Activation.Named(preset.Activation);
        Activation output = request.WarmStart?.Description.Network.Layers[^1].Activation
            ?? request.OutputActivation
            ?? loss.OutputActivation
            ?? (preset.OutputActivation is string name ? Activation.Named(name) : null)
            ?? (data.IsClassification ? activation : Activation.Identity);
        loss.RequireOutput(output);
        RequireOwnReduction(loss, request.Reduction);
        if (output.IsSoftmax && sizes[^1] == 1)
        {
            throw new ArgumentException(
                $"softmax over 1 output is always 1, so nothing can be learned; for the 1 output of {data.Name} use --loss binary-cross-entropy or squared-error");
        }

        if (data.Preprocessing.Target is { } standardized && !data.IsClassification && (loss.Name == Loss.BinaryCrossEntropy.Name || !output.Equals(Activation.Identity)))
        {
            throw new ArgumentException(
                $"the numbers of '{standardized.Name}' are standardized, so that they lie on both sides of 0 without a bound: {(loss.Name == Loss.BinaryCrossEntropy.Name ? $"the loss {loss}" : $"{output} in the last layer")} "
                + "cannot learn them; a regression has identity there, and --task classification takes few numbers for classes");
        }

        Network network = request.WarmStart?.Description.Network ?? Network.Of(sizes, activation, output, request.Biases ?? preset.Biases);
        if (request.Learning.Lbfgs is not null && request.LearningRate is not null)
        {
            throw new ArgumentException("--learning-rate does not go with lbfgs, which finds the length of its steps itself");
        }

        int batchSize = Math.Min(request.BatchSize ?? (request.Learning.Lbfgs is null ? preset.BatchSize : int.MaxValue), data.CountOf(Part.Train));
        RequireMemory(network, request.Double ? sizeof(double) : sizeof(float), batchSize + data.CountOf(Part.Train) % batchSize, data is StreamedDataset streamed ? streamed.WindowBytes : 0);
        return new()
        {
            Request = request,
            Data = data,
            Network = network,
            Loss = loss,
            Reduction = loss.Text is not null ? Reduction.Mean : request.Reduction ?? preset.Reduction,
            Initializer = request.Initializer ?? Initializer.Named(preset.Initializer ?? (activation.IsRectifier ? "he" : "glorot")),
            InitialWeights = request.Initializer is null && request.WarmStart is null && Fit(preset.InitialWeights, sizes) ? preset.InitialWeights : [],
            Options = new()
            {
                Optimizer = request.Learning.Optimizer ?? Optimizer.Named(preset.Optimizer),
                Lbfgs = request.Learning.Lbfgs,
                LearningRate = request.LearningRate ?? request.Learning.Optimizer?.UsualLearningRate ?? (request.Learning.Optimizer is null ? preset.LearningRate : preset.RateOfDescent ?? preset.LearningRate),
                Schedule = request.Learning.Schedule,
                Objective = request.Learning.ObjectiveFor(data, preset.L2),
                Clipping = request.Learning.Clipping,
                Patience = request.Learning.Patience,
                BatchSize = batchSize,
                Threads = request.Threads,
                Epochs = request.Epochs ?? preset.Epochs,
                Seed = request.Seed,
                CheckpointEvery = request.CheckpointEvery,
            },
        };
    }

    /// <exception cref="ArgumentException">An option says what the model says already, or the data is not what the model was made for.</exception>
    private static void RequireOnlyTheModel(TrainingRequest request, ModelDescription description, string path, TrainingData data)
    {
        (string Option, bool IsGiven)[] options =
        [
            ("--layers", request.Layers is not null), ("--activation", request.Activation is not null), ("--output-activation", request.OutputActivation is not null),
            ("--no-bias", request.Biases is not null), ("--init", request.Initializer is not null),
        ];
        if (options.FirstOrDefault(option => option.IsGiven).Option is string given)
        {
            throw new ArgumentException($"--from takes the network and its weights from {path}, so {given} has nothing to say");
        }

        if (!description.Preprocessing.IsSameAs(data.Preprocessing))
        {
            throw new ArgumentException($"the inputs that {path} learned from were prepared otherwise than those of {data.Name}, so its weights mean something else there; it goes on with the file, the options and the seed that it was trained with");
        }

        if (!description.Classes.SequenceEqual(data.Classes))
        {
            throw new ArgumentException($"{path} knows the classes {string.Join(", ", description.Classes)}, but {data.Name} has {string.Join(", ", data.Classes)}");
        }
    }

    /// <summary>Asserts that nobody asks for a reduction of a loss that says its own.</summary>
    /// <exception cref="ArgumentException">One is asked for.</exception>
    public static void RequireOwnReduction(Loss loss, Reduction? reduction)
    {
        if (loss.Text is not null && reduction is not null)
        {
            throw new ArgumentException("--reduction goes with the name of a loss; an expression says itself whether it is divided by m");
        }
    }

    /// <summary>What the model file says of the model.</summary>
    public ModelDescription Describe(int epochs, double? testAccuracy)
    {
        Dictionary<string, string> training = new(StringComparer.Ordinal)
        {
            ["data"] = Data.Name,
            ["seed"] = Number(Request.Seed),
            ["batch_size"] = Number(Options.BatchSize),
            ["epochs"] = Number(epochs),
            ["init"] = Beginning,
            ["precision"] = Request.Double ? "double" : "float",
        };
        foreach ((string key, string value) in Request.Learning.Describe(Options))
        {
            training[key] = value;
        }

        if (Data is StreamedDataset streamed)
        {
            training["window"] = Number(streamed.Window);
        }

        if (testAccuracy is double accuracy)
        {
            training["test_accuracy"] = Number(accuracy);
        }

        return new(Network, Loss.Name, Reduction)
        {
            Preprocessing = Data.Preprocessing,
            Classes = Data.Classes,
            Training = training.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }

    private static bool Fit(ImmutableArray<double[,]> weights, ImmutableArray<int> sizes) =>
        !weights.IsEmpty
        && weights.Length == sizes.Length - 1
        && weights.Select((w, l) => w.GetLength(0) == sizes[l + 1] && w.GetLength(1) == sizes[l]).All(fits => fits);

    /// <summary>A network too large for the machine is the user's slip, not a crash in the middle.</summary>
    /// <param name="network">The network.</param>
    /// <param name="size">The bytes of a number.</param>
    /// <param name="columns">The samples of a step, and of the last, smaller one, which has a plan of its own.</param>
    /// <param name="window">The bytes of the window that the samples are streamed through; 0 where there is none.</param>
    public static void RequireMemory(Network network, int size, int columns, long window = 0)
    {
        // Measured: a run takes 8.06 bytes more for each weight more, 16.3 in double precision. That is the weights, and the copy that is
        // written in the file's order.
        double weights = 2.0 * network.ParameterCount;

        // Measured over every activation and loss: a step holds up to 9 matrices for each hidden layer and 16 for the outputs.
        double samples = (double)columns * (9.0 * network.Sizes.Skip(1).SkipLast(1).Sum(Convert.ToDouble) + 16.0 * network.Outputs + network.Inputs);
        double bytes = size * (weights + samples);
        double available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (window > available)
        {
            throw new ArgumentException($"the window takes {window / (double)(1L << 30):N1} GiB of memory, but this machine has {available / (1L << 30):N1}; a smaller --window takes less");
        }

        if (bytes > available || network.ParameterCount > Array.MaxLength)
        {
            throw new ArgumentException(
                $"the network {network} has {network.ParameterCount:N0} weights and biases; training it takes {bytes / (1L << 30):N1} GiB of memory, "
                + $"but this machine has {available / (1L << 30):N1}, and at most {Array.MaxLength:N0} weights are possible");
        }
    }

    private static string Number(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
