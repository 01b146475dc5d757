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
        double rate = (double)report.Epoch * setup.Data.Train.Count / report.Seconds;
        error.WriteLine(
            $"epoch {report.Epoch.ToString().PadLeft($"{epochs}".Length)}/{epochs}  loss {report.Loss:0.00000}"
            + Summary.Accuracy("  train", report.TrainAccuracy) + Summary.Accuracy("  test", report.TestAccuracy)
            + $"  {rate:N0} samples/s  {report.Seconds:0.00} s");
    }
}

/// <summary>A bar with the epoch, the loss, the accuracy, the speed and the time left.</summary>
internal sealed class LiveView : ProgressView
{
    // Below this width the line would wrap: the accuracy on the training samples gives way as soon as there is one on the test samples.
    private const int WideEnough = 105;

    private readonly ProgressTask task;
    private readonly TrainingSetup setup;
    private readonly bool wide;
    private double? testAccuracy;

    private LiveView(ProgressTask task, TrainingSetup setup, bool wide) => (this.task, this.setup, this.wide) = (task, setup, wide);

    public static void Run(Terminal terminal, TrainingSetup setup, Action<ProgressView> work)
    {
        IAnsiConsole console = terminal.LiveConsole();
        bool roomy = console.Profile.Width >= WideEnough;
        console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn { Width = roomy ? 24 : 10 }, new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context => work(new LiveView(
                context.AddTask("epoch 1", maxValue: (double)setup.Options.Epochs * setup.Data.Train.Count), setup, roomy)));
    }

    public override void Step(TrainingProgress progress)
    {
        int count = setup.Data.Train.Count;
        double seen = (double)(progress.Epoch - 1) * count + progress.Samples;
        double rate = seen / progress.Seconds;
        TimeSpan left = TimeSpan.FromSeconds((task.MaxValue - seen) / rate);
        double? trainAccuracy = wide || testAccuracy is null ? progress.TrainAccuracy : null;
        task.Value = seen;
        task.Description = $"epoch {progress.Epoch}/{setup.Options.Epochs}  loss {progress.Loss:0.0000}"
            + Summary.Accuracy("  train", trainAccuracy) + Summary.Accuracy("  test", testAccuracy)
            + $"  {rate:N0} samples/s  {(left.TotalHours >= 1 ? $"{left:h\\:mm\\:ss}" : $"{left:m\\:ss}")} left";
    }

    public override void EpochDone(EpochReport report) => testAccuracy = report.TestAccuracy;
}
