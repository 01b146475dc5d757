using Microsoft.AspNetCore.Components;
using Nabla.Studio.Experiments;

namespace Nabla.Studio.Components;

/// <summary>
/// A component that shows something of a training. What it shows is computed on the observer's thread, not more often than it says and not twice from the same
/// weights, and only while the component is on the page; the page's own thread only renders it.
/// </summary>
public abstract class WatchingComponent : ComponentBase, IDisposable
{
    private Snapshot? seen;
    private long looked;

    /// <summary>Who looks.</summary>
    [Parameter, EditorRequired]
    public Observer Observer { get; set; } = null!;

    /// <summary>What is looked at.</summary>
    protected Experiment Experiment => Observer.Experiment;

    /// <summary>The least time between two looks while the training runs.</summary>
    protected abstract TimeSpan Between { get; }

    /// <summary>Computes what is shown, on the observer's thread.</summary>
    protected abstract void Look();

    protected override void OnInitialized()
    {
        Observer.Observed += OnObservedAsync;
        Observer.Wake();
    }

    public void Dispose()
    {
        Observer.Observed -= OnObservedAsync;
        GC.SuppressFinalize(this);
    }

    private async Task OnObservedAsync()
    {
        Snapshot latest = Observer.Latest;
        Snapshot? last = Volatile.Read(ref seen);
        bool isEarly = last is not null && Experiment.State == ExperimentState.Running && TimeProvider.System.GetElapsedTime(looked) < Between;
        if (ReferenceEquals(latest, last) || isEarly)
        {
            return;
        }

        (looked, seen) = (TimeProvider.System.GetTimestamp(), latest);
        try
        {
            Look();
            await InvokeAsync(StateHasChanged);
        }
        catch (Exception e)
        {
            // It ends the part of the page that this is in, which says so; the others go on.
            await DispatchExceptionAsync(e);
        }
    }
}
