using System.Numerics;
using Nabla.Data;

namespace Nabla.Training;

/// <summary>What a classifier is worth on samples whose classes are known.</summary>
public sealed class ClassificationMetrics
{
    /// <summary>Above so many scores the areas under the curves, which need them all at once, are not computed.</summary>
    private const long MostScores = 1 << 24;

    private readonly long[] ranks;
    private readonly double[] areas;

    private ClassificationMetrics(ConfusionMatrix confusion, long[] ranks, double logLoss, double[] areas) =>
        (Confusion, this.ranks, LogLoss, this.areas) = (confusion, ranks, logLoss, areas);

    /// <summary>How often samples of each class were taken for each class.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>The number of classes.</summary>
    public int Classes => Confusion.Classes;

    /// <summary>The fraction of the samples that were taken for what they are.</summary>
    public double Accuracy => Confusion.Accuracy;

    /// <summary>
    /// −mean of log p, p the probability that the model gives the true class, at least the distance of 1 to the next number of the model's precision. NaN where the
    /// outputs are not probabilities.
    /// </summary>
    public double LogLoss { get; }

    /// <summary>The mean of the classes' precisions, where one that does not exist counts 0.</summary>
    public double MacroPrecision => Mean(Precision);

    /// <summary>The mean of the classes' recalls, where one that does not exist counts 0.</summary>
    public double MacroRecall => Mean(Recall);

    /// <summary>The mean of the classes' F1.</summary>
    public double MacroF1 => Mean(F1);

    /// <summary>The mean of the classes' areas under the curve, over the classes that have one; NaN where none has.</summary>
    public double MacroRocAuc => areas.Where(area => !double.IsNaN(area)).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Measures a model on samples with labels.</summary>
    /// <exception cref="ArgumentException">The samples have no labels, or do not fit the network.</exception>
    public static ClassificationMetrics Of<T>(Model<T> model, Samples samples)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(samples);
        return Of(model, [samples], samples.Outputs, samples.Count);
    }

    /// <summary>Measures a model on a part of a data set, which may be streamed.</summary>
    /// <exception cref="ArgumentException">There is no such part, it has no labels, or does not fit the network.</exception>
    public static ClassificationMetrics Of<T>(Model<T> model, TrainingData data, Data.Part part, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.CountOf(part) is > 0 and int count ? Of(model, data.Read(part, cancellationToken), data.Outputs, count)
            : throw new ArgumentException($"{data.Name} has no {part} part to measure on");
    }

    private static ClassificationMetrics Of<T>(Model<T> model, IEnumerable<Samples> sets, int classes, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ConfusionMatrix confusion = new(classes);
        long[] counts = new long[classes];
        double least = double.CreateChecked(T.BitIncrement(T.One) - T.One);
        double sum = 0;
        bool ranked = (long)classes * count <= MostScores;
        float[][] scores = [.. Enumerable.Range(0, classes).Select(_ => new float[ranked ? count : 0])];
        int[] labels = new int[ranked ? count : 0];
        int first = 0;
        foreach (Samples samples in sets)
        {
            IReadOnlyList<int> ofSet = samples.Labels ?? throw new ArgumentException("the samples have numbers as targets, not classes");
            model.Predict(samples, (sample, outputs) => Add(first + sample, ofSet[sample], outputs));
            first += samples.Count;
        }

        return new(
            confusion,
            counts,
            model.Network.Layers[^1].Activation.IsSoftmax ? sum / count : double.NaN,
            [.. scores.Select((column, i) => ranked ? RocAuc.Of(column, [.. labels.Select(label => label == i)]) : double.NaN)]);

        void Add(int sample, int label, ReadOnlySpan<T> outputs)
        {
            confusion.Add(label, outputs);
            counts[RankOf(outputs, label)]++;
            sum -= Math.Log(Math.Max(double.CreateChecked(outputs[label]), least));
            for (int i = 0; ranked && i < classes; i++)
            {
                scores[i][sample] = float.CreateChecked(outputs[i]);
            }

            if (ranked)
            {
                labels[sample] = label;
            }
        }
    }

    /// <summary>The fraction of the samples whose class is among those of the k largest outputs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">k is not from 1 to the number of classes.</exception>
    public double TopAccuracy(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, Classes);
        return (double)ranks.Take(k).Sum() / Confusion.Total;
    }

    /// <summary>How many samples are of a class.</summary>
    public long Support(int @class) => Enumerable.Range(0, Classes).Sum(j => Confusion[@class, j]);

    /// <summary>Of the samples that were taken for a class, the fraction that are; NaN where none was.</summary>
    public double Precision(int @class) => (double)Confusion[@class, @class] / Enumerable.Range(0, Classes).Sum(i => Confusion[i, @class]);

    /// <summary>Of the samples of a class, the fraction that were taken for it; NaN where there are none.</summary>
    public double Recall(int @class) => (double)Confusion[@class, @class] / Support(@class);

    /// <summary>2 · hits / (samples of the class + samples taken for it), the harmonic mean of precision and recall; NaN where both are none.</summary>
    public double F1(int @class) =>
        2.0 * Confusion[@class, @class] / (Support(@class) + Enumerable.Range(0, Classes).Sum(i => Confusion[i, @class]));

    /// <summary>The area under the curve of a class against all others; NaN where the samples are all of it, or none, or too many.</summary>
    public double RocAucOf(int @class) => areas[@class];

    private double Mean(Func<int, double> figure) =>
        Enumerable.Range(0, Classes).Average(i => double.IsNaN(figure(i)) ? 0 : figure(i));

    /// <summary>How many classes come before one: those with larger outputs, and the earlier ones of equal outputs.</summary>
    private static int RankOf<T>(ReadOnlySpan<T> outputs, int label)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rank = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            rank += outputs[i] > outputs[label] || (outputs[i] == outputs[label] && i < label) ? 1 : 0;
        }

        return rank;
    }
}
