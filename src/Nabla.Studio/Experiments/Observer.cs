using System.Collections.Immutable;
using Microsoft.JSInterop;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Studio.Experiments;

/// <summary>
/// Looks at an experiment some times a second, on a thread of its own, so that looking does not slow the training: it takes a copy of the weights and computes from that copy
/// what the page shows. It begins the next look only after everybody has seen the last one.
/// </summary>
public sealed class Observer : IAsyncDisposable
{
    private const int ProbeSamples = 64;
    private static readonly TimeSpan between = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource end = new();
    private readonly SemaphoreSlim awake = new(0);
    private readonly Derivation derivation;
    private readonly Plan<float> probe;
    private readonly Task looking;
    private string? unshown;
    private string? unfollowed;

    public Observer(Experiment experiment)
    {
        Experiment = experiment;
        Shown = new(experiment.Network, experiment.Loss);
        derivation = Shown.Expression.Differentiate(assumptions: Trainer<float>.TargetsSumToOne(experiment.Data.Train) ? [Shown.Expression.TargetsSumToOne] : []);
        int count = Math.Min(ProbeSamples, experiment.Data.Train.Count);
        probe = Plan<float>.Compile(
            [derivation.StableCost, Shown.Expression.Input, Shown.Expression.Target, .. Shown.Expression.Layers.SelectMany(layer => Reported(layer))], [], Shown.Parameters, count);
        int[] first = [.. Enumerable.Range(0, count)];
        probe[Shown.Expression.Input] = experiment.Data.Train.InputColumns(first);
        probe[Shown.Expression.Target] = experiment.Data.Train.TargetColumns(first);
        Show(experiment.Latest);
        experiment.StateChanged += Wake;
        looking = Task.Run(LookAsync);
    }

    /// <summary>What is looked at.</summary>
    public Experiment Experiment { get; }

    /// <summary>A model with the weights of the last look. It belongs to the observer's thread and to what <see cref="Observed"/> calls.</summary>
    public Model<float> Shown { get; }

    /// <summary>The derivation of its gradients. It belongs to the same thread.</summary>
    public Derivation Derivation => derivation;

    /// <summary>The last look.</summary>
    public Snapshot Latest { get; private set; } = null!;

    /// <summary>‖∂C/∂Wˡ‖ and ‖δˡ‖ of each layer at the last look, over the first samples of the training data.</summary>
    public ImmutableArray<LayerFlow> Flow { get; private set; } = [];

    /// <summary>The curves so far.</summary>
    public History History { get; } = new();

    /// <summary>Called on the observer's thread after each look; the next one waits for it. One that throws is not called again, and the others go on.</summary>
    public event Func<Task>? Observed;

    /// <summary>What went wrong while looking, in a sentence; null where nothing did.</summary>
    public string? Problem => unshown ?? unfollowed;

    /// <summary>Looks once more, because somebody wants to see something else.</summary>
    public void Wake()
    {
        try
        {
            awake.Release();
        }
        catch (ObjectDisposedException)
        {
            // The training thread was about to tell of its end when the page went on.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Experiment.StateChanged -= Wake;
        await end.CancelAsync();
        await looking;
        end.Dispose();
        awake.Dispose();
    }

    private IEnumerable<Expr> Reported(SymbolicLayer layer) => [derivation.GradientOf(layer.Weights), layer.Activation];

    private async Task LookAsync()
    {
        try
        {
            while (true)
            {
                if (Experiment.State != ExperimentState.Running)
                {
                    await awake.WaitAsync(end.Token);
                }

                Snapshot snapshot = await Experiment.LookAsync().WaitAsync(end.Token);
                try
                {
                    Show(snapshot);
                    unshown = null;
                }
                catch (Exception e)
                {
                    // Memory that is not there, say: the training goes on, and so does the next look.
                    unshown = $"What the training does cannot be shown: {e.Message}";
                }

                foreach (Func<Task> watcher in Observed?.GetInvocationList().Cast<Func<Task>>() ?? [])
                {
                    await TellAsync(watcher);
                }

                await Task.Delay(between, end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The page has gone on to another experiment.
        }
    }

    private async Task TellAsync(Func<Task> watcher)
    {
        try
        {
            await watcher();
        }
        catch (Exception e) when (e is JSDisconnectedException || end.IsCancellationRequested)
        {
            // The page is closed, or goes on to another experiment; its session ends this one.
        }
        catch (Exception e)
        {
            Observed -= watcher;
            unfollowed = $"A part of the page does not follow the training any more: {e.Message}";
        }
    }

    private void Show(Snapshot snapshot)
    {
        foreach ((Symbol parameter, Matrix value) in Shown.Expression.Parameters.Zip(snapshot.Parameters))
        {
            Shown.Parameters[parameter] = value;
        }

        Latest = snapshot;
        probe.Run();
        Flow = [.. Shown.Expression.Layers.Select(layer => new LayerFlow(probe.NormOf(derivation.GradientOf(layer.Weights)), probe[layer.Activation]))];
        History.Add(snapshot, [.. Flow.Select(layer => layer.GradientNorm)], Experiment.Reports);
    }
}

/// <summary>What goes through a layer.</summary>
/// <param name="GradientNorm">‖∂C/∂Wˡ‖.</param>
/// <param name="Activations">Aˡ, a column a sample.</param>
public sealed record LayerFlow(double GradientNorm, Matrix Activations);
