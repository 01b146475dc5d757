using BenchmarkDotNet.Attributes;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Kernels;

namespace Nabla.Benchmarks;

/// <summary>Elementwise functions of 4,096 floats, which stay in the first cache.</summary>
public unsafe class Functions
{
    private const int Length = 4096;

    private readonly float[] x = [.. Enumerable.Range(0, Length).Select(i => (i - 2048) / 256f)];
    private readonly float[] y = new float[Length];
    private UnaryKernel<float> kernel = null!;

    /// <summary>The function.</summary>
    [Params("exp", "sigmoid", "tanh", "log", "erf", "relu")]
    public string Name { get; set; } = "";

    /// <summary>The instruction set.</summary>
    [ParamsSource(nameof(Paths))]
    public KernelPath Path { get; set; }

    /// <summary>Those of this machine.</summary>
    public static IEnumerable<KernelPath> Paths => KernelSets.Supported;

    /// <summary>Chooses the loop.</summary>
    [GlobalSetup]
    public void Prepare() => kernel = KernelSets.Float(Path).Unary(Function.All.Single(function => function.Name == Name));

    /// <summary>y = f(x).</summary>
    [Benchmark(OperationsPerInvoke = Length)]
    public void Run()
    {
        fixed (float* source = x, target = y)
        {
            kernel.Run(source, target, Length);
        }
    }
}
