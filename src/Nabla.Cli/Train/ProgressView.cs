using Nabla.Data;
using Nabla.Training;
using Spectre.Console;

namespace Nabla.Cli.Train;

/// <summary>Shows on stderr how far training is.</summary>
internal abstract class ProgressView
{
    /// <summary>Called about ten times a second, and at the end of each epoch.</summary>
    public virtual void Step(TrainingProgress progress)
    {
    }

    /// <summary>Called after each epoch's evaluation.</summary>
    public virtual void EpochDone(EpochReport report)
    {
    }

    /// <summary>Runs the work with the view that the receiver of stderr can show.</summary>
    public static void Show(Terminal terminal, TrainingSetup setup, Action<ProgressView> work)
    {
        if (setup.Request.Json && terminal.OutputIsTerminal && terminal.ErrorIsLive)
        {
            // The events scroll by on the same screen and are progress enough; a bar would be torn apart by them.
            work(new SilentView());
        }
        else if (terminal.ErrorIsLive)
        {
            LiveView.Run(terminal, setup, work);
        }
        else
        {
            work(new PlainView(terminal.Error, setup));
        }
    }

    private sealed class SilentView : ProgressView;
}

/// <summary>At most one line an epoch, and about twenty in all: for logs and pipes.</summary>
internal sealed class PlainView(TextWriter error, TrainingSetup setup) : ProgressView
{
    private const int Lines = 20;
    private const double SecondsOfSilence = 10;

    private double last;

    public override void EpochDone(EpochReport report)
    {
        int epochs = setup.Options.Epochs;
        int stride = (epochs + Lines - 1) / Lines;
        if (report.Epoch % stride != 0 && report.Epoch != epochs && report.Seconds - last < SecondsOfSilence)
        {
            return;
        }

        last = report.Seconds;
        double rate = (double)report.Epoch * setup.Data.CountOf(Part.Train) / report.Seconds;
        error.WriteLine(
            $"epoch {report.Epoch.ToString().PadLeft($"{epochs}".Length)}/{epochs}  loss {report.Loss:0.00000}"
            + Summary.Accuracy("  train", report.TrainAccuracy)
            + (report.ValidationLoss is double held ? $"  validation {held:0.00000}" : "") + Summary.Accuracy("  test", report.TestAccuracy)
            + $"  {rate:N0} samples/s  {report.Seconds:0.00} s");
    }
}

/// <summary>A bar with the epoch, the loss, the time left, the accuracies and the speed, as far as the screen is wide enough.</summary>
internal sealed class LiveView : ProgressView
{
    private const int WideEnough = 105;

    // Between the bar and the text, and at the end of the line: a full line wraps on some terminals.
    private const int Gaps = 3;

    private readonly ProgressTask task;
    private readonly TrainingSetup setup;
    private readonly int width;
    private EpochReport? last;

    private LiveView(ProgressTask task, TrainingSetup setup, int width) => (this.task, this.setup, this.width) = (task, setup, width);

    public static void Run(Terminal terminal, TrainingSetup setup, Action<ProgressView> work)
    {
        IAnsiConsole console = terminal.LiveConsole();
        int bar = console.Profile.Width >= WideEnough ? 24 : 10;
        console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn { Width = bar }, new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context => work(new LiveView(
                context.AddTask("epoch 1", maxValue: (double)setup.Options.Epochs * setup.Data.CountOf(Part.Train)),
                setup,
                console.Profile.Width - bar - Gaps)));
    }

    public override void Step(TrainingProgress progress)
    {
        int count = setup.Data.CountOf(Part.Train);
        double seen = (double)(progress.Epoch - 1) * count + progress.Samples;
        task.Value = seen;
        task.Description = Line(progress, setup.Options.Epochs, seen, task.MaxValue, last, width);
    }

    public override void EpochDone(EpochReport report) => last = report;

    /// <summary>What stands beside the bar: what matters most, in a fixed order, as far as it fits.</summary>
    /// <param name="progress">Where training stands.</param>
    /// <param name="epochs">The number of epochs.</param>
    /// <param name="seen">The samples seen since the beginning.</param>
    /// <param name="all">The samples to see.</param>
    /// <param name="last">The last whole epoch, which the accuracy on the test samples belongs to.</param>
    /// <param name="width">The columns that there are.</param>
    internal static string Line(TrainingProgress progress, int epochs, double seen, double all, EpochReport? last, int width)
    {
        double rate = seen / progress.Seconds;
        TimeSpan left = TimeSpan.FromSeconds(double.IsFinite(rate) && rate > 0 ? Math.Min((all - seen) / rate, TimeSpan.MaxValue.TotalSeconds / 2) : 0);
        (string Text, int Rank)[] parts =
        [
            ($"epoch {progress.Epoch}/{epochs}", 0),
            ($"loss {progress.Loss:0.0000}", 1),
            (Summary.Accuracy("train", progress.TrainAccuracy), 4),
            (last?.TestAccuracy is null ? "" : Summary.Accuracy("test", last.TestAccuracy) + $" after epoch {last.Epoch}", 3),
            ($"{rate:N0} samples/s", 5),
            ($"{(left.TotalHours >= 1 ? $"{(long)left.TotalHours}:{left:mm\\:ss}" : $"{left:m\\:ss}")} left", 2),
        ];
        HashSet<int> shown = [];
        foreach ((string text, int rank) in parts.Where(part => part.Text.Length > 0).OrderBy(part => part.Rank))
        {
            shown.Add(rank);
            if (Joined().Length > width)
            {
                shown.Remove(rank);
                break;
            }
        }

        return Joined();

        string Joined() => string.Join("  ", parts.Where(part => shown.Contains(part.Rank)).Select(part => part.Text));
    }
}
