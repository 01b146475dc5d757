using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Studio.Experiments;

/// <summary>Where an experiment stands.</summary>
public enum ExperimentState
{
    /// <summary>Nothing was trained yet.</summary>
    Ready,

    /// <summary>A thread trains.</summary>
    Running,

    /// <summary>Stopped between two steps.</summary>
    Paused,

    /// <summary>All epochs are over.</summary>
    Done,

    /// <summary>The loss is not finite any more.</summary>
    Diverged,

    /// <summary>The training cannot go on.</summary>
    Failed,
}

/// <summary>
/// One training that can be run, paused, made a step at a time and begun anew. It trains on a thread of its own with the library's <see cref="Trainer{T}"/>, whose
/// numbers nobody else reads meanwhile: whoever looks gets a copy that the training thread makes between two steps.
/// </summary>
public sealed class Experiment : IAsyncDisposable
{
    /// <summary>A page draws and copies the weights some times a second; more of them belong on the command line.</summary>
    private const long MostParameters = 20_000_000;

    /// <summary>A chart shows no more of them.</summary>
    private const int MostReports = 1000;

    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private Trainer<float> trainer;
    private Task training = Task.CompletedTask;
    private CancellationTokenSource stop = new();
    private volatile TaskCompletionSource<Snapshot>? wanted;
    private long stepsLeft;
    private double secondsPerStep;
    private long lastStep;
    private double lossBefore;
    private int samplesBefore;
    private double secondsBefore;
    private int attempt;
    private bool isDisposed;

    private readonly SemaphoreSlim turn = new(1);
    private readonly List<EpochReport> reports = [];
    private EpochReport? last;
    private int every = 1;

    private Experiment(ExperimentSettings settings, Dataset data, TimeProvider clock)
    {
        (Settings, Data, this.clock) = (settings, data, clock);
        Loss = settings.LossFor(data);
        Network = settings.NetworkFor(data);
        if (Network.ParameterCount > MostParameters)
        {
            throw new ArgumentException(
                $"the network {Network} has {Network.ParameterCount:N0} parameters, but here it may have {MostParameters:N0} at most; nabla train has no such limit");
        }

        StepMemory.Require(Network, Math.Min(settings.BatchSize, data.Train.Count));
        (Model, trainer) = Begin();
        Latest = Take(before: null);
    }

    /// <summary>What was asked for.</summary>
    public ExperimentSettings Settings { get; }

    /// <summary>The samples.</summary>
    public Dataset Data { get; }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The loss.</summary>
    public Loss Loss { get; }

    /// <summary>The model that is trained. While the experiment runs, its numbers belong to the training thread.</summary>
    public Model<float> Model { get; private set; }

    /// <summary>The trainer; the same holds.</summary>
    public Trainer<float> Trainer => trainer;

    /// <summary>Where it stands.</summary>
    public ExperimentState State { get; private set; } = ExperimentState.Ready;

    /// <summary>What made it diverge, in a sentence.</summary>
    public string? Problem { get; private set; }

    /// <summary>The copy that was made last.</summary>
    public Snapshot Latest { get; private set; }

    /// <summary>How many steps make an epoch.</summary>
    public int StepsPerEpoch => (Data.Train.Count + trainer.Options.BatchSize - 1) / trainer.Options.BatchSize;

    /// <summary>The figures of the epochs so far; of very many every second, fourth and so on, and the last.</summary>
    public ImmutableArray<EpochReport> Reports
    {
        get
        {
            lock (reports)
            {
                return last is null || (reports.Count > 0 && reports[^1] == last) ? [.. reports] : [.. reports, last];
            }
        }
    }

    /// <summary>How many steps a second it makes at most; 0 where it does not wait.</summary>
    public double StepsPerSecond
    {
        get => secondsPerStep > 0 ? 1 / secondsPerStep : 0;
        set => Volatile.Write(ref secondsPerStep, value > 0 ? 1 / value : 0);
    }

    /// <summary>Called from any thread after the state has changed.</summary>
    public event Action? StateChanged;

    /// <summary>Makes an experiment: loads, draws the weights, derives and compiles.</summary>
    /// <exception cref="ArgumentException">The settings do not go together or with the data.</exception>
    /// <exception cref="NotSupportedException">An expression of the loss has no derivative or no kernel.</exception>
    public static Experiment Of(ExperimentSettings settings, Dataset data, TimeProvider clock) => new(settings, data, clock);

    /// <summary>Trains until it is paused, or all epochs are over.</summary>
    public Task RunAsync() => InTurnAsync(() =>
    {
        Start(long.MaxValue);
        return Task.CompletedTask;
    });

    /// <summary>Makes one step and waits for it.</summary>
    public Task StepAsync() => InTurnAsync(async () =>
    {
        if (State == ExperimentState.Running)
        {
            await StopAsync();
        }

        Start(1);
        await training;
    });

    /// <summary>Stops between two steps.</summary>
    public Task PauseAsync() => InTurnAsync(StopAsync);

    /// <summary>Goes back to the first weights.</summary>
    public Task ResetAsync() => InTurnAsync(async () =>
    {
        await StopAsync();
        (Model, trainer) = Begin();
        attempt++;
        Problem = null;
        lock (reports)
        {
            reports.Clear();
            (last, every) = (null, 1);
        }

        Latest = Take(before: null);
        State = ExperimentState.Ready;
        StateChanged?.Invoke();
    });

    /// <summary>A copy of what is trained, made between two steps; where nothing runs, at once.</summary>
    public Task<Snapshot> LookAsync()
    {
        lock (gate)
        {
            if (State != ExperimentState.Running)
            {
                return Task.FromResult(Latest);
            }

            wanted ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return wanted.Task;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await InTurnAsync(async () =>
        {
            await StopAsync();
            isDisposed = true;
        });
        stop.Dispose();
    }

    /// <summary>What changes the state is done one after the other: whatever comes meanwhile waits for its turn.</summary>
    private async Task InTurnAsync(Func<Task> change)
    {
        await turn.WaitAsync();
        try
        {
            if (!isDisposed)
            {
                await change();
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task StopAsync()
    {
        await stop.CancelAsync();
        await training;
    }

    private (Model<float> Model, Trainer<float> Trainer) Begin()
    {
        Model<float> model = new(Network, Loss);
        model.Initialize(InitializerOf(Network), Settings.Seed);
        Trainer<float> made = new(model, Data, new TrainingOptions
        {
            Optimizer = Optimizer.Named(Settings.Optimizer),
            LearningRate = Settings.LearningRate,
            BatchSize = Math.Min(Settings.BatchSize, Data.Train.Count),
            Epochs = Settings.Epochs,
            KeepsReports = false,
            Seed = Settings.Seed,
            Threads = Settings.Threads,

            // After each step the thread asks whether somebody wants to look or to stop.
            CheckpointEvery = 1,
            Clock = clock,
        });
        (lossBefore, samplesBefore, secondsBefore) = (0, 0, made.Seconds);
        return (model, made);
    }

    /// <summary>He's weights before rectifiers, Glorot's before anything else, as "nabla train" chooses them.</summary>
    private static Initializer InitializerOf(Network network) =>
        Initializer.Named(network.Layers.Any(layer => layer.Activation.IsRectifier) ? "he" : "glorot");

    private void Start(long steps)
    {
        lock (gate)
        {
            if (State is ExperimentState.Running or ExperimentState.Done or ExperimentState.Diverged or ExperimentState.Failed)
            {
                return;
            }

            stop.Dispose();
            stop = new();
            stepsLeft = steps;
            lastStep = clock.GetTimestamp();
            CancellationToken token = stop.Token;
            State = ExperimentState.Running;
            training = Task.Factory.StartNew(() => Train(token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        StateChanged?.Invoke();
    }

    private void Train(CancellationToken token)
    {
        ExperimentState end = ExperimentState.Paused;
        try
        {
            foreach (EpochReport report in trainer.Run(null, () => AfterStep(token), token))
            {
                Keep(report);
                (lossBefore, samplesBefore) = (0, 0);
            }

            end = ExperimentState.Done;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            end = trainer.IsDone ? ExperimentState.Done : ExperimentState.Paused;
        }
        catch (NonFiniteLossException e)
        {
            (end, Problem) = (ExperimentState.Diverged, e.Message);
        }
        catch (Exception e)
        {
            // Whatever it is (memory that is not there, say), it ends this experiment and is told; the others go on.
            (end, Problem) = (ExperimentState.Failed, $"the training failed: {e.Message}");
        }

        lock (gate)
        {
            Latest = Take(Latest);
            State = end;
            wanted?.TrySetResult(Latest);
            wanted = null;
        }

        StateChanged?.Invoke();
    }

    private void Keep(EpochReport report)
    {
        lock (reports)
        {
            last = report;
            if ((report.Epoch - 1) % every == 0)
            {
                reports.Add(report);
            }

            if (reports.Count > MostReports)
            {
                every *= 2;
                reports.RemoveAll(one => (one.Epoch - 1) % every != 0);
            }
        }
    }

    private void AfterStep(CancellationToken token)
    {
        if (--stepsLeft == 0)
        {
            stop.Cancel();
        }

        if (wanted is not null)
        {
            Latest = Take(Latest);
            lock (gate)
            {
                wanted?.TrySetResult(Latest);
                wanted = null;
            }
        }

        double pace = Volatile.Read(ref secondsPerStep);
        if (pace > 0)
        {
            // From step to step, so that a slow pace can be left at once; late steps are not made up for.
            TimeSpan left = TimeSpan.FromSeconds(pace) - clock.GetElapsedTime(lastStep);
            if (left > TimeSpan.Zero)
            {
                token.WaitHandle.WaitOne(left);
            }

            lastStep = clock.GetTimestamp();
        }
    }

    private Snapshot Take(Snapshot? before)
    {
        TrainingPosition at = trainer.Position;
        int samples = at.Samples - samplesBefore;
        double loss = samples > 0 ? (at.LossSum - lossBefore) / samples
            : before?.Steps == at.Steps ? before.Loss
            : at.Reports.IsEmpty ? double.NaN : at.Reports[^1].Loss;
        (lossBefore, samplesBefore) = (at.LossSum, at.Samples);
        return new()
        {
            Steps = at.Steps,
            Epoch = Math.Min(at.Epoch, Settings.Epochs),
            Samples = at.Samples,
            Loss = loss,
            Seconds = at.Seconds - secondsBefore,
            Attempt = attempt,
            Parameters = [.. Model.Expression.Parameters.Select(parameter => Model.Parameters[parameter])],
        };
    }
}

/// <summary>A copy of a training between two steps.</summary>
public sealed record Snapshot
{
    /// <summary>The steps made so far.</summary>
    public required long Steps { get; init; }

    /// <summary>The epoch that is under way, counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The samples seen in it.</summary>
    public required int Samples { get; init; }

    /// <summary>The mean loss of the samples since the copy before, at the end of an epoch that of the epoch; not a number before the first step.</summary>
    public required double Loss { get; init; }

    /// <summary>How often it was begun anew.</summary>
    public int Attempt { get; init; }

    /// <summary>The time that the steps took.</summary>
    public required double Seconds { get; init; }

    /// <summary>The weights and biases, in the order of the network's parameters.</summary>
    public required ImmutableArray<Matrix> Parameters { get; init; }
}
