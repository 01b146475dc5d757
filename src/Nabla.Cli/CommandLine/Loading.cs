using Nabla.Data;
using Spectre.Console;

namespace Nabla.Cli.CommandLine;

/// <summary>Loads data sets and shows the progress of downloads.</summary>
internal static class Loading
{
    public static async Task<Dataset> LoadAsync(
        BuiltInDataset source, ulong seed, string? folder, Terminal terminal, CancellationToken cancellationToken)
    {
        if (folder is not null && !source.HasFiles)
        {
            terminal.Error.WriteLine($"Note      {source.Name} needs no files: --data-folder changes nothing");
        }

        DatasetOptions options = new() { Seed = seed, DataFolder = folder };
        if (!terminal.ErrorIsLive)
        {
            return await source.LoadAsync(options with { Progress = new Lines(terminal.Error) }, cancellationToken);
        }

        // Most loading downloads nothing; an empty display would flicker.
        Bars bars = new();
        Task<Dataset> loading = source.LoadAsync(options with { Progress = bars }, cancellationToken);
        if (await Task.WhenAny(loading, bars.Needed) != loading)
        {
            await terminal.LiveConsole().Progress().AutoClear(true)
                .Columns(
                    new TaskDescriptionColumn(),
                    new ProgressBarColumn(),
                    new DownloadedColumn(),
                    new TransferSpeedColumn(),
                    new RemainingTimeColumn())
                .StartAsync(context =>
                {
                    bars.Show(context);
                    return loading;
                });
        }

        return await loading;
    }

    /// <summary>A bar for each file, from the first byte of the first file.</summary>
    private sealed class Bars : IProgress<DownloadProgress>
    {
        private readonly TaskCompletionSource needed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Dictionary<string, ProgressTask> tasks = new(StringComparer.Ordinal);
        private readonly Lock gate = new();
        private ProgressContext? context;

        public Task Needed => needed.Task;

        public void Show(ProgressContext shown)
        {
            lock (gate)
            {
                context = shown;
            }
        }

        public void Report(DownloadProgress value)
        {
            needed.TrySetResult();
            lock (gate)
            {
                if (context is null)
                {
                    return;
                }

                if (!tasks.TryGetValue(value.File, out ProgressTask? task))
                {
                    task = tasks[value.File] = context.AddTask(Markup.Escape(value.File));
                }

                task.IsIndeterminate = value.Total is null;
                task.MaxValue = value.Total ?? double.MaxValue;
                task.Value = value.Bytes;
            }
        }
    }

    /// <summary>A line for each file, where nothing can change in place.</summary>
    private sealed class Lines(TextWriter error) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            if (value.Bytes == 0)
            {
                error.WriteLine($"Download  {value.File}{(value.Total is long total ? $", {total / 1e6:0.0} MB" : "")}");
            }
        }
    }
}
