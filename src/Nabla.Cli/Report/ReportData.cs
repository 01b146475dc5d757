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
        WorstSamples worst = new(MostExamples);
        int first = 0;
        int? side = null;
        foreach (Samples samples in setup.Data.Read(part))
        {
            int before = first;
            side = samples.PictureSide;
            model.Predict(samples, (sample, outputs) => worst.Add(samples, sample, outputs, before));
            first += samples.Count;
        }

        return [.. worst.InOrder.Select(one => ExampleOf(setup, model, one, side)).OrderByDescending(example => example.Loss)];
    }

    private static Example ExampleOf<T>(TrainingSetup setup, Model<T> model, JudgedSample one, int? side)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Targets targets, string target, string output) = one is { Label: int label, TakenFor: int takenFor }
            ? (new ClassTargets([label], one.Targets.Length), setup.Data.Classes[label], $"taken for {setup.Data.Classes[takenFor]}")
            : ((Targets)new NumberTargets(one.Targets, one.Targets.Length), Numbers(InUnits(one.Targets)), Numbers(InUnits(one.Outputs)));
        double loss = model.MeanLoss(new(new NumberFeatures(one.Inputs, one.Inputs.Length), targets));
        return side is int pixels
            ? new(one.Number, Picture(one.Inputs, pixels), "", target, output, loss)
            : new(one.Number, null, setup.Data.Preprocessing.IsTable ? Cells(setup.Data.Preprocessing, one.Inputs) : Numbers(one.Inputs), target, output, loss);

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
