using System.Numerics;
using Nabla.Calculus.Expressions;
using Nabla.Planning;

namespace Nabla.Training;

/// <summary>Keeps the weights of the epoch with the least loss on the validation samples, and says when there has been none better for too long.</summary>
/// <param name="parameters">The weights and biases.</param>
/// <param name="patience">How many epochs may pass without a better one.</param>
internal sealed class EarlyStopping<T>(ParameterBuffer<T> parameters, int patience)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[][] best = [.. parameters.Parameters.Select(_ => Array.Empty<T>())];
    private double least = double.PositiveInfinity;

    /// <summary>The epoch whose weights are kept, from 1; 0 before the first.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>Notes an epoch; a loss that is no number is never the best.</summary>
    /// <returns>Whether the training shall stop.</returns>
    public bool Note(int epoch, double loss)
    {
        if (loss < least)
        {
            (least, BestEpoch) = (loss, epoch);
            foreach ((int i, Symbol parameter) in parameters.Parameters.Index())
            {
                best[i] = parameters.SlotOf(parameter).ReadRows();
            }
        }

        return epoch - BestEpoch >= patience;
    }

    /// <summary>Gives the best weights back.</summary>
    public void Restore()
    {
        foreach ((int i, Symbol parameter) in parameters.Parameters.Index())
        {
            if (best[i].Length > 0)
            {
                parameters.SlotOf(parameter).WriteRows<T>(best[i]);
            }
        }
    }
}
