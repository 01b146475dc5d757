using System.CommandLine;
using Nabla.Benchmarking;
using Nabla.Cli.CommandLine;
using Nabla.Cli.Train;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Cli.Bench;

/// <summary>The options that name a step of training: what <c>bench</c> measures and <c>plan</c> shows.</summary>
internal sealed class StepOptions
{
    private const int DefaultBatchSize = 32;

    private readonly Option<int?> batchSize = Options.Whole("--batch-size", $"Samples in a step (default {DefaultBatchSize})");
    private readonly Option<string?> activation = Options.Text(
        "--activation", "NAME", "The activation of the hidden layers (default sigmoid): " + string.Join(", ", Activation.All.Keys), [.. Activation.All.Keys]);

    private readonly Option<string?> outputActivation = Options.Text(
        "--output-activation", "NAME", "The activation of the last layer; by default what the loss expects, else the hidden one", [.. Activation.All.Keys]);

    private readonly Option<string?> loss = Options.Text(
        "--loss", "NAME|EXPRESSION", $"The loss (default {Networks.Loss.SquaredError}): {string.Join(", ", Networks.Loss.All.Keys)}; or an expression as in train", [.. Networks.Loss.All.Keys]);

    private readonly OptimizerOptions optimizer = new($" (default {Optimizer.Sgd.Name})");

    private readonly Option<bool> infer = new("--infer") { Description = "The outputs alone: no gradients, no updates" };

    /// <summary>The options that have a meaning only for a step.</summary>
    public IReadOnlyList<Option> OfSteps => [batchSize, activation, outputActivation, loss, .. optimizer.All, infer];

    /// <summary>The number of threads.</summary>
    public Option<int?> Threads { get; } = Options.Whole("--threads", "Threads that may share the work (default 1)");

    /// <summary>The instruction set.</summary>
    public Option<string?> Path { get; } = Options.Choice("--path", "The instruction set to use; by default the best that the machine has", [.. Paths.Keys]);

    /// <summary>The names of the instruction sets.</summary>
    private static SortedDictionary<string, KernelPath> Paths { get; } =
        new(Enum.GetValues<KernelPath>().ToDictionary(path => $"{path}".ToLowerInvariant()), StringComparer.Ordinal);

    /// <summary>The instruction set that is asked for; null for the best.</summary>
    public KernelPath? PathIn(ParseResult parsed) => parsed.GetValue(Path) is string name ? Paths[name] : null;

    /// <summary>What was given as the loss, for messages.</summary>
    public string? LossIn(ParseResult parsed) => parsed.GetValue(loss);

    /// <summary>The step of a network of some sizes.</summary>
    /// <exception cref="ArgumentException">An option does not fit, or the step does not fit into memory.</exception>
    public StepSettings Read(ParseResult parsed, string sizes)
    {
        Activation hidden = parsed.GetValue(activation) is string function ? Activation.Named(function) : Activation.Sigmoid;
        Loss measured = parsed.GetValue(loss) is string text ? Networks.Loss.NamedOrParsed(text) : Networks.Loss.SquaredError;
        Activation last = parsed.GetValue(outputActivation) is string output ? Activation.Named(output) : measured.OutputActivation ?? hidden;
        measured.RequireOutput(last);
        StepSettings settings = new()
        {
            Network = Network.Of(Network.ParseSizes(sizes), hidden, last),
            BatchSize = parsed.GetValue(batchSize) ?? DefaultBatchSize,
            Loss = measured,
            Optimizer = optimizer.Read(parsed) ?? Optimizer.Sgd,
            Threads = parsed.GetValue(Threads) ?? 1,
            InferenceOnly = parsed.GetValue(infer),
            Path = PathIn(parsed),
        };
        TrainingSetup.RequireMemory(settings.Network, sizeof(float), settings.BatchSize);
        return settings;
    }
}
