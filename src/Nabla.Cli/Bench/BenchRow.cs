using System.Globalization;
using System.Text.Json;
using Nabla.Benchmarking;
using Nabla.Cli.CommandLine;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Cli.Bench;

/// <summary>One thing to measure: how it is called, how it is run, and what its figures are called.</summary>
internal abstract class BenchRow
{
    /// <summary>What is measured, for people.</summary>
    public abstract string Name { get; }

    /// <summary>The samples of a step; null for a product.</summary>
    public virtual int? BatchSize => null;

    /// <summary>How many threads share the work.</summary>
    public abstract int Threads { get; }

    /// <summary>Measures, then verifies.</summary>
    public abstract (Measurement Measurement, Verification Verification) Run(TimeSpan length, CancellationToken stop);

    /// <summary>The members of the JSON object.</summary>
    public abstract void Write(Utf8JsonWriter json, Measurement measured);

    /// <summary>Microseconds in four digits, as precise as a measurement is.</summary>
    public static string Microseconds(Measurement measured)
    {
        double time = 1e6 * measured.Seconds;
        string format = time switch { < 10 => "0.000", < 100 => "0.00", < 1000 => "0.0", _ => "#,0" };
        return time.ToString(format, CultureInfo.InvariantCulture);
    }

    private protected static void WriteSpeed(Utf8JsonWriter json, Measurement measured)
    {
        json.Write("gflops", Rounded(measured.Gigaflops));
        json.Write("peak_gflops", Rounded(measured.PeakGigaflops));
    }

    /// <summary>Six digits: what is behind them is noise.</summary>
    private protected static double Rounded(double x) => double.Parse(x.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}

/// <summary>A step of a network, or its outputs alone.</summary>
internal sealed class StepRow(StepSettings settings) : BenchRow
{
    public override string Name
    {
        get
        {
            string functions = string.Join(", ", settings.Network.Layers.Select(layer => layer.Activation.Name).Distinct());
            string zeros = settings.Zeros > 0 ? string.Create(CultureInfo.InvariantCulture, $", {100 * settings.Zeros:0.##} % zeros") : "";
            return settings.InferenceOnly
                ? $"{settings.Network}, outputs only, {functions}{zeros}"
                : $"{settings.Network}, {functions}, {settings.Loss}, {settings.Optimizer.Name}{zeros}";
        }
    }

    public override int? BatchSize => settings.BatchSize;

    public override int Threads => settings.Threads;

    public override (Measurement Measurement, Verification Verification) Run(TimeSpan length, CancellationToken stop)
    {
        using StepBenchmark benchmark = new(settings);
        Measurement measured = benchmark.Measure(length, TimeProvider.System, stop);
        return (measured, benchmark.Verify(measured, stop));
    }

    public override void Write(Utf8JsonWriter json, Measurement measured)
    {
        json.WriteString("layers", $"{settings.Network}");
        json.WriteNumber("batch_size", settings.BatchSize);
        json.WriteNumber("threads", measured.Threads);
        json.WriteString("path", measured.Path);
        json.Write("microseconds_per_step", Rounded(1e6 * measured.Seconds));
        json.Write("samples_per_second", Rounded(settings.BatchSize / measured.Seconds));
        WriteSpeed(json, measured);
    }
}

/// <summary>A product of two square matrices.</summary>
internal sealed class ProductRow(int n, int threads, KernelPath? path) : BenchRow
{
    public override string Name => $"product of {n}×{n}";

    public override int Threads => threads;

    public override (Measurement Measurement, Verification Verification) Run(TimeSpan length, CancellationToken stop)
    {
        using ProductBenchmark benchmark = new(n, threads, path);
        Measurement measured = benchmark.Measure(length, TimeProvider.System, stop);
        return (measured, benchmark.Verify());
    }

    public override void Write(Utf8JsonWriter json, Measurement measured)
    {
        json.WriteNumber("gemm", n);
        json.WriteNumber("threads", measured.Threads);
        json.WriteString("path", measured.Path);
        json.Write("microseconds", Rounded(1e6 * measured.Seconds));
        WriteSpeed(json, measured);
    }
}

/// <summary>The rows that are measured where the command line names none: small, medium and wide networks, and products.</summary>
internal static class StandardRows
{
    /// <summary>How long each row is measured unless the command line says otherwise.</summary>
    public const double Seconds = 1;

    private static readonly int[] products = [64, 128, 256, 512, 1024, 2048];

    /// <summary>The rows for 1 thread and, where the machine has two processors, for 2.</summary>
    public static IEnumerable<BenchRow> Of(KernelPath? path, int processors)
    {
        Activation sigmoid = Activation.Sigmoid;
        int[] counts = processors > 1 ? [1, 2] : [1];
        yield return Step(path, "3-4-1", 4, 1, sigmoid);
        yield return Step(path, "784-30-10", 10, 1, sigmoid);
        foreach (int threads in counts)
        {
            yield return Step(path, "784-128-64-10", 64, threads, sigmoid);
        }

        if (Optimizer.All.TryGetValue("adam", out Optimizer? adam))
        {
            foreach (int threads in counts)
            {
                yield return Step(path, "784-512-128-10", 128, threads, Activation.Named("relu"), Loss.CrossEntropy, adam);
            }
        }

        yield return Step(path, "1024-2048-2048-2048-10", 512, counts[^1], sigmoid);
        yield return Step(path, "784-128-64-10", 1, 1, sigmoid, inferenceOnly: true);
        foreach (int n in products)
        {
            foreach (int threads in counts)
            {
                yield return new ProductRow(n, threads, path);
            }
        }
    }

    private static StepRow Step(
        KernelPath? path, string sizes, int batchSize, int threads, Activation activation, Loss? loss = null, Optimizer? optimizer = null, bool inferenceOnly = false) => new(new()
        {
            Network = Network.Of(Network.ParseSizes(sizes), activation, loss?.OutputActivation ?? activation),
            BatchSize = batchSize,
            Threads = threads,
            Path = path,
            Loss = loss ?? Loss.SquaredError,
            Optimizer = optimizer ?? Optimizer.Sgd,
            InferenceOnly = inferenceOnly,
        });
}
