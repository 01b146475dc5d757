using System.CommandLine;
using Nabla.Cli.Bench;
using Nabla.Cli.CommandLine;
using Nabla.Kernels;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla bench</c>.</summary>
internal static class BenchCommand
{
    private const double DefaultSeconds = 3;

    public static Command Create(Terminal terminal)
    {
        Option<string?> layers = Options.Text("--layers", "SIZES", "The network whose step is measured: all sizes, inputs first, as in 784-30-10");
        StepOptions step = new();
        Option<int?> gemm = Options.Whole("--gemm", "Measure the product of two N×N matrices instead of a network");
        Option<double?> zeros = Options.Fraction(
            "--zeros", "The part of the inputs that is zero (default 0; 0.81 in the pictures of mnist): those are skipped where it is faster, but counted as operations");
        Option<double?> seconds = Options.Positive(
            "--seconds", $"How long to measure, warm-up included (default {DefaultSeconds}; {StandardRows.Seconds} for each row of the table)");
        Option<bool> json = Options.Json("One JSON object a line on stdout, and nothing else there");
        Command command = new ToolCommand(
            "bench",
            "Measures the speed of training steps and matrix products, with random numbers: the median of repeated warm runs, beside the machine's "
            + "peak of multiply-adds. Afterwards the results are compared with the reference evaluator; if they disagree, the exit code is 4. "
            + "Without --layers and --gemm: a table of standard sizes, in about a minute.",
            "nabla bench                                 a table of standard sizes",
            "nabla bench --layers 784-30-10 --batch-size 10",
            "nabla bench --layers 784-128-64-10 --batch-size 1 --infer --json",
            "nabla bench --layers 784-128-64-10 --batch-size 64 --zeros 0.81",
            "nabla bench --gemm 1024 --threads 2",
            "nabla bench --gemm 512 --path portable      with vectors of 128 bits")
        {
            layers, gemm, step.Threads, step.Path, zeros, seconds, json,
        };
        foreach (Option option in step.OfSteps)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            KernelPath? forced = step.PathIn(parsed);
            bool Given(Option option) => parsed.GetResult(option) is { Implicit: false };
            bool isStandard = false;
            IEnumerable<BenchRow> rows;
            if (parsed.GetValue(gemm) is int n)
            {
                Refuse("--gemm", step.OfSteps.Prepend(layers).Append(zeros).FirstOrDefault(Given));
                RequireMemory(n);
                rows = [new ProductRow(n, parsed.GetValue(step.Threads) ?? 1, forced)];
            }
            else if (parsed.GetValue(layers) is string sizes)
            {
                rows = [new StepRow(step.Read(parsed, sizes) with { Zeros = parsed.GetValue(zeros) ?? 0 })];
            }
            else
            {
                Refuse("the table of standard sizes", step.OfSteps.Append(step.Threads).Append(zeros).FirstOrDefault(Given), "; --layers 784-30-10 names one network");
                (rows, isStandard) = (StandardRows.Of(forced, Environment.ProcessorCount), true);
            }

            double length = parsed.GetValue(seconds) ?? (isStandard ? StandardRows.Seconds : DefaultSeconds);
            try
            {
                return new BenchRun(terminal, parsed.GetValue(json), TimeSpan.FromSeconds(length)).Run(rows);
            }
            catch (PlatformNotSupportedException e)
            {
                return Tool.Fail(terminal.Error, ExitCode.Usage, $"--path {parsed.GetValue(step.Path)}: {e.Message}");
            }
            catch (NotSupportedException e) when (step.LossIn(parsed) is string text)
            {
                return Tool.Fail(terminal.Error, ExitCode.Usage, $"--loss \"{text}\": {e.Message}");
            }
        });
        return command;
    }

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
