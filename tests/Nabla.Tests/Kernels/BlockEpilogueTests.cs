using System.Runtime.InteropServices;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

public sealed unsafe class BlockEpilogueTests
{
    public static TheoryData<KernelPath> SupportedPaths => Paths.Supported;

    /// <summary>Over any division into rectangles; the epilogue negates, so that an element that is written afterwards or not at all is seen.</summary>
    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void The_epilogue_gets_every_element_once_and_with_its_final_bits(KernelPath path)
    {
        KernelSet<float> kernels = KernelSets.Float(path);
        SeededRandom random = new(5);
        foreach ((int m, int n, int k) in new[] { (4, 4, 3), (1, 7, 0), (30, 784, 10), (30, 10, 784), (1500, 1, 20), (700, 40, 70), (403, 331, 601), (65, 64, 513) })
        {
            for (int flags = 0; flags < 16; flags++)
            {
                (bool transposeA, bool transposeB, bool padded) = ((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
                int Ld(int rows) => padded ? (rows + 15) / 16 * 16 : Math.Max(rows, 1);
                (int lda, int ldb, int ldc) = (Ld(transposeA ? k : m), Ld(transposeB ? n : k), Ld(m));
                int sizeA = lda * (transposeA ? m : k);
                int sizeB = ldb * (transposeB ? k : n);
                using GuardedBuffer<float> a = new(sizeA), b = new(sizeB), c = new(ldc * n), bias = new(m);
                Product<float> product = new()
                {
                    M = m,
                    N = n,
                    K = k,
                    TransposeA = transposeA,
                    TransposeB = transposeB,
                    Lda = lda,
                    Ldb = ldb,
                    Ldc = ldc,
                    Alpha = 0.3f,
                    Accumulate = (flags & 8) != 0,
                    A = Random(a, sizeA, random),
                    B = Random(b, sizeB, random),
                    C = Random(c, ldc * n, random),
                    Bias = Random(bias, m, random),
                };
                float[] scratch = new float[kernels.ScratchLength(m, n, k, transposeA, transposeB)];
                float[] before = new Span<float>(product.C, ldc * n).ToArray();
                fixed (float* pScratch = scratch)
                {
                    kernels.Multiply(product, pScratch);
                    float[] expected = new Span<float>(product.C, ldc * n).ToArray();
                    foreach ((int rows, int columns) in new[] { (m, n), ((m + 1) / 2, (n + 1) / 2), (32, 24), (17, 7), (m, 13), (50, n) })
                    {
                        if ((long)m * n > 20L * rows * columns)
                        {
                            continue;
                        }

                        before.CopyTo(new Span<float>(product.C, ldc * n));
                        Negation negation = new(product);
                        for (int i = 0; i < m; i += rows)
                        {
                            for (int j = 0; j < n; j += columns)
                            {
                                kernels.Multiply(product, pScratch, i, Math.Min(rows, m - i), j, Math.Min(columns, n - j), negation);
                            }
                        }

                        for (int i = 0; i < ldc * n; i++)
                        {
                            bool isElement = i % ldc < m;
                            Assert.Equal(isElement ? -expected[i] : before[i], product.C[i]);
                        }

                        c.CheckNeighbours();
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Threads_that_share_a_product_give_every_element_to_one_epilogue(KernelPath path)
    {
        KernelSet<float> kernels = KernelSets.Float(path);
        SeededRandom random = new(9);
        foreach ((int m, int n, int k) in new[] { (3, 2, 4), (403, 331, 601), (40, 3000, 300), (2500, 10, 1100) })
        {
            using GuardedBuffer<float> a = new(m * k), b = new(k * n), c = new(m * n);
            Product<float> product = new() { M = m, N = n, K = k, Lda = m, Ldb = k, Ldc = m, Alpha = 1, A = Random(a, m * k, random), B = Random(b, k * n, random) };
            product.C = c.Take(m * n, true);
            float[] scratch = new float[3 * kernels.ScratchLength(m, n, k, false, false)];
            fixed (float* pScratch = scratch)
            {
                kernels.Multiply(product, pScratch);
                float[] expected = new Span<float>(product.C, m * n).ToArray();
                foreach (int members in new[] { 2, 3 })
                {
                    using ThreadTeam team = new(members);
                    Share share = new(kernels, product, pScratch);
                    GCHandle handle = GCHandle.Alloc(share);
                    Shared work = new() { Handle = GCHandle.ToIntPtr(handle) };
                    team.Run(&work);
                    handle.Free();
                    Assert.Equal(expected.Select(x => -x), new Span<float>(product.C, m * n).ToArray());
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void A_product_with_an_epilogue_allocates_nothing(KernelPath path)
    {
        KernelSet<float> kernels = KernelSets.Float(path);
        float* memory = (float*)NativeMemory.AlignedAlloc(100_000 * sizeof(float), 64);
        new Span<float>(memory, 100_000).Clear();
        Product<float> product = new()
        {
            M = 30,
            N = 10,
            K = 784,
            TransposeA = true,
            A = memory,
            Lda = 784,
            B = memory + 30_000,
            Ldb = 784,
            C = memory + 50_000,
            Ldc = 32,
            Alpha = 1,
        };
        Negation negation = new(product);
        Assert.True(kernels.ScratchLength(30, 10, 784, true, false) <= 40_000);
        Assert.Equal(0, Allocations.Least(() => kernels.Multiply(product, memory + 60_000, 0, 30, 0, 10, negation)));
        NativeMemory.AlignedFree(memory);
    }

    private static float* Random(GuardedBuffer<float> buffer, int count, SeededRandom random)
    {
        float* values = buffer.Take(count, true);
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(random.NextDouble() - 0.5);
        }

        return values;
    }

    private sealed class Negation(Product<float> product) : BlockEpilogue
    {
        public override void Run(int row, int rows, int column, int columns)
        {
            Assert.True(rows > 0 && columns > 0 && row >= 0 && column >= 0 && row + rows <= product.M && column + columns <= product.N);
            Assert.True(rows * columns * sizeof(float) <= 32 * 1024);
            for (int j = column; j < column + columns; j++)
            {
                for (int i = row; i < row + rows; i++)
                {
                    product.C[i + j * product.Ldc] *= -1;
                }
            }
        }
    }

    private sealed class Share(KernelSet<float> kernels, Product<float> product, float* scratch)
    {
        private Rendezvous meeting;

        public void Run(int member, int members)
        {
            fixed (Rendezvous* place = &meeting)
            {
                kernels.MultiplyShare(product, scratch, member, members, place, new Negation(product));
            }
        }
    }

    private struct Shared : ITeamWork
    {
        public nint Handle;

        public readonly void Run(int member, int members) => ((Share)GCHandle.FromIntPtr(Handle).Target!).Run(member, members);
    }
}
