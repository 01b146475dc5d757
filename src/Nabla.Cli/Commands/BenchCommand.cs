using System.CommandLine;
using Nabla.Benchmarking;
using Nabla.Cli.Bench;
using Nabla.Cli.CommandLine;
using Nabla.Cli.Train;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla bench</c>.</summary>
internal static class BenchCommand
{
    private const double DefaultSeconds = 3;
    private const int DefaultBatchSize = 32;

    public static Command Create(Terminal terminal)
    {
        Option<string?> layers = Options.Text("--layers", "SIZES", "The network whose step is measured: all sizes, inputs first, as in 784-30-10");
        Option<int?> batchSize = Options.Whole("--batch-size", $"Samples in a step (default {DefaultBatchSize})");
        Option<string?> activation = Options.Text(
            "--activation", "NAME", "The activation of the hidden layers (default sigmoid): " + string.Join(", ", Activation.All.Keys), [.. Activation.All.Keys]);
        Option<string?> outputActivation = Options.Text(
            "--output-activation", "NAME", "The activation of the last layer; by default what the loss expects, else the hidden one", [.. Activation.All.Keys]);
        Option<string?> loss = Options.Text(
            "--loss", "NAME|EXPRESSION", $"The loss (default {Loss.SquaredError}): {string.Join(", ", Loss.All.Keys)}; or an expression as in train", [.. Loss.All.Keys]);
        Option<string?> optimizer = Options.Text(
            "--optimizer", "NAME", $"The update rule (default {Optimizer.Sgd.Name}): {string.Join(", ", Optimizer.All.Keys)}", [.. Optimizer.All.Keys]);
        Option<int?> threads = Options.Whole("--threads", "Threads that may share the work (default 1)");
        Option<bool> infer = new("--infer") { Description = "Measure the outputs alone: no gradients, no updates" };
        Option<int?> gemm = Options.Whole("--gemm", "Measure the product of two N×N matrices instead of a network");
        Option<string?> path = Options.Choice("--path", "The instruction set to use; by default the best that the machine has", [.. Paths.Keys]);
        Option<double?> seconds = Options.Positive(
            "--seconds", $"How long to measure, warm-up included (default {DefaultSeconds}; {StandardRows.Seconds} for each row of the table)");
        Option<bool> json = Options.Json("One JSON object a line on stdout, and nothing else there");
        Command command = new ToolCommand(
            "bench",
            "Measures the speed of training steps and matrix products, with dense random numbers: the median of repeated warm runs, beside the machine's "
            + "peak of multiply-adds. Afterwards the results are compared with the reference evaluator; if they disagree, the exit code is 4. "
            + "Without --layers and --gemm: a table of standard sizes, in about a minute.",
            "nabla bench                                 a table of standard sizes",
            "nabla bench --layers 784-30-10 --batch-size 10",
            "nabla bench --layers 784-128-64-10 --batch-size 1 --infer --json",
            "nabla bench --gemm 1024 --threads 2",
            "nabla bench --gemm 512 --path portable      with vectors of 128 bits")
        {
            layers, batchSize, activation, outputActivation, loss, optimizer, threads, infer, gemm, path, seconds, json,
        };
        command.SetAction(parsed =>
        {
            KernelPath? forced = parsed.GetValue(path) is string name ? Paths[name] : null;
            Option[] ofSteps = [batchSize, activation, outputActivation, loss, optimizer, infer];
            bool Given(Option option) => parsed.GetResult(option) is { Implicit: false };
            bool isStandard = false;
            IEnumerable<BenchRow> rows;
            if (parsed.GetValue(gemm) is int n)
            {
                Refuse("--gemm", ofSteps.Prepend(layers).FirstOrDefault(Given));
                RequireMemory(n);
                rows = [new ProductRow(n, parsed.GetValue(threads) ?? 1, forced)];
            }
            else if (parsed.GetValue(layers) is string sizes)
            {
                Activation hidden = parsed.GetValue(activation) is string function ? Activation.Named(function) : Activation.Sigmoid;
                Loss measured = parsed.GetValue(loss) is string text ? Loss.NamedOrParsed(text) : Loss.SquaredError;
                Activation last = parsed.GetValue(outputActivation) is string output ? Activation.Named(output) : measured.OutputActivation ?? hidden;
                StepSettings settings = new()
                {
                    Network = Network.Of(Network.ParseSizes(sizes), hidden, last),
                    BatchSize = parsed.GetValue(batchSize) ?? DefaultBatchSize,
                    Loss = measured,
                    Optimizer = parsed.GetValue(optimizer) is string rule ? Optimizer.Named(rule) : Optimizer.Sgd,
                    Threads = parsed.GetValue(threads) ?? 1,
                    InferenceOnly = parsed.GetValue(infer),
                    Path = forced,
                };
                TrainingSetup.RequireMemory(settings.Network, sizeof(float), settings.BatchSize);
                rows = [new StepRow(settings)];
            }
            else
            {
                Refuse("the table of standard sizes", ofSteps.Append(threads).FirstOrDefault(Given), "; --layers 784-30-10 names one network");
                (rows, isStandard) = (StandardRows.Of(forced, Environment.ProcessorCount), true);
            }

            double length = parsed.GetValue(seconds) ?? (isStandard ? StandardRows.Seconds : DefaultSeconds);
            try
            {
                return new BenchRun(terminal, parsed.GetValue(json), TimeSpan.FromSeconds(length)).Run(rows);
            }
            catch (PlatformNotSupportedException e)
            {
                return Tool.Fail(terminal.Error, ExitCode.Usage, $"--path {parsed.GetValue(path)}: {e.Message}");
            }
            catch (NotSupportedException e) when (parsed.GetValue(loss) is string text)
            {
                return Tool.Fail(terminal.Error, ExitCode.Usage, $"--loss \"{text}\": {e.Message}");
            }
        });
        return command;
    }

    /// <summary>The names of the instruction sets.</summary>
    private static SortedDictionary<string, KernelPath> Paths { get; } =
        new(Enum.GetValues<KernelPath>().ToDictionary(path => $"{path}".ToLowerInvariant()), StringComparer.Ordinal);

    private static void Refuse(string what, Option? option, string hint = "")
    {
        if (option is not null)
        {
            throw new ArgumentException($"{option.Name} does not go with {what}{hint}");
        }
    }

    private static void RequireMemory(int n)
    {
        double bytes = 3.0 * n * n * sizeof(float);
        double available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes > available)
        {
            throw new ArgumentException(
                $"three {n}×{n} matrices take {bytes / (1L << 30):N1} GiB of memory, but this machine has {available / (1L << 30):N1}");
        }
    }
}
