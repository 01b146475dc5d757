using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Nabla.Studio.Components;

/// <summary>
/// A component with a picture that a script draws. The script makes an object for it, which goes with the component. What came while it still drew is drawn
/// once, the latest: a slow page gets fewer pictures, not a queue of them.
/// </summary>
public abstract class DrawnComponent : ComponentBase, IAsyncDisposable
{
    private IJSObjectReference? module;
    private IJSObjectReference? drawing;
    private bool isBusy;
    private bool isGone;

    [Inject]
    private IJSRuntime Scripts { get; set; } = null!;

    /// <summary>Where the picture is.</summary>
    protected ElementReference Element { get; set; }

    /// <summary>The script.</summary>
    protected abstract string Script { get; }

    /// <summary>Its function that makes the object from the element.</summary>
    protected abstract string Maker { get; }

    /// <summary>Whether there is something else to draw than the last time; asked once before each drawing.</summary>
    protected abstract bool IsStale();

    /// <summary>Draws what is to be shown now.</summary>
    protected abstract ValueTask DrawAsync(IJSObjectReference target);

    /// <summary>Calls another function of the object, if it is there.</summary>
    protected async Task CallAsync(string function, params object?[] arguments)
    {
        if (drawing is not null)
        {
            await drawing.InvokeVoidAsync(function, arguments);
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (isBusy || isGone)
        {
            return;
        }

        isBusy = true;
        try
        {
            if (firstRender)
            {
                module = await Scripts.InvokeAsync<IJSObjectReference>("import", $"./assets/{Script}");
                drawing = await module.InvokeAsync<IJSObjectReference>(Maker, Element);
            }

            while (!isGone && drawing is not null && IsStale())
            {
                await DrawAsync(drawing);
            }
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The page is gone, and its pictures with it.
        }
        finally
        {
            isBusy = false;
            if (isGone)
            {
                await ReleaseAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        isGone = true;
        if (!isBusy)
        {
            await ReleaseAsync();
        }

        GC.SuppressFinalize(this);
    }

    private async Task ReleaseAsync()
    {
        try
        {
            if (drawing is not null)
            {
                await drawing.InvokeVoidAsync("dispose");
                await drawing.DisposeAsync();
            }

            if (module is not null)
            {
                await module.DisposeAsync();
            }
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The page is gone, and its pictures with it.
        }
    }
}
