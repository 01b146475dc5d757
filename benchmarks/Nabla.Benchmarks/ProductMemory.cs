using System.Runtime.InteropServices;
using Nabla.Kernels;

namespace Nabla.Benchmarks;

/// <summary>The matrices of one product in the layout of a plan: columns that begin at multiples of 64 bytes, and random numbers.</summary>
internal sealed unsafe class ProductMemory : IDisposable
{
    private readonly List<nint> blocks = [];

    public ProductMemory(KernelSet<float> kernels, int m, int n, int k, bool transposeA, bool transposeB, bool accumulate, int threads)
    {
        int Ld(int rows) => (rows + 15) / 16 * 16;
        (int lda, int ldb, int ldc) = (Ld(transposeA ? k : m), Ld(transposeB ? n : k), Ld(m));
        Scratch = Allocate(kernels.ScratchLength(m, n, k, transposeA, transposeB) * threads);
        Product = new()
        {
            M = m,
            N = n,
            K = k,
            TransposeA = transposeA,
            TransposeB = transposeB,
            Accumulate = accumulate,
            Alpha = accumulate ? 1e-6f : 1,
            Lda = lda,
            Ldb = ldb,
            Ldc = ldc,
            A = Allocate((long)lda * (transposeA ? m : k)),
            B = Allocate((long)ldb * (transposeB ? k : n)),
            C = Allocate((long)ldc * n),
        };
    }

    public Product<float> Product { get; }

    public float* Scratch { get; }

    public void Dispose() => blocks.ForEach(block => NativeMemory.AlignedFree((void*)block));

    private float* Allocate(long length)
    {
        float* block = (float*)NativeMemory.AlignedAlloc((nuint)(length + 16) * sizeof(float), 64);
        SeededRandom random = new(1);
        for (long i = 0; i < length; i++)
        {
            block[i] = (float)(random.NextDouble() - 0.5);
        }

        blocks.Add((nint)block);
        return block;
    }
}
