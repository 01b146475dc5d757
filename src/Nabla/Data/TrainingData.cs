using System.Collections.Immutable;

namespace Nabla.Data;

/// <summary>
/// Samples in parts: those to train with, those that choose, and those that only judge. A <see cref="Dataset"/> has them in memory; a <see cref="StreamedDataset"/> reads them
/// again in each epoch.
/// </summary>
public abstract class TrainingData
{
    private protected TrainingData(string name, ImmutableArray<string> classes, ImmutableArray<string> notes, Preprocessing preprocessing)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Classes = classes.IsDefault ? [] : classes;
        Notes = notes.IsDefault ? [] : notes;
        Preprocessing = preprocessing;
    }

    /// <summary>A short name, such as <c>digits</c>.</summary>
    public string Name { get; }

    /// <summary>The classes' names in the order of their labels; none where the targets are numbers.</summary>
    public ImmutableArray<string> Classes { get; }

    /// <summary>Whether the targets are classes.</summary>
    public bool IsClassification => !Classes.IsEmpty;

    /// <summary>Sentences that a user should read, such as one about a file with an unexpected checksum.</summary>
    public ImmutableArray<string> Notes { get; }

    /// <summary>What was done to the inputs and targets before they became these samples; a model file says it, so that it can be done again.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>How many numbers describe one sample.</summary>
    public abstract int Inputs { get; }

    /// <summary>How many numbers a target has.</summary>
    public abstract int Outputs { get; }

    /// <summary>How many samples of each class there are to train with, in the order of the labels; none where the targets are numbers.</summary>
    public abstract ImmutableArray<long> ClassCounts { get; }

    /// <summary>How many samples a part has; 0 where there is no such part.</summary>
    public abstract int CountOf(Part part);

    /// <summary>The samples of a part in their own order, as one or several sets in memory, one after the other; none where there is no such part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">What is read is damaged, or not what it was.</exception>
    public abstract IEnumerable<Samples> Read(Part part, CancellationToken cancellationToken = default);

    /// <summary>
    /// The beginning of the SHA-256 of the samples to train with, with their weights, and of those that choose, in hexadecimal digits: what goes on from a
    /// checkpoint must see the same. Those that only judge change nothing.
    /// </summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    public abstract string Fingerprint(CancellationToken cancellationToken = default);

    /// <summary>Whether every training sample's target sums to one within 1e-6.</summary>
    internal abstract bool TargetsSumToOne { get; }

    /// <summary>The order in which the training samples are seen.</summary>
    /// <param name="batchSize">The most samples of a step.</param>
    /// <param name="seed">Fixes the order.</param>
    internal abstract SampleOrder Order(int batchSize, ulong seed);

    /// <summary>Asserts that a part of the samples to train with can be set aside to choose with.</summary>
    /// <param name="fraction">The part.</param>
    /// <param name="held">How many samples that is.</param>
    /// <exception cref="ArgumentException">It is out of its range, or no sample.</exception>
    private protected void RequireValidation(double fraction, Func<long> held)
    {
        if (!(fraction is > 0 and < 1))
        {
            throw new ArgumentException($"the part for validation must be above 0 and below 1, but it is {fraction}");
        }

        if (held() == 0)
        {
            throw new ArgumentException($"{fraction} of the {CountOf(Part.Train):N0} samples of {Name} to train with is no sample to choose with; a larger part is needed");
        }
    }
}
