using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Cli.CommandLine;
using Nabla.Cli.Report;
using Nabla.Data;
using Nabla.Models;
using Nabla.Training;

namespace Nabla.Cli.Train;

/// <summary>One training, from the first weights to the file.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TrainingRun<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly TimeSpan leastBetweenEpochs = TimeSpan.FromSeconds(1);

    private readonly TrainingSetup setup;
    private readonly Terminal terminal;
    private readonly Model<T> model;
    private readonly CheckpointFolder? folder;
    private readonly string fingerprint = "";
    private long lastSaved;

    /// <exception cref="OperationCanceledException">It was told to stop while it looked through the data.</exception>
    public TrainingRun(TrainingSetup setup, Terminal terminal, CancellationToken cancellationToken)
    {
        (this.setup, this.terminal) = (setup, terminal);
        model = new(setup.Network, setup.Loss, setup.Reduction);
        if (setup.InitialWeights.IsEmpty)
        {
            model.Initialize(setup.Initializer, setup.Request.Seed);
        }

        foreach ((double[,] weights, SymbolicLayer layer) in setup.InitialWeights.Zip(model.Expression.Layers))
        {
            model.Parameters[layer.Weights] = Matrix.From(weights.GetLength(0), weights.GetLength(1), (i, j) => weights[i, j]);
        }

        if (setup.Request.WarmStart is { } warm)
        {
            Model<T> from = ModelFile.ToModel<T>(warm.Description, warm.File);
            foreach ((Symbol own, Symbol other) in model.Expression.Parameters.Zip(from.Expression.Parameters))
            {
                model.Parameters[own] = from.Parameters[other];
            }
        }

        if (setup.Request.CheckpointFolder is string path)
        {
            folder = new(path);
            fingerprint = setup.Data.Fingerprint(cancellationToken);
        }
    }

    public void Dispose() => folder?.Dispose();

    /// <summary>Trains, saves and reports; gives the exit code.</summary>
    public int Run(Interruption interruption)
    {
        Trainer<T> trainer = new(model, setup.Data, setup.Options);
        PrepareCheckpoints(trainer);
        Announcement.Write(terminal, setup, trainer.PathName);
        bool replaces = File.Exists(setup.Request.Out);
        if (replaces && setup.Request.From is null)
        {
            terminal.Error.WriteLine($"Note      {setup.Request.Out} is there already; it is replaced when this training ends, or is interrupted after its first epoch");
        }

        GoOn(trainer);
        List<EpochReport> reports = [.. trainer.Position.Reports];
        bool stopped = false;
        ProgressView.Show(terminal, setup, view =>
        {
            try
            {
                foreach (EpochReport report in trainer.Run(view.Step, folder is null ? null : () => SaveIfDue(trainer), interruption.Token))
                {
                    reports.Add(report);
                    if (setup.Request.Json)
                    {
                        Events.Epoch(terminal.Output, report);
                    }

                    view.EpochDone(report);
                }
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                stopped = true;
            }
        });
        RequireFiniteParameters();
        if (stopped && folder is not null)
        {
            SaveCheckpoint(trainer);
        }

        int? best = stopped ? KeepBest(trainer) : trainer.RestoredEpoch;

        // Less than an epoch of a new training is no reason to lose the model of an earlier one.
        bool isWritten = !stopped || reports.Count > 0 || !replaces;
        if (isWritten)
        {
            Save(setup.Describe(reports.Count, stopped && best is null ? null : reports[(best ?? reports.Count) - 1].TestAccuracy));
        }

        if (!stopped)
        {
            // Whoever interrupts does not wait for a gradient check.
            WriteReport(trainer, reports);
        }

        Report(trainer, reports, stopped, best, isWritten);
        if (!stopped)
        {
            return ExitCode.Done;
        }

        string what = !isWritten ? $"{setup.Request.Out} is still the model that was there before"
            : best is int epoch ? $"the weights of epoch {epoch}, the best so far, are in {setup.Request.Out}"
            : $"the model as it was then is in {setup.Request.Out}";
        terminal.Error.WriteLine(
            $"nabla: interrupted in epoch {reports.Count + 1} of {setup.Options.Epochs}; {what}"
            + (folder is null ? "" : $"; nabla train --resume {ModelPath.Quoted(folder.Path)} goes on from there"));
        return interruption.ExitCode ?? ExitCode.Interrupted;
    }

    /// <summary>Gives the model the weights that early stopping would have given it, had it ended here; the epoch they are of.</summary>
    private int? KeepBest(Trainer<T> trainer)
    {
        if (trainer is { BestEpoch: int epoch, BestParameters: { } kept })
        {
            foreach (Symbol parameter in kept.Parameters)
            {
                model.Parameters[parameter] = kept[parameter];
            }

            return epoch;
        }

        return null;
    }

    private void PrepareCheckpoints(Trainer<T> trainer)
    {
        if (folder is null)
        {
            return;
        }

        if (!trainer.CanBeResumed)
        {
            throw new ArgumentException("--checkpoint does not go with --optimizer lbfgs, which remembers its last steps; another optimizer can be resumed");
        }

        if (setup.Request.From is Checkpoint from && from.DataFingerprint != fingerprint)
        {
            throw new InvalidDataException($"{from.File}: the samples of {setup.Data.Name} are not those that the training began with; to the same bits it goes on with the same data only");
        }

        try
        {
            folder.Prepare();
        }
        catch (Exception e) when (OutputException.IsCause(e))
        {
            throw new OutputException($"checkpoints cannot be written to {folder.Path}", e);
        }

        if (setup.Request.From is null)
        {
            // Once more, now that nobody else writes there.
            ModelPath.RequireUnused(folder);
        }
    }

    /// <summary>Takes up what a checkpoint has kept.</summary>
    private void GoOn(Trainer<T> trainer)
    {
        if (setup.Request.From is Checkpoint from)
        {
            from.Restore(model, trainer);
            TrainingPosition at = trainer.Position;
            terminal.Error.WriteLine($"Resumed   from {from.File}: {at.Epoch - 1:N0} of {setup.Options.Epochs:N0} epochs and {at.Samples:N0} samples of the next");
        }
    }

    /// <summary>Where epochs take milliseconds not each of them is worth a file; what was asked for by --every is, and the end.</summary>
    private void SaveIfDue(Trainer<T> trainer)
    {
        TrainingPosition at = trainer.Position;
        bool isAsked = setup.Options.CheckpointEvery is int every && at.Steps % every == 0;
        if (isAsked || at.Epoch > setup.Options.Epochs || lastSaved == 0 || setup.Options.Clock.GetElapsedTime(lastSaved) >= leastBetweenEpochs)
        {
            SaveCheckpoint(trainer);
        }
    }

    private void SaveCheckpoint(Trainer<T> trainer)
    {
        TrainingPosition at = trainer.Position;
        if (model.Parameters.FindNonFinite() is not null)
        {
            // The next step says so and ends the training; the checkpoint before this one is what is worth going on from.
            return;
        }

        lastSaved = setup.Options.Clock.GetTimestamp();
        try
        {
            folder!.Save(model, trainer, setup.Describe(at.Epoch - 1, at.Reports.LastOrDefault()?.TestAccuracy), setup.Request.Arguments, fingerprint);
        }
        catch (Exception e) when (OutputException.IsCause(e))
        {
            throw new OutputException($"the checkpoint of epoch {at.Epoch}, step {at.Steps} cannot be written to {folder!.Path}, so training stops; the checkpoints before it are whole", e);
        }
    }

    private void Save(ModelDescription description)
    {
        try
        {
            ModelFile.Save(setup.Request.Out, model, description);
        }
        catch (Exception e) when (OutputException.IsCause(e))
        {
            throw new OutputException($"the model cannot be written to {setup.Request.Out}", e);
        }
    }

    private void WriteReport(Trainer<T> trainer, List<EpochReport> reports)
    {
        if (reports.Count == 0)
        {
            return;
        }

        if (setup.Request.Plot is string picture)
        {
            Write("picture", picture, () => Pictures.Write(picture, $"{setup.Network} on {setup.Data.Name}", reports));
        }

        if (setup.Request.Report is string file)
        {
            string page = ReportPage.Write(ReportData.Of(setup, model, trainer, reports));
            Write("report", file, () => File.WriteAllText(file, page));
        }

        void Write(string what, string path, Action write)
        {
            try
            {
                write();
            }
            catch (Exception e) when (OutputException.IsCause(e))
            {
                throw new OutputException($"the {what} cannot be written to {path}; the model is in {setup.Request.Out}", e);
            }
        }
    }

    private void Report(Trainer<T> trainer, List<EpochReport> reports, bool stopped, int? best, bool isWritten)
    {
        // Whoever interrupts does not wait until a file has been read once more.
        bool measured = setup.Data.CountOf(Part.Test) > 0 && (!stopped || (setup.Request.Json && setup.Data is Dataset));
        Measures? measures = measured ? Measures.Of(model, setup.Data, Part.Test) : null;
        if (setup.Request.Json)
        {
            Events.Done(terminal.Output, reports, best, trainer.Seconds, isWritten ? setup.Request.Out : null, measures);
        }
        else if (!stopped)
        {
            Summary.Write(terminal, setup, reports, best, trainer.Seconds, measures);
            Summary.WriteOutputs(terminal, setup, SmallTable(trainer));
            Summary.WriteNext(terminal.Output, setup);
        }
    }

    /// <summary>The outputs to show in full, a column a sample, where the data is a small table of numbers that nothing was done to.</summary>
    private (string Title, Matrix Outputs)? SmallTable(Trainer<T> trainer)
    {
        if (setup.Data is not Dataset { Train: Samples samples } || setup.Data.Preprocessing.IsTable || samples.Count > Summary.MostRows || samples.Targets is not NumberTargets || samples.Features is not NumberFeatures)
        {
            return null;
        }

        if (trainer.LastBatch.Length == samples.Count && setup.Request.From is null)
        {
            Matrix last = trainer.LastOutputs;
            Matrix ordered = new(last.Rows, last.Columns);
            for (int j = 0; j < last.Columns; j++)
            {
                last.Elements.Slice(j * last.Rows, last.Rows).CopyTo(ordered.Elements[(trainer.LastBatch[j] * last.Rows)..]);
            }

            return ("Outputs of the last forward pass, before the last update", ordered);
        }

        Matrix outputs = new(samples.Outputs, samples.Count);
        model.Predict(samples, (sample, column) =>
        {
            for (int i = 0; i < column.Length; i++)
            {
                outputs[i, sample] = double.CreateChecked(column[i]);
            }
        });
        return ("Outputs of the trained network", outputs);
    }

    /// <summary>The last update may overflow after the last loss was still finite; such a model is not worth a file.</summary>
    private void RequireFiniteParameters()
    {
        if (model.Parameters.FindNonFinite() is var (parameter, value))
        {
            throw new NonFiniteLossException(
                $"{parameter.Name} holds {value} after the last step: training has diverged; a smaller learning rate than {setup.Options.LearningRate} may help");
        }
    }
}
