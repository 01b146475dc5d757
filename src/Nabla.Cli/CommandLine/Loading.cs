using Nabla.Data;
using Spectre.Console;

namespace Nabla.Cli.CommandLine;

/// <summary>Loads data sets, with a bar for downloads.</summary>
internal static class Loading
{
    public static async Task<Dataset> LoadAsync(
        BuiltInDataset source, ulong seed, string? folder, Terminal terminal, CancellationToken cancellationToken)
    {
        DatasetOptions options = new() { Seed = seed, DataFolder = folder };
        return terminal.ErrorIsLive
            ? await terminal.LiveConsole().Progress().AutoClear(true).HideCompleted(false).StartAsync(context =>
                source.LoadAsync(options with { Progress = new Bars(context) }, cancellationToken))
            : await source.LoadAsync(options with { Progress = new Lines(terminal.Error) }, cancellationToken);
    }

    private sealed class Bars(ProgressContext context) : IProgress<DownloadProgress>
    {
        private readonly Dictionary<string, ProgressTask> tasks = new(StringComparer.Ordinal);

        public void Report(DownloadProgress value)
        {
            if (!tasks.TryGetValue(value.File, out ProgressTask? task))
            {
                task = tasks[value.File] = context.AddTask(Markup.Escape(value.File));
            }

            task.IsIndeterminate = value.Total is null;
            task.MaxValue = value.Total ?? double.MaxValue;
            task.Value = value.Bytes;
        }
    }

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
