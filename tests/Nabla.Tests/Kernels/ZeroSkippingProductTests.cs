using System.Numerics;
using System.Runtime.InteropServices;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

public sealed unsafe class ZeroSkippingProductTests
{
    public static TheoryData<KernelPath> SupportedPaths => Paths.Supported;

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Zeros_that_are_skipped_change_no_bit(KernelPath path)
    {
        Compare(KernelSets.Float(path));
        Compare(KernelSets.Double(path));
    }

    /// <summary>Dense numbers times infinity are the only place where the two differ, and so tell which of them it was.</summary>
    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void What_is_multiplied_by_zero_is_not_read_where_that_is_worth_it(KernelPath path)
    {
        foreach ((int m, int n, int k, bool transposed, double zeros, bool skips) in new[]
        {
            (128, 64, 784, false, 0.8, true), (128, 784, 64, true, 0.8, true), (512, 784, 128, true, 0.8, true), (30, 10, 784, false, 0.9, true), (128, 1, 784, false, 0.8, true),
            (128, 64, 784, false, 0.02, false), (128, 784, 64, true, 0.02, false), (30, 784, 10, true, 0.8, false), (4, 4, 3, false, 0.8, false),
        })
        {
            using Operands<float> operands = new(m, n, k, transposed, padded: true, zeros, seed: 3);
            Product<float> product = operands.Product with { SkipsZeros = true };
            for (int j = 0; j < n; j++)
            {
                operands.B(2, j) = 0;
            }

            product.A[2 * product.Lda] = float.PositiveInfinity;
            KernelSet<float> kernels = KernelSets.Float(path);
            Multiply(kernels, product, null, [(0, m, 0, n)]);
            Assert.Equal(skips, float.IsFinite(product.C[0]));
        }
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void A_product_that_skips_zeros_allocates_nothing(KernelPath path)
    {
        KernelSet<float> kernels = KernelSets.Float(path);
        using Operands<float> operands = new(128, 784, 64, transposed: true, padded: true, zeros: 0.9, seed: 4);
        Product<float> product = operands.Product with { SkipsZeros = true };
        Assert.Equal(0, Allocations.Least(() => kernels.Multiply(product, null, 0, 128, 0, 784, null)));
    }

    [Fact]
    public void Bits_are_transposed()
    {
        SeededRandom random = new(6);
        ulong* rows = stackalloc ulong[64];
        ulong[] before = new ulong[64];
        for (int i = 0; i < 64; i++)
        {
            rows[i] = before[i] = random.NextBits();
        }

        BitMatrix.Transpose(rows);
        for (int i = 0; i < 64; i++)
        {
            for (int j = 0; j < 64; j++)
            {
                Assert.Equal((before[i] >> j) & 1, (rows[j] >> i) & 1);
            }
        }
    }

    private static void Compare<T>(KernelSet<T> kernels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        uint flags = 0;
        foreach ((int m, int n, int k, bool transposed) in new[]
        {
            (128, 64, 784, false), (128, 784, 64, true), (30, 10, 784, false), (30, 131, 200, true), (1, 3, 1101, false), (257, 9, 513, false), (257, 70, 129, true), (17, 5, 640, false),
            (300, 65, 1100, true), (64, 1, 784, false), (129, 100, 63, true), (7, 64, 784, false),
        })
        {
            foreach (double zeros in new[] { 1, 0.95, 0.8, 0.5 })
            {
                for (int i = 0; i < 3; i++, flags++)
                {
                    // Padding so that A may be read in full vectors, and now and then none.
                    using Operands<T> operands = new(m, n, k, transposed, padded: flags % 5 != 0, zeros, flags);
                    Product<T> product = operands.Product with
                    {
                        Accumulate = (flags & 1) != 0,
                        Alpha = T.CreateChecked(flags % 3 == 0 ? 1 : -0.375),
                        Bias = (flags & 2) != 0 ? operands.Product.Bias : null,
                    };
                    T[] before = operands.Results.ToArray();
                    Multiply(kernels, product, null, [(0, m, 0, n)]);
                    T[] expected = operands.Results.ToArray();
                    foreach ((int rows, int columns) in new[] { (m, n), ((m + 1) / 2, (n + 1) / 2), (16, n), (m, 24) })
                    {
                        before.CopyTo(operands.Results);
                        List<(int, int, int, int)> areas = [];
                        for (int row = 0; row < m; row += rows)
                        {
                            for (int column = 0; column < n; column += columns)
                            {
                                areas.Add((row, Math.Min(rows, m - row), column, Math.Min(columns, n - column)));
                            }
                        }

                        Multiply(kernels, product with { SkipsZeros = true }, new Negation<T>(product), areas);
                        for (int place = 0; place < expected.Length; place++)
                        {
                            T wanted = place % product.Ldc < m ? -expected[place] : before[place];
                            Assert.True(
                                BitsOf(wanted).SequenceEqual(BitsOf(operands.Results[place])),
                                $"{kernels.Name} {typeof(T).Name} {m}×{n}×{k}, transposed {transposed}, zeros {zeros}, flags {flags}, {rows}×{columns}: "
                                + $"element {place} is {operands.Results[place]}, not {wanted}");
                        }

                        operands.CheckNeighbours();
                    }
                }
            }
        }
    }

    private static ReadOnlySpan<byte> BitsOf<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new[] { value }.AsSpan());

    private static void Multiply<T>(KernelSet<T> kernels, Product<T> product, BlockEpilogue? epilogue, IEnumerable<(int Row, int Rows, int Column, int Columns)> areas)
        where T : unmanaged
    {
        fixed (T* scratch = new T[kernels.ScratchLength(product.M, product.N, product.K, product.TransposeA, product.TransposeB)])
        {
            foreach ((int row, int rows, int column, int columns) in areas)
            {
                kernels.Multiply(product, scratch, row, rows, column, columns, epilogue);
            }
        }
    }

    /// <summary>Negates what it gets, so that an element that comes twice, or is written afterwards, is seen.</summary>
    private sealed class Negation<T>(Product<T> product) : BlockEpilogue
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Run(int row, int rows, int column, int columns)
        {
            for (int j = column; j < column + columns; j++)
            {
                for (int i = row; i < row + rows; i++)
                {
                    product.C[i + j * product.Ldc] = -product.C[i + j * product.Ldc];
                }
            }
        }
    }

    /// <summary>Random matrices next to memory that must not be touched, B with zeros.</summary>
    private sealed class Operands<T> : IDisposable
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly GuardedBuffer<T> a;
        private readonly GuardedBuffer<T> b;
        private readonly GuardedBuffer<T> c;
        private readonly GuardedBuffer<T> bias;

        public Operands(int m, int n, int k, bool transposed, bool padded, double zeros, ulong seed)
        {
            int Ld(int rows) => padded ? (rows + 15) / 16 * 16 : rows;
            SeededRandom random = new(seed);
            (int rowsB, int columnsB) = transposed ? (n, k) : (k, n);
            int sizeB = Ld(rowsB) * (columnsB - 1) + rowsB;
            int sizeC = Ld(m) * (n - 1) + m;
            (a, b, c, bias) = (new(Ld(m) * k), new(sizeB), new(sizeC), new(m));
            Product = new()
            {
                M = m,
                N = n,
                K = k,
                TransposeB = transposed,
                Lda = Ld(m),
                Ldb = Ld(rowsB),
                Ldc = Ld(m),
                Alpha = T.One,
                A = Random(a, Ld(m) * k, 0),
                B = Random(b, sizeB, zeros),
                C = Random(c, sizeC, 0),
                Bias = Random(bias, m, 0),
            };

            T* Random(GuardedBuffer<T> buffer, int count, double zeros)
            {
                T* values = buffer.Take(count, true);
                for (int i = 0; i < count; i++)
                {
                    values[i] = random.NextDouble() < zeros ? T.Zero : T.CreateChecked(random.NextDouble() - 0.5);
                }

                return values;
            }
        }

        public Product<T> Product { get; }

        public Span<T> Results => new(Product.C, (int)(Product.Ldc * (Product.N - 1)) + Product.M);

        public ref T B(int row, int column) => ref Product.B[Product.TransposeB ? column + row * Product.Ldb : row + column * Product.Ldb];

        public void CheckNeighbours() => c.CheckNeighbours();

        public void Dispose()
        {
            a.Dispose();
            b.Dispose();
            c.Dispose();
            bias.Dispose();
        }
    }
}
