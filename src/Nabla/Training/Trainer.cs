using System.Collections.Immutable;
using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Planning;

namespace Nabla.Training;

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

/// <summary>Where training stands besides its numbers: enough, with the parameters and the optimizer's states, to go on to the same bits.</summary>
public sealed record TrainingPosition
{
    /// <summary>The epoch that is under way, counted from 1.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>The samples seen in it.</summary>
    public int Samples { get; init; }

    /// <summary>The steps made in all epochs.</summary>
    public long Steps { get; init; }

    /// <summary>The sum of the losses of the samples seen in this epoch.</summary>
    public double LossSum { get; init; }

    /// <summary>How many of the samples seen in this epoch were read right.</summary>
    public long Correct { get; init; }

    /// <summary>The training time so far.</summary>
    public double Seconds { get; init; }

    /// <summary>The figures of the epochs before this one; without <see cref="TrainingOptions.KeepsReports"/> those of the last of them.</summary>
    public ImmutableList<EpochReport> Reports { get; init; } = [];
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
    private readonly TrainingData data;
    private readonly TrainingOptions options;
    private readonly Dictionary<int, Plan<T>> plans = [];
    private readonly SampleOrder order;
    private readonly TrainingStep<T> step;
    private readonly EarlyStopping<T>? stopping;
    private readonly FullBatchDescent<T>? descent;
    private readonly List<double> losses = [];
    private TrainingPosition position = new();
    private long steps;
    private double lossSum;
    private long correct;
    private int seen;
    private long resumed;
    private TimeSpan spent;
    private bool training;

    /// <summary>Derives the gradients of a model's loss and compiles its step; the samples are in memory.</summary>
    /// <exception cref="ArgumentException">The data does not fit the network, or an option is out of its range.</exception>
    public Trainer(Model<T> model, Dataset data, TrainingOptions options)
        : this(model, (TrainingData)data, options)
    {
    }

    /// <summary>Derives the gradients of a model's loss and compiles its step; the samples are in memory, or streamed through a window.</summary>
    /// <exception cref="ArgumentException">The data does not fit the network, or an option is out of its range.</exception>
    public Trainer(Model<T> model, TrainingData data, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        (this.model, this.data, this.options) = (model, data, options);
        Resume();
        model.RequireFit(data.Inputs, data.Outputs);
        Require(options.BatchSize >= 1, $"the batch size must be at least 1, but it is {options.BatchSize}");
        TrainingOptions.RequireThreads(options.Threads);
        Require(options.Epochs >= 1, $"the number of epochs must be at least 1, but it is {options.Epochs}");
        Require(double.IsFinite(options.LearningRate) && options.LearningRate > 0, $"the learning rate must be a positive number, but it is {options.LearningRate}");
        Require(options.Patience is null or >= 1, $"the patience must be at least 1 epoch, but it is {options.Patience}");
        Require(options.Patience is null || data.CountOf(Data.Part.Validation) > 0, "early stopping needs validation samples, but the data has none");
        Require(
            options.Lbfgs is null || data is Dataset,
            $"L-BFGS takes all samples at once, but those of {data.Name} are streamed through a window; another optimizer, such as adam, takes some at a time");
        order = data.Order(options.BatchSize, options.Seed);
        step = new(model, options, order.Samples, data.TargetsSumToOne);
        descent = options.Lbfgs is null ? null : new(model, step, options, order.Samples);
        stopping = options.Patience is int patience ? new(model.Parameters, patience) : null;
        PlanFor(Math.Min(options.BatchSize, order.Count));
        if (order.Count % options.BatchSize is int rest and > 0)
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

    /// <summary>How it trains.</summary>
    public TrainingOptions Options => options;

    /// <summary>The derivation whose gradients train the model.</summary>
    public Derivation Derivation => step.Derivation;

    /// <summary>The network in the symbols of <see cref="Derivation"/>, with what is minimized as its cost.</summary>
    public LayeredNetwork Network => step.Network;

    /// <summary>What is minimized, in symbols and with its numbers.</summary>
    internal TrainingStep<T> Minimized => step;

    /// <summary>The epoch whose weights the model has, where early stopping restored them: the one with the least loss on the validation samples.</summary>
    public int? RestoredEpoch => IsDone ? BestEpoch : null;

    /// <summary>The epoch whose weights are in <see cref="BestParameters"/>; null without early stopping, and before the first epoch is over.</summary>
    public int? BestEpoch => stopping is { BestEpoch: > 0 } ? stopping.BestEpoch : null;

    /// <summary>Whether there is nothing left to train: all epochs are over, early stopping has ended it, or L-BFGS gets no further.</summary>
    public bool IsDone => position.Epoch > options.Epochs || stopping?.IsOver(position.Epoch - 1) == true || HasConverged;

    /// <summary>Whether L-BFGS gets no further down.</summary>
    public bool HasConverged => descent?.HasConverged == true;

    /// <summary>Whether the position, the parameters and the states are all that is needed to go on; L-BFGS remembers more than that, and who keeps no reports has less.</summary>
    public bool CanBeResumed => descent is null && options.KeepsReports;

    /// <summary>The instruction set that the steps run on: portable, avx2 or avx512.</summary>
    public string PathName => plans.Values.First().PathName;

    /// <summary>The outputs of the last step's forward pass, one column a sample, in the order of <see cref="LastBatch"/>; before the step's update.</summary>
    public Matrix LastOutputs => plans[LastBatch.Length][step.Network.Output];

    /// <summary>The samples of the last step; where they are streamed, the places in the window that they had.</summary>
    public ReadOnlySpan<int> LastBatch => order.Last;

    /// <summary>The loss of the last step's batch, before its update.</summary>
    public double LastCost => plans[LastBatch.Length][step.Cost][0, 0];

    /// <summary>Whether every target column sums to one within 1e-6, so that 1ᵀy = 1 may be used.</summary>
    public static bool TargetsSumToOne(Samples samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return samples.TargetsSumToOne;
    }

    /// <summary>Where training stands: between two steps, or where it was stopped.</summary>
    public TrainingPosition Position => position with { Samples = seen, Steps = steps, LossSum = lossSum, Correct = correct, Seconds = Seconds };

    /// <summary>The optimizer's states: what it keeps of each parameter from step to step.</summary>
    public ParameterBuffer<T> States => step.States;

    /// <summary>The weights that early stopping keeps: those of the best epoch; null without early stopping.</summary>
    public ParameterBuffer<T>? BestParameters => stopping?.Best;

    /// <summary>Goes on from a position, after the parameters and the states have been set to those that belong to it.</summary>
    /// <exception cref="ArgumentException">The position is none of this training.</exception>
    public void GoOnFrom(TrainingPosition from)
    {
        ArgumentNullException.ThrowIfNull(from);
        Require(
            from.Epoch >= 1 && from.Epoch <= options.Epochs + 1 && from.Samples >= 0 && from.Samples <= order.Count && (from.Samples % options.BatchSize == 0 || from.Samples == order.Count)
            && from.Steps == (from.Epoch - 1L) * ((order.Count + options.BatchSize - 1) / options.BatchSize) + (from.Samples + options.BatchSize - 1) / options.BatchSize
            && from.Reports.Count == from.Epoch - 1 && double.IsFinite(from.LossSum) && from.Correct >= 0 && from.Correct <= from.Samples && from.Seconds >= 0,
            $"epoch {from.Epoch}, sample {from.Samples}, step {from.Steps} is no place in a training of {options.Epochs} epochs of {order.Count} samples in batches of {options.BatchSize}");
        foreach (EpochReport report in from.Reports)
        {
            losses.Add(report.ValidationLoss ?? report.Loss);
            stopping?.Recall(report.Epoch, losses[^1]);
        }

        (position, seen, steps, lossSum, correct) = (from, from.Samples, from.Steps, from.LossSum, from.Correct);
        spent = TimeSpan.FromSeconds(from.Seconds);
    }

    /// <summary>
    /// Trains all epochs, or until early stopping ends it, one report each, lazily: the next epoch runs when the next report is asked for. What was stopped
    /// goes on where it was when it is run again.
    /// </summary>
    /// <param name="progress">Called about ten times a second.</param>
    /// <param name="checkpoint">Called where <see cref="Position"/> should be kept: after each epoch, and within it after every <see cref="TrainingOptions.CheckpointEvery"/> steps.</param>
    /// <param name="cancellationToken">Stops between two steps, and within one before it changes any parameter.</param>
    /// <exception cref="NonFiniteLossException">The loss of a step is not finite; the parameters are those from before that step.</exception>
    public IEnumerable<EpochReport> Run(Action<TrainingProgress>? progress = null, Action? checkpoint = null, CancellationToken cancellationToken = default)
    {
        using ThreadTeam? team = OpenTeam();
        while (!IsDone)
        {
            TrainingProgress end;
            Resume();
            try
            {
                end = RunEpoch(position.Epoch, team, progress, checkpoint, cancellationToken);
            }
            finally
            {
                Pause();
            }

            double? accuracy = model.Judge(data, Data.Part.Test, withLoss: false, cancellationToken).Accuracy;
            (double? validation, double? validated) = model.Judge(data, Data.Part.Validation, withLoss: true, cancellationToken);
            EpochReport report = new(position.Epoch, end.Loss, end.TrainAccuracy, accuracy, Seconds) { ValidationLoss = validation, ValidationAccuracy = validated };
            losses.Add(validation ?? end.Loss);
            stopping?.Note(report.Epoch, losses[^1]);
            position = new() { Epoch = position.Epoch + 1, Reports = options.KeepsReports ? position.Reports.Add(report) : [report] };
            (seen, lossSum, correct) = (0, 0, 0);
            if (IsDone)
            {
                stopping?.Restore();
            }

            checkpoint?.Invoke();
            yield return report;
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

    private TrainingProgress RunEpoch(int epoch, ThreadTeam? team, Action<TrainingProgress>? progress, Action? checkpoint, CancellationToken cancellationToken)
    {
        double reported = Seconds;
        try
        {
            if (seen < order.Count)
            {
                order.Begin(epoch, seen, cancellationToken);
            }

            while (seen < order.Count)
            {
                ReadOnlySpan<int> batch = order.Next(Math.Min(options.BatchSize, order.Count - seen));
                double cost = descent is null ? Step(batch, cancellationToken, order.Ahead(batch.Length), team) : descent.Run(team, cancellationToken);
                if (!double.IsFinite(cost))
                {
                    throw new NonFiniteLossException(
                        $"the loss is {cost} in epoch {epoch}, step {seen / options.BatchSize + 1}: training has diverged; {Divergence.FirstIn(model, order, batch)}; "
                        + $"a smaller learning rate than {options.LearningRate} may help");
                }

                lossSum += cost * (model.Reduction == Networks.Reduction.Mean ? batch.Length : 1);
                correct += CountCorrect(batch);
                seen += batch.Length;
                if (progress is not null && Seconds - reported > SecondsBetweenReports)
                {
                    reported = Seconds;
                    progress(Report(epoch, seen));
                }

                if (checkpoint is not null && options.CheckpointEvery is int every && steps % every == 0 && seen < order.Count)
                {
                    Pause();
                    checkpoint();
                    Resume();
                }
            }
        }
        finally
        {
            order.End();
        }

        TrainingProgress end = Report(epoch, order.Count);
        progress?.Invoke(end);
        return end;
    }

    private TrainingProgress Report(int epoch, int samples) =>
        new(epoch, samples, lossSum / samples, !data.IsClassification ? null : (double)correct / samples, Seconds);

    /// <summary>One step on one batch; gives the loss before the update, which is made only where that is finite. Allocates nothing.</summary>
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
        order.Samples.Prefetch(next);
        plan.RunUnless(cancellationToken, plan.Members > 1 ? team : null);
        double cost = double.CreateChecked(*plan.SlotOf(step.Cost).Pointer);
        steps += double.IsFinite(cost) ? 1 : 0;
        return cost;
    }

    /// <summary>The learning rate of a step, counted from 0.</summary>
    internal double RateOf(long step) => options.LearningRate
        * options.Schedule.FactorAt(new(step, (order.Count + options.BatchSize - 1) / options.BatchSize, options.Epochs, losses));

    /// <summary>The threads that the steps need beside the caller's, until they are disposed of; null where they need none.</summary>
    internal ThreadTeam? OpenTeam()
    {
        int members = plans.Values.Max(plan => plan.Members);
        return members > 1 ? new(members) : null;
    }

    private int CountCorrect(ReadOnlySpan<int> batch)
    {
        Targets targets = order.Samples.Targets;
        if (!targets.AreClasses)
        {
            return 0;
        }

        Slot<T> output = PlanFor(batch.Length).SlotOf(step.Network.Output);
        int right = 0;
        for (int j = 0; j < batch.Length; j++)
        {
            ReadOnlySpan<T> column = new(output.Pointer + (long)j * output.LeadingDimension, output.Rows);
            right += Model<T>.ArgMax(column) == targets.LabelOf(batch[j]) ? 1 : 0;
        }

        return right;
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
