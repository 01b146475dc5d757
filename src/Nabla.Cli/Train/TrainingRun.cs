using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Cli.CommandLine;
using Nabla.Data;
using Nabla.Models;
using Nabla.Training;

namespace Nabla.Cli.Train;

/// <summary>One training, from the first weights to the file.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TrainingRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TrainingSetup setup;
    private readonly Terminal terminal;
    private readonly Model<T> model;

    public TrainingRun(TrainingSetup setup, Terminal terminal)
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
    }

    /// <summary>Trains, saves and reports; gives the exit code.</summary>
    public int Run(Interruption interruption)
    {
        Trainer<T> trainer = new(model, setup.Data, setup.Options);
        Announcement.Write(terminal.Error, setup, trainer.PathName);
        List<EpochReport> reports = [];
        bool stopped = false;
        ProgressView.Show(terminal, setup, view =>
        {
            try
            {
                foreach (EpochReport report in trainer.Run(view.Step, interruption.Token))
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
        Save(setup.Describe(reports.Count, stopped ? null : reports[^1].TestAccuracy));
        Report(trainer, reports, stopped);
        if (!stopped)
        {
            return ExitCode.Done;
        }

        terminal.Error.WriteLine(
            $"nabla: interrupted in epoch {reports.Count + 1} of {setup.Options.Epochs}; the model as it was then is in {setup.Request.Out}");
        return interruption.ExitCode ?? ExitCode.Interrupted;
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

    private void Report(Trainer<T> trainer, List<EpochReport> reports, bool stopped)
    {
        Measures? measures = setup.Data.Test is Samples test && (setup.Request.Json || !stopped) ? Measures.Of(model, test, setup.Data) : null;
        if (setup.Request.Json)
        {
            Events.Done(terminal.Output, reports, trainer.Seconds, setup.Request.Out, measures);
        }
        else if (!stopped)
        {
            Summary.Write(terminal, setup, reports, trainer.Seconds, measures);
            Summary.WriteOutputs(terminal, setup, SmallTable(trainer));
            Summary.WriteNext(terminal.Output, setup);
        }
    }

    /// <summary>The outputs to show in full, a column a sample, where the data is a small table of numbers that nothing was done to.</summary>
    private (string Title, Matrix Outputs)? SmallTable(Trainer<T> trainer)
    {
        Samples samples = setup.Data.Train;
        if (setup.Data.Preprocessing.IsTable || samples.Count > Summary.MostRows || samples.Targets is not NumberTargets || samples.Features is not NumberFeatures)
        {
            return null;
        }

        if (trainer.LastBatch.Length == samples.Count)
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
