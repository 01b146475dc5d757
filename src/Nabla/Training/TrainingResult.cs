using System.Numerics;

namespace Nabla.Training;

/// <summary>Why a training came to its end.</summary>
public enum StopReason
{
    /// <summary>All epochs were trained.</summary>
    Finished,

    /// <summary>There was no better epoch for as many as the patience allows; the model has the weights of the best one.</summary>
    EarlyStopping,

    /// <summary>L-BFGS found no point further down.</summary>
    Converged,

    /// <summary>It was told to stop; the model has the weights that it had then.</summary>
    Cancelled,
}

/// <summary>What came of a training.</summary>
/// <param name="Curves">The figures of each whole epoch.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Seconds">The training time, without loading and evaluations.</param>
public sealed record TrainingResult(IReadOnlyList<EpochReport> Curves, StopReason Reason, double Seconds)
{
    /// <summary>The epoch whose weights the model has, where early stopping chose them; null otherwise.</summary>
    public int? RestoredEpoch { get; init; }

    /// <summary>The figures of the epoch whose weights the model has; null where no epoch became whole, or the training was stopped within a later one.</summary>
    public EpochReport? Final => Reason == StopReason.Cancelled || Curves.Count == 0 ? null : Curves[(RestoredEpoch ?? Curves.Count) - 1];
}

/// <summary>Training in one call.</summary>
public static class Fitting
{
    /// <summary>
    /// Trains a model on a data set to the end. <see cref="Trainer{T}"/> is the same epoch by epoch, and can be stopped, saved and gone on with.
    /// </summary>
    /// <param name="model">The model, whose weights change. Nobody else may use it meanwhile; a <c>Predictor</c> made before has weights of its own.</param>
    /// <param name="data">The samples, in memory or streamed.</param>
    /// <param name="options">How; the defaults of <see cref="TrainingOptions"/> where it is null.</param>
    /// <param name="progress">Hears of the training about ten times a second, on the thread that its own rules say.</param>
    /// <param name="cancellationToken">Stops between two steps; this is no exception but <see cref="StopReason.Cancelled"/>, because what was learned is kept.</param>
    /// <exception cref="ArgumentException">The data does not fit the network, or an option is out of its range.</exception>
    /// <exception cref="NonFiniteLossException">The loss of a step is not finite; the model has the weights from before that step.</exception>
    public static TrainingResult Fit<T>(
        this Model<T> model, Data.TrainingData data, TrainingOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Trainer<T> trainer = new(model, data, options ?? new());
        List<EpochReport> curves = [];
        try
        {
            curves.AddRange(trainer.Run(progress is null ? null : progress.Report, cancellationToken: cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new(trainer.Position.Reports, StopReason.Cancelled, trainer.Seconds);
        }

        StopReason reason = trainer.HasConverged ? StopReason.Converged : trainer.Position.Epoch > trainer.Options.Epochs ? StopReason.Finished : StopReason.EarlyStopping;
        return new(curves, reason, trainer.Seconds) { RestoredEpoch = trainer.RestoredEpoch };
    }
}
