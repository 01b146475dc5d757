using System.Collections.Immutable;
using Nabla.Data;
using Nabla.Training;

namespace Nabla.Studio.Experiments;

/// <summary>A sample that the network gets badly wrong.</summary>
/// <param name="Number">Its number in its part of the data, counted from 1.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Target">What was right.</param>
/// <param name="Output">What the network said.</param>
/// <param name="Error">1 − the output for the right class, or the sum of squared differences.</param>
public sealed record WorstSample(int Number, ImmutableArray<double> Inputs, string Target, string Output, double Error);

/// <summary>What a network makes of samples that it was not trained with.</summary>
/// <param name="Part">Which samples: those held out, or those of the training where none are.</param>
/// <param name="Count">How many were asked.</param>
/// <param name="All">How many there are.</param>
/// <param name="Confusion">How often each class was taken for each; null where the targets are numbers, or classes by the thousands.</param>
/// <param name="Pairs">What was right and what was said, of the first output, where the targets are numbers; in the units of the data.</param>
/// <param name="Worst">The samples that are furthest off, the worst first.</param>
public sealed record HeldOut(
    string Part, int Count, int All, ConfusionMatrix? Confusion, ImmutableArray<(double Right, double Said)> Pairs, ImmutableArray<WorstSample> Worst)
{
    /// <summary>More than so many are not asked: the training shall not wait for a look at it.</summary>
    public const int MostSamples = 2000;

    /// <summary>Of more classes no confusions are counted: the matrix would have millions of elements.</summary>
    public const int MostClasses = 1000;

    private const int MostPairs = 300;
    private const int MostWorst = 12;

    /// <summary>Asks the network. It belongs to the caller meanwhile.</summary>
    public static HeldOut Of(Model<float> model, Dataset data)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        Samples samples = data.Validation ?? data.Train;
        ConfusionMatrix? confusion = samples.Labels is null || samples.Outputs > MostClasses ? null : new(samples.Outputs);
        WorstSamples worst = new(MostWorst);
        ImmutableArray<(double, double)>.Builder pairs = ImmutableArray.CreateBuilder<(double, double)>();
        int count = Math.Min(MostSamples, samples.Count);
        int every = Math.Max(1, count / MostPairs);
        model.Predict(
            samples,
            (sample, outputs) =>
            {
                worst.Add(samples, sample, outputs);
                if (samples.Labels is ImmutableArray<int> labels)
                {
                    confusion?.Add(labels[sample], outputs);
                }
                else if (sample % every == 0)
                {
                    pairs.Add((SampleText.Decoded(data, samples.TargetsOf(sample)[0]), SampleText.Decoded(data, outputs[0])));
                }
            },
            count);

        // What was read right is no bad example, however narrow it was.
        return new(
            data.Validation is null ? "training" : "held-out",
            count,
            samples.Count,
            confusion,
            pairs.ToImmutable(),
            [.. worst.InOrder.Where(one => !one.IsRight).Select(one => ExampleOf(data, one))]);
    }

    private static WorstSample ExampleOf(Dataset data, JudgedSample one) => one is { Label: int label, TakenFor: int takenFor }
        ? new(one.Number, one.Inputs, data.Classes[label], data.Classes[takenFor], one.Wrongness)
        : new(one.Number, one.Inputs, SampleText.Number(SampleText.Decoded(data, one.Targets[0])), SampleText.Number(SampleText.Decoded(data, one.Outputs[0])), one.Wrongness);
}
