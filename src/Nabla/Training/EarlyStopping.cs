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
    private double least = double.PositiveInfinity;

    /// <summary>The weights of the best epoch; all zero before the first.</summary>
    public ParameterBuffer<T> Best { get; } = new(parameters.Parameters);

    /// <summary>The epoch whose weights are kept, from 1; 0 before the first.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>Notes an epoch; a loss that is no number is never the best.</summary>
    public void Note(int epoch, double loss)
    {
        if (Recall(epoch, loss))
        {
            Copy(parameters, Best);
        }
    }

    /// <summary>Notes an epoch of which only the loss is known, the weights being kept already; says whether it is the best so far.</summary>
    public bool Recall(int epoch, double loss)
    {
        bool isBest = loss < least;
        (least, BestEpoch) = isBest ? (loss, epoch) : (least, BestEpoch);
        return isBest;
    }

    /// <summary>Whether after an epoch the training shall stop.</summary>
    public bool IsOver(int epoch) => epoch - BestEpoch >= patience;

    /// <summary>Gives the best weights back, where an epoch was the best.</summary>
    public void Restore()
    {
        if (BestEpoch > 0)
        {
            Copy(Best, parameters);
        }
    }

    private static void Copy(ParameterBuffer<T> from, ParameterBuffer<T> to)
    {
        foreach (Symbol parameter in from.Parameters)
        {
            to.SlotOf(parameter).WriteRows<T>(from.SlotOf(parameter).ReadRows());
        }
    }
}
