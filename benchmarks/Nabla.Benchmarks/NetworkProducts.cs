using BenchmarkDotNet.Attributes;
using Nabla.Kernels;

namespace Nabla.Benchmarks;

/// <summary>The products that small and medium networks consist of, on one thread.</summary>
public class NetworkProducts
{
    private readonly KernelSet<float> kernels = KernelSets.Float();
    private ProductMemory memory = null!;

    /// <summary>
    /// Rows × columns × terms of a sum: forward W·X, backward Wᵀ·δ, or dW += δ·Xᵀ; of 3-4-1 with batch 4, 784-30-10 with batch 10,
    /// 784-128-64-10 with batch 64, and one sample of it.
    /// </summary>
    [Params(
        "forward 4×4×3", "forward 1×4×4", "backward 4×4×1", "gradient 4×3×4", "forward 30×10×784", "gradient 30×784×10", "backward 30×10×10",
        "forward 128×64×784", "gradient 128×784×64", "backward 128×64×64", "forward 10×64×64", "forward 128×1×784")]
    public string Shape { get; set; } = "";

    /// <summary>Makes the matrices.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        string[] words = Shape.Split(' ', '×');
        int[] sizes = [.. words[1..].Select(int.Parse)];
        bool gradient = words[0] == "gradient";
        memory = new(kernels, sizes[0], sizes[1], sizes[2], words[0] == "backward", gradient, gradient, 1);
    }

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void Finish() => memory.Dispose();

    /// <summary>The product.</summary>
    [Benchmark]
    public unsafe void Multiply() => kernels.Multiply(memory.Product, memory.Scratch);
}
