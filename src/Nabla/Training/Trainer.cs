using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Planning;

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

    /// <summary>The clock that times the training.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>Where training stands.</summary>
/// <param name="Epoch">The epoch, counted from 1.</param>
/// <param name="Samples">The samples seen in it.</param>
/// <param name="Loss">The mean loss of these samples, each before its step.</param>
/// <param name="TrainAccuracy">The fraction of these samples that were read right; null without classes.</param>
/// <param name="Seconds">The training time so far: <see cref="Trainer{T}.Seconds"/>.</param>
public sealed record TrainingProgress(int Epoch, int Samples, double Loss, double? TrainAccuracy, double Seconds);

/// <summary>An epoch's figures.</summary>
/// <param name="Epoch">The epoch, counted from 1.</param>
/// <param name="Loss">The mean loss of its samples, each before its step.</param>
/// <param name="TrainAccuracy">The fraction of its samples that were read right; null without classes.</param>
/// <param name="TestAccuracy">The accuracy on the test samples after it; null where there are none, or no classes.</param>
/// <param name="Seconds">The training time so far: <see cref="Trainer{T}.Seconds"/>.</param>
public sealed record EpochReport(int Epoch, double Loss, double? TrainAccuracy, double? TestAccuracy, double Seconds)
{
    /// <summary>The mean loss on the validation samples after it; null where there are none.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>The accuracy on the validation samples after it; null where there are none, or no classes.</summary>
    public double? ValidationAccuracy { get; init; }
}

/// <summary>The loss is not a number any more, or infinite: training has diverged.</summary>
public sealed class NonFiniteLossException(string message) : ArithmeticException(message);

/// <summary>Trains a model on a data set: gathers batches, runs the compiled step, keeps the figures.</summary>
/// <typeparam name="T">float, or double for comparisons.</typeparam>
public sealed unsafe class Trainer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double SecondsBetweenReports = 0.1;

    private readonly Model<T> model;
    private readonly Dataset data;
    private readonly TrainingOptions options;
    private readonly Dictionary<int, Plan<T>> plans = [];
    private readonly int[] order;
    private readonly TrainingStep<T> step;
    private readonly EarlyStopping<T>? stopping;
    private readonly FullBatchDescent<T>? descent;
    private readonly List<double> losses = [];
    private long steps;
    private long resumed;
    private TimeSpan spent;
    private bool training;

    /// <summary>Derives the gradients of a model's loss and compiles its step.</summary>
    /// <exception cref="ArgumentException">The data does not fit the network, or an option is out of its range.</exception>
    public Trainer(Model<T> model, Dataset data, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        (this.model, this.data, this.options) = (model, data, options);
        Resume();
        model.RequireFit(data.Train);
        Require(options.BatchSize >= 1, $"the batch size must be at least 1, but it is {options.BatchSize}");
        TrainingOptions.RequireThreads(options.Threads);
        Require(options.Epochs >= 1, $"the number of epochs must be at least 1, but it is {options.Epochs}");
        Require(double.IsFinite(options.LearningRate) && options.LearningRate > 0, $"the learning rate must be a positive number, but it is {options.LearningRate}");
        Require(options.Patience is null or >= 1, $"the patience must be at least 1 epoch, but it is {options.Patience}");
        Require(options.Patience is null || data.Validation is not null, "early stopping needs validation samples, but the data has none");
        order = [.. Enumerable.Range(0, data.Train.Count)];
        step = new(model, options, data.Train);
        descent = options.Lbfgs is null ? null : new(model, step, options, data.Train);
        stopping = options.Patience is int patience ? new(model.Parameters, patience) : null;
        PlanFor(Math.Min(options.BatchSize, order.Length));
        if (order.Length % options.BatchSize is int rest and > 0)
        {
            PlanFor(rest);
        }

        Pause();
    }

    /// <summary>
    /// The training time so far: deriving, compiling and all steps. Neither loading nor evaluations nor what the caller does between two
    /// epochs counts.
    /// </summary>
    public double Seconds => (training ? spent + options.Clock.GetElapsedTime(resumed) : spent).TotalSeconds;

    /// <summary>The derivation whose gradients train the model.</summary>
    public Derivation Derivation => step.Derivation;

    /// <summary>The epoch whose weights the model has, where early stopping restored them: the one with the least loss on the validation samples.</summary>
    public int? RestoredEpoch { get; private set; }

    /// <summary>The instruction set that the steps run on: portable, avx2 or avx512.</summary>
    public string PathName => plans.Values.First().PathName;

    /// <summary>The outputs of the last step's forward pass, one column a sample, in the order of <see cref="LastBatch"/>; before the step's update.</summary>
    public Matrix LastOutputs => plans[LastBatch.Length][step.Network.Output];

    /// <summary>The samples of the last step.</summary>
    public ReadOnlySpan<int> LastBatch => order.AsSpan((order.Length - 1) / options.BatchSize * options.BatchSize);

    /// <summary>The loss of the last step's batch, before its update.</summary>
    public double LastCost => plans[LastBatch.Length][step.Cost][0, 0];

    /// <summary>Whether every target column sums to one within 1e-6, so that 1ᵀy = 1 may be used.</summary>
    public static bool TargetsSumToOne(Samples samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Labels is not null)
        {
            return true;
        }

        double[] column = new double[samples.Outputs];
        fixed (double* pointer = column)
        {
            for (int i = 0; i < samples.Count; i++)
            {
                samples.GatherTargets([i], pointer, column.Length);
                if (!(Math.Abs(column.Sum() - 1) <= 1e-6))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>
    /// Trains all epochs, or until early stopping ends it, one report each, lazily: the next epoch runs when the next report is asked for.
    /// </summary>
    /// <param name="progress">Called about ten times a second.</param>
    /// <param name="cancellationToken">Stops between two steps, and within one before it changes any parameter.</param>
    /// <exception cref="NonFiniteLossException">The loss of a step is not finite.</exception>
    public IEnumerable<EpochReport> Run(Action<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using ThreadTeam? team = OpenTeam();
        for (int epoch = 1; epoch <= options.Epochs; epoch++)
        {
            TrainingProgress end;
            Resume();
            try
            {
                end = RunEpoch(epoch, team, progress, cancellationToken);
            }
            finally
            {
                Pause();
            }

            double? accuracy = data.Test is { Labels: not null } test ? model.Evaluate(test).Accuracy : null;
            double? validated = data.Validation is { Labels: not null } samples ? model.Evaluate(samples).Accuracy : null;
            double? validation = data.Validation is Samples held ? model.MeanLoss(held) : null;
            losses.Add(validation ?? end.Loss);
            bool stops = stopping?.Note(epoch, losses[^1]) == true || epoch == options.Epochs || descent?.HasConverged == true;
            if (stops && stopping is { BestEpoch: > 0 })
            {
                stopping.Restore();
                RestoredEpoch = stopping.BestEpoch;
            }

            yield return new(epoch, end.Loss, end.TrainAccuracy, accuracy, Seconds)
            {
                ValidationLoss = validation,
                ValidationAccuracy = validated,
            };
            if (stops)
            {
                yield break;
            }
        }
    }

    private static void Require(bool condition, string sentence)
    {
        if (!condition)
        {
            throw new ArgumentException(sentence);
        }
    }

    private void Resume() => (resumed, training) = (options.Clock.GetTimestamp(), true);

    private void Pause() => (spent, training) = (spent + options.Clock.GetElapsedTime(resumed), false);

    private TrainingProgress RunEpoch(int epoch, ThreadTeam? team, Action<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        // A full batch is a sum over all samples; their order would only change the rounding.
        if (options.BatchSize < order.Length)
        {
            new SeededRandom(options.Seed, stream: 1000 + (ulong)epoch).Shuffle(order.AsSpan());
        }

        double loss = 0;
        long correct = 0;
        double reported = Seconds;
        for (int start = 0; start < order.Length; start += options.BatchSize)
        {
            ReadOnlySpan<int> batch = order.AsSpan(start, Math.Min(options.BatchSize, order.Length - start));
            int next = start + batch.Length;
            double cost = descent is null
                ? Step(batch, cancellationToken, order.AsSpan(next, Math.Min(batch.Length, order.Length - next)), team)
                : descent.Run(team, cancellationToken);
            if (!double.IsFinite(cost))
            {
                throw new NonFiniteLossException(
                    $"the loss is {cost} in epoch {epoch}, step {start / options.BatchSize + 1}: training has diverged; a smaller learning rate than {options.LearningRate} may help");
            }

            loss += cost * (model.Reduction == Reduction.Mean ? batch.Length : 1);
            correct += CountCorrect(batch);
            if (progress is not null && Seconds - reported > SecondsBetweenReports)
            {
                reported = Seconds;
                progress(Report(epoch, start + batch.Length, loss, correct));
            }
        }

        TrainingProgress end = Report(epoch, order.Length, loss, correct);
        progress?.Invoke(end);
        return end;
    }

    private TrainingProgress Report(int epoch, int samples, double loss, long correct) =>
        new(epoch, samples, loss / samples, data.Train.Labels is null ? null : (double)correct / samples, Seconds);

    /// <summary>One step on one batch; gives the loss before the update. Allocates nothing.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="cancellationToken">Stops it before a parameter changes.</param>
    /// <param name="next">The samples of the step after it, which come from memory meanwhile.</param>
    /// <param name="team">The threads, where the plans need some: see <see cref="OpenTeam"/>.</param>
    internal double Step(ReadOnlySpan<int> batch, CancellationToken cancellationToken, ReadOnlySpan<int> next = default, ThreadTeam? team = null)
    {
        Plan<T> plan = PlanFor(batch.Length);
        if (options.Schedule != LearningRateSchedule.Constant)
        {
            plan.Set(step.Network.LearningRate, RateOf(steps));
        }

        step.Prepare(plan, batch, steps);
        data.Train.Prefetch(next);
        plan.RunUnless(cancellationToken, plan.Members > 1 ? team : null);
        steps++;
        return double.CreateChecked(*plan.SlotOf(step.Cost).Pointer);
    }

    /// <summary>The learning rate of a step, counted from 0.</summary>
    internal double RateOf(long step) => options.LearningRate
        * options.Schedule.FactorAt(new(step, (order.Length + options.BatchSize - 1) / options.BatchSize, options.Epochs, losses));

    /// <summary>The threads that the steps need beside the caller's, until they are disposed of; null where they need none.</summary>
    internal ThreadTeam? OpenTeam()
    {
        int members = plans.Values.Max(plan => plan.Members);
        return members > 1 ? new(members) : null;
    }

    private int CountCorrect(ReadOnlySpan<int> batch)
    {
        if (data.Train.Targets is not ClassTargets classes)
        {
            return 0;
        }

        Slot<T> output = PlanFor(batch.Length).SlotOf(step.Network.Output);
        int correct = 0;
        for (int j = 0; j < batch.Length; j++)
        {
            ReadOnlySpan<T> column = new(output.Pointer + (long)j * output.LeadingDimension, output.Rows);
            correct += Model<T>.ArgMax(column) == classes.Labels[batch[j]] ? 1 : 0;
        }

        return correct;
    }

    private Plan<T> PlanFor(int batch)
    {
        if (!plans.TryGetValue(batch, out Plan<T>? plan))
        {
            plan = plans[batch] = descent?.Plan ?? step.Compile(batch);
        }

        return plan;
    }
}
