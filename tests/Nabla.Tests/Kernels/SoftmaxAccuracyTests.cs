using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>The stated bounds on the errors of softmax, log-softmax and log-sum-exp in single precision, on narrow and wide columns.</summary>
public sealed unsafe class SoftmaxAccuracyTests
{
    private const double U = 1.0 / (1 << 24);

    private static readonly int[] Lengths = [1, 2, 3, 10, 17, 100, 257, 1000, 5000];

    private static readonly double[] Widths = [0, 1e-3, 1, 10, 60, 200];

    public static TheoryData<KernelPath> SupportedPaths => Paths.Supported;

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Softmax_is_within_its_bound(KernelPath path)
    {
        ForEachColumn((x, n) =>
        {
            float* y = stackalloc float[n];
            KernelSets.Float(path).Softmax(x, y, n, 1, n, n);
            (double largest, double log) = LogSumExp(x, n);
            for (int i = 0; i < n; i++)
            {
                double exact = Math.Exp(x[i] - largest - log);
                double bound = (25 + Math.Abs(x[i] - largest) + Math.Log(n)) * U * exact + float.Epsilon;
                Assert.True(Math.Abs(y[i] - exact) <= bound, $"softmax of {n}: {y[i]:R}, not {exact:R}");
            }
        });
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Log_softmax_is_within_its_bound(KernelPath path)
    {
        ForEachColumn((x, n) =>
        {
            float* y = stackalloc float[n];
            KernelSets.Float(path).LogSoftmax(x, y, n, 1, n, n);
            (double largest, double log) = LogSumExp(x, n);
            for (int i = 0; i < n; i++)
            {
                double exact = x[i] - largest - log;
                double bound = (22 + Math.Log(n)) * U + (1 + Math.Abs(x[i] - largest)) * 2 * U;
                Assert.True(Math.Abs(y[i] - exact) <= bound, $"log softmax of {n}: {y[i]:R}, not {exact:R}");
            }
        });
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Log_sum_exp_is_within_its_bound(KernelPath path)
    {
        ForEachColumn((x, n) =>
        {
            float y;
            KernelSets.Float(path).LogSumExp(x, &y, n, 1, n, 1);
            (double largest, double log) = LogSumExp(x, n);
            double exact = largest + log;
            Assert.True(Math.Abs(y - exact) <= (21 + Math.Log(n)) * U + Math.Abs(exact) * U, $"log-sum-exp of {n}: {y:R}, not {exact:R}");
        });
    }

    private delegate void Check(float* x, int n);

    private static void ForEachColumn(Check check)
    {
        SeededRandom random = new(11);
        float* x = stackalloc float[Lengths.Max()];
        foreach (int n in Lengths)
        {
            foreach (double width in Widths)
            {
                for (int i = 0; i < n; i++)
                {
                    x[i] = (float)(width * (random.NextDouble() - 0.5) + 3);
                }

                check(x, n);
            }
        }
    }

    /// <summary>The largest element, and log Σ exp(xⱼ − max x).</summary>
    private static (double Largest, double Log) LogSumExp(float* x, int n)
    {
        double largest = double.NegativeInfinity;
        for (int i = 0; i < n; i++)
        {
            largest = Math.Max(largest, x[i]);
        }

        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            sum += Math.Exp(x[i] - largest);
        }

        return (largest, Math.Log(sum));
    }
}
