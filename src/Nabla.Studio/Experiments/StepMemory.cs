using Nabla.Networks;

namespace Nabla.Studio.Experiments;

/// <summary>How much memory a step of training takes, told before anything is compiled.</summary>
public static class StepMemory
{
    /// <summary>The most bytes that a step may take here.</summary>
    public const long Most = 1L << 30;

    private const int NumbersOfANeuron = 3;
    private const int NumbersOfAParameter = 4;

    /// <summary>
    /// 4 (m (n₀ + nᴸ + 3 Σ nˡ) + 4 P) bytes: for each of the m samples the inputs, the targets and of each neuron z, a and δ; for each of the P parameters its value,
    /// its gradient and what an optimizer keeps of it. A plan that uses a buffer twice takes less.
    /// </summary>
    public static long Of(Network network, int batch)
    {
        ArgumentNullException.ThrowIfNull(network);
        long neurons = network.Layers.Sum(layer => (long)layer.Outputs);
        return sizeof(float) * (batch * (network.Inputs + network.Outputs + NumbersOfANeuron * neurons) + NumbersOfAParameter * network.ParameterCount);
    }

    /// <summary>Refuses what takes more than <see cref="Most"/>.</summary>
    /// <exception cref="ArgumentException">It does.</exception>
    public static void Require(Network network, int batch)
    {
        long bytes = Of(network, batch);
        if (bytes > Most)
        {
            throw new ArgumentException(
                $"a step of {batch:N0} samples through {network} takes about {bytes / (double)Most:N1} GiB of memory, but here it may take {Most >> 30} GiB at most: a smaller batch or narrower layers fit, and nabla train has no such limit");
        }
    }
}
