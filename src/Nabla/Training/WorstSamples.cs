using System.Collections.Immutable;
using System.Numerics;
using Nabla.Data;

namespace Nabla.Training;

/// <summary>What a network makes of one sample.</summary>
/// <param name="Number">The number of the sample, counted from 1.</param>
/// <param name="Inputs">Its inputs, as the network sees them.</param>
/// <param name="Targets">What is right, a class as a one-hot column.</param>
/// <param name="Outputs">What the network says.</param>
/// <param name="Label">Its class; null where the targets are numbers.</param>
/// <param name="TakenFor">The class of the largest output; null where the targets are numbers.</param>
/// <param name="Wrongness">1 − the output of its class; of numbers Σ(a − y)².</param>
public sealed record JudgedSample(
    int Number, ImmutableArray<double> Inputs, ImmutableArray<double> Targets, ImmutableArray<double> Outputs, int? Label, int? TakenFor, double Wrongness)
{
    /// <summary>Whether it is taken for the class that it is; false where the targets are numbers.</summary>
    public bool IsRight => Label is int label && label == TakenFor;
}

/// <summary>The samples that a network is furthest off with, first those that are taken for another class: of all that are added one after the other only a few are kept.</summary>
/// <param name="most">How many.</param>
public sealed class WorstSamples(int most)
{
    private readonly PriorityQueue<JudgedSample, (bool IsWrong, double Wrongness)> kept = new();

    /// <summary>The samples, the worst first.</summary>
    public ImmutableArray<JudgedSample> InOrder => [.. kept.UnorderedItems.OrderByDescending(item => item.Priority).ThenBy(item => item.Element.Number).Select(item => item.Element)];

    /// <summary>Judges a sample.</summary>
    /// <param name="samples">The samples that it is one of.</param>
    /// <param name="sample">Which one, counted from 0.</param>
    /// <param name="outputs">What the network says.</param>
    /// <param name="before">How many samples there are before the first of these.</param>
    /// <exception cref="ArgumentException">There are not as many outputs as targets.</exception>
    public void Add<T>(Samples samples, int sample, ReadOnlySpan<T> outputs, int before = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (outputs.Length != samples.Outputs)
        {
            throw new ArgumentException($"there are {outputs.Length} outputs, but a target has {samples.Outputs} numbers");
        }

        int? label = samples.Targets.AreClasses ? samples.Targets.LabelOf(sample) : null;
        int? takenFor = label is null ? null : Model<T>.ArgMax(outputs);
        (bool IsWrong, double Wrongness) priority = label is int right
            ? (takenFor != label, 1 - double.CreateChecked(outputs[right]))
            : (true, SquaredDistance(samples, sample, outputs));
        if (double.IsNaN(priority.Wrongness))
        {
            // Nothing is further off than what is no number.
            priority.Wrongness = double.PositiveInfinity;
        }

        if (kept.Count == most && (!kept.TryPeek(out _, out (bool IsWrong, double Wrongness) least) || priority.CompareTo(least) <= 0))
        {
            return;
        }

        double[] said = new double[outputs.Length];
        for (int i = 0; i < said.Length; i++)
        {
            said[i] = double.CreateChecked(outputs[i]);
        }

        kept.Enqueue(new(before + sample + 1, samples.InputsOf(sample), samples.TargetsOf(sample), [.. said], label, takenFor, priority.Wrongness), priority);
        if (kept.Count > most)
        {
            kept.Dequeue();
        }
    }

    private static double SquaredDistance<T>(Samples samples, int sample, ReadOnlySpan<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ImmutableArray<double> targets = samples.TargetsOf(sample);
        double sum = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            double error = double.CreateChecked(outputs[i]) - targets[i];
            sum += error * error;
        }

        return sum;
    }
}
