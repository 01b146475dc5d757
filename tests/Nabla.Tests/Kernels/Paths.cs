using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>What every kernel is tested with: each instruction set that this machine has.</summary>
internal static class Paths
{
    public static TheoryData<KernelPath> Supported => [.. KernelSets.Supported];
}
