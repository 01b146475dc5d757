using System.Numerics;
using System.Runtime.InteropServices;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

public sealed unsafe class MatrixProductTests
{
    private static readonly int[] Sizes = [1, 2, 3, 5, 7, 15, 16, 17, 31, 33, 48, 100, 257];

    public static TheoryData<bool, bool> Transpositions => new() { { false, false }, { true, false }, { false, true }, { true, true } };

    public static TheoryData<KernelPath> SupportedPaths => Paths.Supported;

    [Theory]
    [MemberData(nameof(Transpositions))]
    public void Every_product_of_awkward_sizes_equals_the_naive_one(bool transposeA, bool transposeB)
    {
        const int Largest = 257;
        using GuardedBuffer<float> a = new(Largest * 272), b = new(Largest * 272), c = new(Largest * 272);
        using GuardedBuffer<double> wideA = new(Largest * 272), wideB = new(Largest * 272), wideC = new(Largest * 272);
        KernelSet<float>[] singles = [.. KernelSets.Supported.Select(path => KernelSets.Float(path))];
        KernelSet<double>[] doubles = [.. KernelSets.Supported.Select(path => KernelSets.Double(path))];
        uint number = 0;
        foreach (int m in Sizes)
        {
            foreach (int n in Sizes)
            {
                foreach (int k in Sizes)
                {
                    number = number * 1664525 + 1013904223;
                    Case problem = new(m, n, k, transposeA, transposeB, number >> 8);
                    Array.ForEach(singles, kernels => problem.Check(kernels, a, b, c, 3e-7));
                    Array.ForEach(doubles, kernels => problem.Check(kernels, wideA, wideB, wideC, 1e-15));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Transpositions))]
    public void Tiles_of_every_height_and_width_equal_the_naive_product(bool transposeA, bool transposeB)
    {
        using GuardedBuffer<float> a = new(34 * 48), b = new(34 * 48), c = new(34 * 48);
        using GuardedBuffer<double> wideA = new(34 * 48), wideB = new(34 * 48), wideC = new(34 * 48);
        KernelSet<float>[] singles = [.. KernelSets.Supported.Select(path => KernelSets.Float(path))];
        KernelSet<double>[] doubles = [.. KernelSets.Supported.Select(path => KernelSets.Double(path))];
        for (int m = 1; m <= 34; m++)
        {
            for (int n = 1; n <= 13; n++)
            {
                for (uint flags = 0; flags < 16; flags++)
                {
                    Case problem = new(m, n, 1 + (m + n) % 5, transposeA, transposeB, flags);
                    Array.ForEach(singles, kernels => problem.Check(kernels, a, b, c, 3e-7));
                    Array.ForEach(doubles, kernels => problem.Check(kernels, wideA, wideB, wideC, 1e-15));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Transpositions))]
    public void Products_of_several_blocks_equal_the_naive_one(bool transposeA, bool transposeB)
    {
        Case problem = new(403, 331, 1101, transposeA, transposeB, 7);
        using GuardedBuffer<float> a = new(1200 * 500), b = new(1200 * 500), c = new(403 * 500);
        foreach (KernelPath path in KernelSets.Supported)
        {
            problem.Check(KernelSets.Float(path), a, b, c, 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void A_sum_of_nothing_is_zero_and_the_bias_remains(KernelPath path)
    {
        float* c = stackalloc float[6];
        float* bias = stackalloc float[] { 1, 2, 3 };
        new Span<float>(c, 6).Fill(float.NaN);
        Product<float> product = new() { M = 3, N = 2, K = 0, A = c, Lda = 16, B = c, Ldb = 1, C = c, Ldc = 3, Alpha = 1, Bias = bias };
        KernelSets.Float(path).Multiply(product, null);
        Assert.Equal([1, 2, 3, 1, 2, 3], new Span<float>(c, 6).ToArray());
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void A_sample_alone_gives_the_same_bits_as_in_a_batch(KernelPath path)
    {
        const int M = 130;
        const int K = 777;
        KernelSet<float> kernels = KernelSets.Float(path);
        foreach (bool transposeA in new[] { false, true })
        {
            foreach (int n in new[] { 10, 13, 300 })
            {
                using Matrix a = new(transposeA ? K : M, transposeA ? M : K, 1), b = new(K, n, 2), batch = new(M, n, 3), alone = new(M, n, 4);
                using Matrix scratch = new((int)kernels.ScratchLength(M, n, K, transposeA, false), 1, 5);
                Product<float> product = new()
                {
                    M = M,
                    N = n,
                    K = K,
                    A = a.Data,
                    Lda = a.Ld,
                    TransposeA = transposeA,
                    B = b.Data,
                    Ldb = b.Ld,
                    C = batch.Data,
                    Ldc = batch.Ld,
                    Alpha = 0.7f,
                };
                kernels.Multiply(product, scratch.Data);
                for (int j = 0; j < n; j++)
                {
                    Product<float> one = product with { N = 1, B = b.Data + j * b.Ld, C = alone.Data + j * alone.Ld };
                    kernels.Multiply(one, scratch.Data);
                    Assert.True(batch.Column(j).SequenceEqual(alone.Column(j)));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void A_product_allocates_nothing(KernelPath path)
    {
        KernelSet<float> kernels = KernelSets.Float(path);
        foreach ((int m, int n, int k) in new[] { (30, 10, 784), (300, 200, 600) })
        {
            using Matrix a = new(k, m, 1), b = new(k, n, 2), c = new(m, n, 3);
            using Matrix scratch = new((int)kernels.ScratchLength(m, n, k, true, false), 1, 4);
            Product<float> product = new()
            {
                M = m,
                N = n,
                K = k,
                A = a.Data,
                Lda = a.Ld,
                TransposeA = true,
                B = b.Data,
                Ldb = b.Ld,
                C = c.Data,
                Ldc = c.Ld,
                Alpha = 1,
            };
            kernels.Multiply(product, scratch.Data);
            Assert.Equal(0, Allocations.Least(() => kernels.Multiply(product, scratch.Data)));
        }
    }

    /// <summary>A matrix of small random numbers with the leading dimension of a plan.</summary>
    private sealed class Matrix : IDisposable
    {
        private readonly int rows;

        public Matrix(int rows, int columns, int seed)
        {
            this.rows = rows;
            Ld = (rows + 15) / 16 * 16;
            Data = (float*)NativeMemory.AlignedAlloc((nuint)(Ld * columns + 16) * sizeof(float), 64);
            SeededRandom random = new((ulong)seed);
            for (nint i = 0; i < Ld * columns; i++)
            {
                Data[i] = (float)(random.NextDouble() - 0.5);
            }
        }

        public float* Data { get; }

        public nint Ld { get; }

        public ReadOnlySpan<float> Column(int j) => new(Data + j * Ld, rows);

        public void Dispose() => NativeMemory.AlignedFree(Data);
    }

    /// <summary>One product with its naive result; the flags of alpha, beta, bias and padding come from the bits of a number.</summary>
    private sealed class Case
    {
        private readonly int m;
        private readonly int n;
        private readonly int k;
        private readonly bool transposeA;
        private readonly bool transposeB;
        private readonly bool accumulate;
        private readonly bool padded;
        private readonly double alpha;
        private readonly double[] a;
        private readonly double[] b;
        private readonly double[] c;
        private readonly double[]? bias;
        private readonly double[] expected;

        public Case(int m, int n, int k, bool transposeA, bool transposeB, uint flags)
        {
            (this.m, this.n, this.k, this.transposeA, this.transposeB) = (m, n, k, transposeA, transposeB);
            accumulate = (flags & 1) != 0;
            padded = (flags & 2) != 0;
            alpha = (flags & 4) != 0 ? 1 : -0.375;
            SeededRandom random = new(flags);
            a = Random(m * k);
            b = Random(k * n);
            c = Random(m * n);
            bias = (flags & 8) != 0 ? Random(m) : null;
            expected = new double[m * n];
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < m; i++)
                {
                    double sum = Naive(a.AsSpan(i * k, k), b.AsSpan(j * k, k));
                    expected[i + j * m] = alpha * sum + (accumulate ? c[i + j * m] : 0) + (bias?[i] ?? 0);
                }
            }

            double[] Random(int count)
            {
                double[] values = new double[count];
                for (int i = 0; i < count; i++)
                {
                    values[i] = (float)(random.NextDouble() - 0.5);
                }

                return values;
            }
        }

        public void Check<T>(KernelSet<T> kernels, GuardedBuffer<T> bufferA, GuardedBuffer<T> bufferB, GuardedBuffer<T> bufferC, double tolerance)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (int rowsA, int columnsA) = transposeA ? (k, m) : (m, k);
            (int rowsB, int columnsB) = transposeB ? (n, k) : (k, n);
            Product<T> product = new()
            {
                M = m,
                N = n,
                K = k,
                TransposeA = transposeA,
                TransposeB = transposeB,
                Alpha = T.CreateChecked(alpha),
                Accumulate = accumulate,
                Lda = Ld(rowsA),
                Ldb = Ld(rowsB),
                Ldc = Ld(m),
            };
            product.A = bufferA.Take(product.Lda * columnsA, true);
            product.B = bufferB.Take(product.Ldb * (columnsB - 1) + rowsB, true);
            product.C = bufferC.Take(product.Ldc * (n - 1) + m, true);
            Fill(product.A, product.Lda, rowsA, columnsA, (i, p) => transposeA ? a[p * k + i] : a[i * k + p]);
            Fill(product.B, product.Ldb, rowsB, columnsB, (p, j) => transposeB ? b[p * k + j] : b[j * k + p]);
            if (accumulate)
            {
                Fill(product.C, product.Ldc, m, n, (i, j) => c[i + j * m]);
            }

            T[] shift = [.. (bias ?? []).Select(T.CreateChecked)];
            T[] scratch = new T[kernels.ScratchLength(m, n, k, transposeA, transposeB)];
            fixed (T* pShift = shift, pScratch = scratch)
            {
                product.Bias = bias == null ? null : pShift;
                kernels.Multiply(product, pScratch);
            }

            double limit = tolerance * (k + 4);
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < product.Ldc && i + j * product.Ldc < product.Ldc * (n - 1) + m; i++)
                {
                    double actual = double.CreateChecked(product.C[i + j * product.Ldc]);
                    bool right = i < m ? Math.Abs(actual - expected[i + j * m]) <= limit : double.IsNaN(actual);
                    if (!right)
                    {
                        Assert.Fail($"{kernels.Name} {typeof(T).Name} {m}×{n}×{k}, ldc {product.Ldc}: C[{i},{j}] = {actual}");
                    }
                }
            }

            bufferC.CheckNeighbours();
        }

        private static void Fill<T>(T* target, nint ld, int rows, int columns, Func<int, int, double> element)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int j = 0; j < columns; j++)
            {
                for (int i = 0; i < rows; i++)
                {
                    target[i + j * ld] = T.CreateTruncating(element(i, j));
                }
            }
        }

        private static double Naive(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
        {
            double sum = 0;
            for (int i = 0; i < x.Length; i++)
            {
                sum += x[i] * y[i];
            }

            return sum;
        }

        private int Ld(int rows) => padded ? (rows + 15) / 16 * 16 : rows;
    }
}
