using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Verification;
using Nabla.Checking;
using Nabla.Cli.CommandLine;
using Nabla.Cli.Train;
using Nabla.Data;
using Nabla.Training;

namespace Nabla.Cli.Report;

/// <summary>Gathers what a report shows of a trained model.</summary>
internal static class ReportData
{
    private const int MostExamples = 20;
    private const int MostNeurons = 100;
    private const int MostShownInputs = 8;
    private const int ProofSamples = 4;

    /// <summary>What the report shows.</summary>
    public static ReportContent Of<T>(TrainingSetup setup, Model<T> model, Trainer<T> trainer, IReadOnlyList<EpochReport> reports)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Part part = setup.Data.CountOf(Part.Test) > 0 ? Part.Test : Part.Train;
        Samples samples = setup.Data.Read(part).First();
        bool isPlain = trainer.Network == model.Expression;
        return new()
        {
            Setup = setup,
            Reports = reports,
            Seconds = trainer.Seconds,
            RestoredEpoch = trainer.RestoredEpoch,
            Numbers = setup.Data.IsClassification ? null : RegressionMetrics.Of(model, setup.Data, part),
            Settings = setup.Describe(reports.Count, testAccuracy: null).Training,
            Confusion = setup.Data.IsClassification ? ClassificationMetrics.Of(model, setup.Data, part).Confusion : null,
            Part = part == Part.Train ? "training" : "test",
            Worst = Worst(setup, model, part),
            FirstLayer = samples.PictureSide is int side ? [.. Pictures(model.Parameters[model.Expression.Layers[0].Weights], side)] : [],
            Proof = TrainingCheck.Run(trainer, model, samples, ProofSamples),
            ProofSamples = Math.Min(ProofSamples, samples.Count),
            IsPlain = isPlain,

            // The textbook's lines are of a loss of the outputs alone.
            Derivation = NetworkDerivation.Of(
                trainer.Network, trainer.Derivation, isPlain && !setup.Loss.NeedsPreActivations ? DerivationStyle.Textbook : DerivationStyle.Differential),
        };
    }

    private static List<Example> Worst<T>(TrainingSetup setup, Model<T> model, Part part)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Of each sample only how wrong it is; the few worst are asked again.
        PriorityQueue<(Samples Samples, int First, int Sample, double[] Outputs), double> worst = new();
        int first = 0;
        foreach (Samples samples in setup.Data.Read(part))
        {
            int from = first;
            model.Predict(samples, (sample, column) =>
            {
                double[] outputs = new double[column.Length];
                for (int i = 0; i < outputs.Length; i++)
                {
                    outputs[i] = double.CreateChecked(column[i]);
                }

                double error = Wrongness(samples, sample, outputs);
                if (worst.Count < MostExamples)
                {
                    worst.Enqueue((samples, from, sample, outputs), error);
                }
                else
                {
                    worst.EnqueueDequeue((samples, from, sample, outputs), error);
                }
            });
            first += samples.Count;
        }

        List<Example> examples = [];
        while (worst.TryDequeue(out (Samples Samples, int First, int Sample, double[] Outputs) one, out _))
        {
            examples.Add(ExampleOf(setup, model, one.Samples, one.Sample, one.First, one.Outputs));
        }

        examples.Reverse();
        return [.. examples.OrderByDescending(example => example.Loss)];
    }

    /// <summary>How wrong outputs are: of a class what is missing to 1, of numbers the sum of squares.</summary>
    private static double Wrongness(Samples samples, int sample, double[] outputs) => samples.Targets switch
    {
        ClassTargets classes => 1 - outputs[classes.Labels[sample]] + (Largest(outputs) == classes.Labels[sample] ? 0 : 1),
        _ => outputs.Zip(samples.TargetsOf(sample), (output, target) => (output - target) * (output - target)).Sum(),
    };

    private static int Largest(double[] values) => Array.IndexOf(values, values.Max());

    private static Example ExampleOf<T>(TrainingSetup setup, Model<T> model, Samples samples, int sample, int first, double[] outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ImmutableArray<double> inputs = samples.InputsOf(sample);
        ImmutableArray<double> targets = samples.TargetsOf(sample);
        (string target, string output) = samples.Targets is ClassTargets classes
            ? (setup.Data.Classes[classes.Labels[sample]], $"taken for {setup.Data.Classes[Largest(outputs)]}")
            : (Numbers(InUnits(targets)), Numbers(InUnits(outputs)));
        double loss = model.MeanLoss(new(new NumberFeatures(inputs, inputs.Length), samples.Targets is ClassTargets some ? new ClassTargets([some.Labels[sample]], some.Size) : new NumberTargets(targets, targets.Length)));
        return samples.PictureSide is int side
            ? new(first + sample + 1, Picture(inputs, side), "", target, output, loss)
            : new(first + sample + 1, null, setup.Data.Preprocessing.IsTable ? Cells(setup.Data.Preprocessing, inputs) : Numbers(inputs), target, output, loss);

        ImmutableArray<double> InUnits(IReadOnlyList<double> values) => [.. values.Select(value => setup.Data.Preprocessing.Target?.Decode(value) ?? value)];
    }

    /// <summary>The cells that inputs came from, with the names of their columns.</summary>
    private static string Cells(Preprocessing preprocessing, ImmutableArray<double> inputs)
    {
        List<string> cells = [];
        int first = 0;
        foreach (ColumnEncoding column in preprocessing.Columns)
        {
            ReadOnlySpan<double> own = inputs.AsSpan(first, column.Inputs);
            string value = column switch
            {
                NumberEncoding number => (own[0] * number.Scale + number.Mean).ToString("G6", CultureInfo.InvariantCulture),
                CategoryEncoding category when own.IndexOf(1) is var level and >= 0 => level < category.Levels.Length ? category.Levels[level] : "(missing)",
                _ => "(another)",
            };
            cells.Add($"{column.Name} = {value}");
            first += column.Inputs;
        }

        return string.Join(", ", cells.Take(MostShownInputs)) + (cells.Count > MostShownInputs ? ", …" : "");
    }

    private static string Numbers(IReadOnlyList<double> values) =>
        string.Join(", ", values.Take(MostShownInputs).Select(value => value.ToString("G4", CultureInfo.InvariantCulture))) + (values.Count > MostShownInputs ? ", …" : "");

    private static string Picture(ImmutableArray<double> gray, int side)
    {
        byte[] pixels = new byte[3 * gray.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)Math.Clamp(255 * gray[i / 3], 0, 255);
        }

        return Png.DataAddress(side, pixels);
    }

    /// <summary>A picture of each row of W, as bright as its weights are large beside its own largest.</summary>
    private static IEnumerable<string> Pictures(Matrix weights, int side)
    {
        for (int row = 0; row < Math.Min(weights.Rows, MostNeurons); row++)
        {
            double largest = Enumerable.Range(0, weights.Columns).Max(j => Math.Abs(weights[row, j]));
            byte[] pixels = new byte[3 * weights.Columns];
            for (int j = 0; j < weights.Columns; j++)
            {
                double share = largest > 0 ? weights[row, j] / largest : 0;
                (double red, double green, double blue) = share >= 0 ? (1.0, 0.6, 0.1) : (0.25, 0.6, 1.0);
                double bright = 255 * Math.Abs(share);
                (pixels[3 * j], pixels[(3 * j) + 1], pixels[(3 * j) + 2]) = ((byte)(red * bright), (byte)(green * bright), (byte)(blue * bright));
            }

            yield return Png.DataAddress(side, pixels);
        }
    }
}
