using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Benchmarking;

/// <summary>The step whose time is measured.</summary>
public sealed record StepSettings
{
    /// <summary>The network.</summary>
    public required Network Network { get; init; }

    /// <summary>The samples of a step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The loss.</summary>
    public Loss Loss { get; init; } = Loss.SquaredError;

    /// <summary>The update rule.</summary>
    public Optimizer Optimizer { get; init; } = Optimizer.Sgd;

    /// <summary>How many threads may share the work.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The instruction set; the best there is where it is null.</summary>
    public KernelPath? Path { get; init; }

    /// <summary>Whether only the outputs are computed: no gradients, no updates.</summary>
    public bool InferenceOnly { get; init; }

    /// <summary>The part of the inputs that is zero, from 0 to less than 1: products with data skip zeros where that is faster.</summary>
    public double Zeros { get; init; }

    /// <summary>Fixes the weights, the inputs and the targets.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// The floating-point operations of a step's products, 2 for each multiply-add: WᵀΔ for every layer but the first, and WA and ΔAᵀ for all.
    /// </summary>
    public double FloatingPointOperations
    {
        get
        {
            double[] products = [.. Network.Sizes.Zip(Network.Sizes.Skip(1), (inputs, outputs) => (double)inputs * outputs)];
            double all = products.Sum();
            return 2.0 * BatchSize * (InferenceOnly ? all : 2 * all + (all - products[0]));
        }
    }

    /// <summary>The same with a network and a batch that are no larger than given.</summary>
    internal StepSettings CutDown(int widest, int largestBatch) => this with
    {
        Network = new(
            Math.Min(Network.Inputs, widest),
            Network.Layers.Select(layer => layer with { Outputs = Math.Min(layer.Outputs, widest) })),
        BatchSize = Math.Min(BatchSize, largestBatch),
    };
}
