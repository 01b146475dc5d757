using Nabla.Networks;

namespace Nabla.Training;

/// <summary>What training may be told.</summary>
public sealed record TrainingOptions
{
    /// <summary>The update rule.</summary>
    public Optimizer Optimizer { get; init; } = Optimizer.Sgd;

    /// <summary>
    /// L-BFGS in place of the update rule, for small problems: an epoch is one step over all samples, and its figures are those of the point that it comes to. The learning
    /// rate is not used, and the training ends when no step gets further down. Null where the update rule is used.
    /// </summary>
    public LbfgsSettings? Lbfgs { get; init; }

    /// <summary>η, which the schedule multiplies.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>What the learning rate is multiplied by in each step.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>What is minimized beside the loss, and dropout.</summary>
    public Objective Objective { get; init; } = new();

    /// <summary>The limits of the gradients.</summary>
    public GradientClipping Clipping { get; init; } = new();

    /// <summary>
    /// The epochs that may pass without a smaller loss on the validation samples; then the training ends, and the weights of the best epoch are restored, as
    /// they are at the end of all epochs. Null where all epochs are trained and the last weights stay.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>Samples in a step; the last step of an epoch takes what is left.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>How often all samples are seen.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Fixes the order of the samples and what dropout leaves out.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>More threads than this are refused.</summary>
    public const int MostThreads = 256;

    /// <summary>The most threads that share a step; a small step is made by fewer. The result is the same to the last bit for any number.</summary>
    public int Threads { get; init; } = 1;

    /// <exception cref="ArgumentException">The number of threads is out of its range.</exception>
    internal static void RequireThreads(int threads)
    {
        if (threads is < 1 or > MostThreads)
        {
            throw new ArgumentException($"the number of threads must be from 1 to {MostThreads}, but it is {threads}");
        }
    }

    /// <summary>After so many steps within an epoch the position is to be kept; null: after each epoch only.</summary>
    public int? CheckpointEvery { get; init; }

    /// <summary>
    /// Whether <see cref="TrainingPosition.Reports"/> has the figures of all epochs, as going on from a checkpoint needs them; else it has those of the last one, so that a training of any number
    /// of epochs takes the memory of one.
    /// </summary>
    public bool KeepsReports { get; init; } = true;

    /// <summary>The clock that times the training.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
