using System.Collections.Immutable;
using Nabla.Data;
using Nabla.Studio.Mathematics;

namespace Nabla.Studio.Experiments;

/// <summary>What one open page works on: an experiment, which is replaced when a setting changes, and what is looked at.</summary>
public sealed class StudioSession(Uploads uploads, OpenExperiments open, TimeProvider clock) : IAsyncDisposable
{
    private readonly SemaphoreSlim one = new(1);
    private bool isOpen;
    private bool isClosed;
    private Dataset? data;
    private ExperimentSettings? dataOf;
    private Upload?[] files = [];

    /// <summary>The experiment; null before the first, and where there was no room for one.</summary>
    public Experiment? Experiment { get; private set; }

    /// <summary>Why the last change was refused, in sentences; none where it was not.</summary>
    public ImmutableArray<string> Problems { get; private set; } = [];

    /// <summary>How the page writes derivations; it stays where the experiment changes.</summary>
    public DocumentSettings Document { get; private set; } = new();

    /// <summary>The run whose curves stay under those of the next ones; null where none was kept.</summary>
    public Charts.KeptRun? Kept { get; set; }

    /// <summary>The address that reproduces what is open; null before the first experiment.</summary>
    public StudioAddress? Address => Experiment is null ? null : new(Experiment.Settings, Document);

    /// <summary>Called from any thread when there is another experiment, another way to write its derivation, or a problem.</summary>
    public event Action? Changed;

    /// <summary>Writes derivations in another way.</summary>
    public void Write(DocumentSettings document)
    {
        if (Document != document)
        {
            Document = document;
            Changed?.Invoke();
        }
    }

    /// <summary>
    /// Opens what an address says. Where that cannot be, the first experiment of its data is opened, or else that of the page without an address, and
    /// <see cref="Problems"/> says why.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="notes">What is to be told besides.</param>
    public Task OpenAsync(StudioAddress address, ImmutableArray<string> notes)
    {
        ArgumentNullException.ThrowIfNull(address);
        Document = address.Document;
        return InTurnAsync(async () =>
        {
            ImmutableArray<string> problems = notes;
            foreach (ExperimentSettings settings in new[] { address.Experiment, ExperimentSettings.StartFor(address.Experiment.Data), new ExperimentSettings() })
            {
                if (await TryBeginAsync(_ => settings) is not string refused)
                {
                    Problems = settings == address.Experiment ? problems : [.. problems, $"This is the first experiment with {settings.Data} instead."];
                    return true;
                }

                problems = problems.Contains(refused) ? problems : [.. problems, refused];
            }

            Problems = problems;
            return false;
        });
    }

    /// <summary>
    /// Changes the experiment: the one before is replaced, and where it ran, the new one runs. Changes that come while an earlier one is still compiled are made
    /// one after the other, each to what the one before came to, so that none is lost. Where one cannot be, the experiment stays, and
    /// <see cref="Problems"/> says why.
    /// </summary>
    /// <param name="change">Makes the new settings of those that hold then.</param>
    /// <param name="notes">What is to be told where it succeeds.</param>
    /// <returns>Whether it could be.</returns>
    public Task<bool> ChangeAsync(Func<ExperimentSettings, ExperimentSettings> change, ImmutableArray<string> notes = default) => InTurnAsync(async () =>
    {
        string? refused = await TryBeginAsync(change);
        Problems = refused is not null ? [refused] : notes.IsDefault ? [] : notes;
        return refused is null;
    });

    public async ValueTask DisposeAsync()
    {
        // Whatever is under way ends first, so that nothing is begun after the end; who waits for a turn then gets none.
        await one.WaitAsync();
        try
        {
            isClosed = true;
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

            one.Release();
        }
    }

    private async Task<bool> InTurnAsync(Func<Task<bool>> begin)
    {
        await one.WaitAsync();
        try
        {
            if (isClosed)
            {
                return false;
            }

            if (!isOpen && !open.TryOpen())
            {
                Problems = [open.Most == 1 ? "1 experiment is open already, and there is room for no other; close its page and reload this one" : $"{open.Most} experiments are open already; close the page of another one and reload this page"];
                return false;
            }

            isOpen = true;
            return await begin();
        }
        finally
        {
            one.Release();
            Changed?.Invoke();
        }
    }

    /// <returns>Why it could not be, in a sentence; null where it could.</returns>
    private async Task<string?> TryBeginAsync(Func<ExperimentSettings, ExperimentSettings> change)
    {
        try
        {
            ExperimentSettings settings = change(Experiment?.Settings ?? new());
            Upload?[] filesNow = [uploads.Find(settings.Data), uploads.Find(settings.Labels)];
            bool isSameData = data is not null && dataOf is not null && files.AsSpan().SequenceEqual(filesNow)
                && (dataOf.Data, dataOf.Seed, dataOf.Target, dataOf.Labels) == (settings.Data, settings.Seed, settings.Target, settings.Labels);
            if (isSameData && Experiment is not null && settings == Experiment.Settings)
            {
                return null;
            }

            // What was loaded serves again where only the network or the training changes.
            Dataset loaded = isSameData ? data! : await uploads.LoadAsync(settings, CancellationToken.None);
            Experiment next = await Task.Run(() => Experiment.Of(settings, loaded, clock));
            (data, dataOf, files) = (loaded, settings, filesNow);
            Experiment? last = Experiment;
            bool runs = last?.State == ExperimentState.Running;
            Experiment = next;
            if (last is not null)
            {
                next.StepsPerSecond = last.StepsPerSecond;
                await last.DisposeAsync();
            }

            if (runs)
            {
                await next.RunAsync();
            }

            return null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidDataException or IOException or NotSupportedException or UnauthorizedAccessException or OutOfMemoryException or Calculus.Language.LanguageException)
        {
            return e.Message;
        }
    }
}
