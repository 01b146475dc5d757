using BenchmarkDotNet.Attributes;
using Nabla.Kernels;

namespace Nabla.Benchmarks;

/// <summary>Products of n×n matrices of floats: 2n³ divided by the time is the speed, which <c>nabla bench</c> compares with the measured peak.</summary>
public unsafe class SquareProducts
{
    private readonly KernelSet<float> kernels = KernelSets.Float();
    private ProductMemory memory = null!;
    private ThreadTeam team = null!;

    /// <summary>Rows and columns.</summary>
    [Params(64, 128, 256, 512, 1024, 2048)]
    public int N { get; set; }

    /// <summary>How many threads share the product.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    /// <summary>Makes the matrices.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        memory = new(kernels, N, N, N, false, false, false, Threads);
        team = new(Threads);
    }

    /// <summary>Ends the threads.</summary>
    [GlobalCleanup]
    public void Finish()
    {
        team.Dispose();
        memory.Dispose();
    }

    /// <summary>C = A B.</summary>
    [Benchmark]
    public void Multiply()
    {
        if (Threads == 1)
        {
            kernels.Multiply(memory.Product, memory.Scratch);
        }
        else
        {
            kernels.Multiply(memory.Product, memory.Scratch, team);
        }
    }
}
