using System.Globalization;
using Nabla.Kernels;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Benchmarking;

/// <summary>Measures the matrix product C = AB of two n×n matrices in single precision, and then compares rows and columns of C.</summary>
public sealed unsafe class ProductBenchmark : IDisposable
{
    private const int Compared = 4;

    private readonly int n;
    private readonly KernelPath? path;
    private readonly KernelSet<float> kernels;
    private readonly ThreadTeam? team;
    private readonly Slot<float> a;
    private readonly Slot<float> b;
    private readonly Slot<float> c;
    private readonly AlignedBuffer<float> buffer;
    private readonly Product<float> product;

    /// <summary>Two random matrices without zeros.</summary>
    /// <param name="n">The rows and columns of each.</param>
    /// <param name="threads">How many threads share the work.</param>
    /// <param name="path">The instruction set; the best there is where it is null.</param>
    /// <param name="seed">Fixes the matrices.</param>
    /// <exception cref="ArgumentException">The matrices do not fit into one array.</exception>
    /// <exception cref="PlatformNotSupportedException">The machine cannot run the forced path.</exception>
    public ProductBenchmark(int n, int threads = 1, KernelPath? path = null, ulong seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        TrainingOptions.RequireThreads(threads);
        (this.n, this.path) = (n, path);
        kernels = KernelSets.Float(path);
        (a, b, c) = (Square(), Square(), Square());
        buffer = new([a, b, c], threads * kernels.ScratchLength(n, n, n, transposeA: false, transposeB: false));
        SeededRandom random = new(seed);
        a.Fill(() => 2 * random.NextDouble() - 1);
        b.Fill(() => 2 * random.NextDouble() - 1);
        product = new() { M = n, N = n, K = n, A = a.Pointer, Lda = a.LeadingDimension, B = b.Pointer, Ldb = b.LeadingDimension, C = c.Pointer, Ldc = c.LeadingDimension, Alpha = 1 };
        team = threads > 1 ? new(threads) : null;
    }

    /// <summary>An element of the product that was computed last.</summary>
    internal ref float this[int row, int column] => ref c.Pointer[row + (long)column * c.LeadingDimension];

    /// <summary>Measures the time of a product.</summary>
    /// <param name="length">How long to measure, warm-up included.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="stop">Ends it between two products or some more.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Measurement Measure(TimeSpan length, TimeProvider clock, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(clock);
        WarmTiming timing = WarmTiming.Of(Run, length, clock, stop);
        int threads = team?.Members ?? 1;
        return new(kernels.Name, threads, timing.SecondsPerRun, 2.0 * n * n * n, Peak.Of(path, threads), timing.Runs);
    }

    /// <summary>Compares the first and last and some other rows and columns of the product, as it was left by the last run, with sums in double precision.</summary>
    public Verification Verify()
    {
        double worst = 0;
        int[] lines = [.. Enumerable.Range(0, Compared).Select(i => (int)((long)i * (n - 1) / (Compared - 1))).Distinct()];
        foreach ((int i, int j) in lines.SelectMany(line => Enumerable.Range(0, n).SelectMany(other => new[] { (line, other), (other, line) })))
        {
            (double exact, double magnitude) = (0, 0);
            for (int k = 0; k < n; k++)
            {
                double term = (double)a.Pointer[i + (long)k * a.LeadingDimension] * b.Pointer[k + (long)j * b.LeadingDimension];
                exact += term;
                magnitude += Math.Abs(term);
            }

            // The bound of every order of summing: n roundings of at most the sum of all magnitudes.
            double limit = (n + 1.0) / (1 << 24) * magnitude;
            float computed = this[i, j];
            double error = Math.Abs(computed - exact);
            if (!(error <= limit))
            {
                return new(false, string.Create(
                    CultureInfo.InvariantCulture,
                    $"the product is wrong: row {i + 1}, column {j + 1}, is {computed:G7} instead of {exact:G7}, and may be off by {limit:G2}"));
            }

            worst = Math.Max(worst, error / magnitude);
        }

        return new(true, string.Create(
            CultureInfo.InvariantCulture, $"{lines.Length} rows and columns of the product are sums in double precision within {worst:0.0e0} of the sum of magnitudes"));
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        team?.Dispose();
        GC.KeepAlive(buffer);
    }

    /// <summary>One product.</summary>
    internal void Run()
    {
        if (team is null)
        {
            kernels.Multiply(product, buffer.Scratch);
        }
        else
        {
            kernels.Multiply(product, buffer.Scratch, team);
        }
    }

    private Slot<float> Square() => new(n, n, Layout.LeadingDimension<float>(n));
}
