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
        PriorityQueue<(int Sample, float[] Outputs), double> worst = new();
        ImmutableArray<(double, double)>.Builder pairs = ImmutableArray.CreateBuilder<(double, double)>();
        int count = Math.Min(MostSamples, samples.Count);
        int every = Math.Max(1, count / MostPairs);
        model.Predict(
            samples,
            (sample, outputs) =>
            {
                double error;
                if (samples.Labels is ImmutableArray<int> labels)
                {
                    int said = Largest(outputs);
                    confusion?.Add(labels[sample], said);
                    error = 1 - outputs[labels[sample]];
                    if (said == labels[sample])
                    {
                        // What was read right is no bad example, however narrow it was.
                        return;
                    }
                }
                else
                {
                    ImmutableArray<double> targets = samples.TargetsOf(sample);
                    error = 0;
                    for (int i = 0; i < targets.Length; i++)
                    {
                        error += (outputs[i] - targets[i]) * (outputs[i] - targets[i]);
                    }

                    if (sample % every == 0)
                    {
                        pairs.Add((SampleText.Decoded(data, targets[0]), SampleText.Decoded(data, outputs[0])));
                    }
                }

                worst.Enqueue((sample, outputs.ToArray()), error);
                if (worst.Count > MostWorst)
                {
                    worst.Dequeue();
                }
            },
            count);
        List<WorstSample> examples = [];
        while (worst.TryDequeue(out (int Sample, float[] Outputs) one, out double error))
        {
            examples.Add(ExampleOf(data, samples, one.Sample, one.Outputs, error));
        }

        examples.Reverse();
        return new(data.Validation is null ? "training" : "held-out", count, samples.Count, confusion, pairs.ToImmutable(), [.. examples]);
    }

    private static WorstSample ExampleOf(Dataset data, Samples samples, int sample, float[] outputs, double error) => samples.Labels is ImmutableArray<int> labels
        ? new(sample + 1, samples.InputsOf(sample), data.Classes[labels[sample]], data.Classes[Largest(outputs)], error)
        : new(sample + 1, samples.InputsOf(sample), SampleText.Number(SampleText.Decoded(data, samples.TargetsOf(sample)[0])), SampleText.Number(SampleText.Decoded(data, outputs[0])), error);

    private static int Largest(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }
}
