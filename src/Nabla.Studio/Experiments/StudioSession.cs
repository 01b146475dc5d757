using System.Collections.Immutable;
using Nabla.Data;

namespace Nabla.Studio.Experiments;

/// <summary>What one open page works on: an experiment, which is replaced when a setting changes, and what is looked at.</summary>
public sealed class StudioSession(Uploads uploads, OpenExperiments open, TimeProvider clock) : IAsyncDisposable
{
    private readonly SemaphoreSlim one = new(1);
    private bool isOpen;
    private Dataset? data;
    private ExperimentSettings? dataOf;
    private Upload?[] files = [];

    /// <summary>The experiment; null before the first, and where there was no room for one.</summary>
    public Experiment? Experiment { get; private set; }

    /// <summary>Why the last change was refused, in sentences; none where it was not.</summary>
    public ImmutableArray<string> Problems { get; private set; } = [];

    /// <summary>How the page writes derivations; it stays where the experiment changes.</summary>
    public Mathematics.DocumentSettings Document { get; set; } = new();

    /// <summary>The run whose curves stay under those of the next ones; null where none was kept.</summary>
    public Charts.KeptRun? Kept { get; set; }

    /// <summary>Called from any thread when there is another experiment, or a problem.</summary>
    public event Action? Changed;

    /// <summary>Begins an experiment in place of the one before. Where it cannot be made, the one before stays, and <see cref="Problems"/> says why.</summary>
    public async Task BeginAsync(ExperimentSettings settings, ImmutableArray<string> notes = default)
    {
        await one.WaitAsync();
        try
        {
            if (!isOpen && !open.TryOpen())
            {
                Problems = [open.Most == 1 ? "1 experiment is open already, and there is room for no other; close its page and reload this one" : $"{open.Most} experiments are open already; close the page of another one and reload this page"];
                return;
            }

            isOpen = true;
            try
            {
                // What was loaded serves again where only the network or the training changes.
                Upload?[] filesNow = [uploads.Find(settings.Data), uploads.Find(settings.Labels)];
                if (data is null || dataOf is null || !files.AsSpan().SequenceEqual(filesNow) || (dataOf.Data, dataOf.Seed, dataOf.Target, dataOf.Labels) != (settings.Data, settings.Seed, settings.Target, settings.Labels))
                {
                    data = await uploads.LoadAsync(settings, CancellationToken.None);
                    (dataOf, files) = (settings, filesNow);
                }

                Dataset loaded = data;
                Experiment next = await Task.Run(() => Experiment.Of(settings, loaded, clock));
                Experiment? last = Experiment;
                Experiment = next;
                Problems = notes.IsDefault ? [] : notes;
                if (last is not null)
                {
                    next.StepsPerSecond = last.StepsPerSecond;
                    await last.DisposeAsync();
                }
            }
            catch (Exception e) when (e is ArgumentException or InvalidDataException or IOException or NotSupportedException or UnauthorizedAccessException or OutOfMemoryException or Calculus.Language.LanguageException)
            {
                (dataOf, Problems) = (Experiment is null ? null : dataOf, [e.Message]);
            }
        }
        finally
        {
            one.Release();
            Changed?.Invoke();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Experiment is not null)
            {
                await Experiment.DisposeAsync();
            }
        }
        finally
        {
            if (isOpen)
            {
                open.Close();
            }

            one.Dispose();
        }
    }
}
