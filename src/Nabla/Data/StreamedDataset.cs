using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nabla.Data;

/// <summary>
/// Samples that need not fit into memory: those to train with are read again in each epoch and drawn from a window of some of them, held-out ones are read where they are asked for.
/// </summary>
public sealed class StreamedDataset : TrainingData
{
    /// <summary>A data set of streams.</summary>
    /// <param name="name">A short name.</param>
    /// <param name="train">Samples to train with.</param>
    /// <param name="window">How many of them are in memory, of which the next one is drawn; with as many as there are, every order is equally likely.</param>
    /// <param name="test">Held-out samples of the same sizes, or null.</param>
    /// <param name="classes">The classes' names in the order of their labels; none where the targets are numbers.</param>
    /// <param name="notes">Sentences that a user should read.</param>
    /// <param name="validation">Held-out samples of the same sizes that choose when to stop and which weights are kept, or null.</param>
    /// <param name="preprocessing">What was done to the inputs and targets.</param>
    /// <exception cref="ArgumentException">The window is empty, there are no samples to train with, or the parts do not fit each other.</exception>
    public StreamedDataset(
        string name,
        SampleStream train,
        int window,
        SampleStream? test = null,
        ImmutableArray<string> classes = default,
        ImmutableArray<string> notes = default,
        SampleStream? validation = null,
        Preprocessing? preprocessing = null)
        : base(name, classes, notes, preprocessing ?? Preprocessing.None)
    {
        ArgumentNullException.ThrowIfNull(train);
        (Train, Validation, Test, Window) = (train, validation, test, window);
        if (window < 1)
        {
            throw new ArgumentException($"{name}: the window holds at least 1 sample, but it is {window}");
        }

        if (train.Count == 0)
        {
            throw new ArgumentException($"{name}: there are no samples to train with; at least one is needed");
        }

        RequireFit(train, "training");
        RequireFit(test, "test");
        RequireFit(validation, "validation");
    }

    /// <summary>Samples to train with.</summary>
    public SampleStream Train { get; }

    /// <summary>How many of them are in memory, of which the next one is drawn.</summary>
    public int Window { get; }

    /// <summary>How many bytes they take there.</summary>
    public long WindowBytes => (long)Math.Min(Window, Train.Count) * sizeof(double) * (Train.Cells + Train.TargetCells + (Train.IsWeighted ? 1 : 0));

    /// <summary>Held-out samples to test with, or null. They judge a finished model and choose nothing.</summary>
    public SampleStream? Test { get; }

    /// <summary>Held-out samples that choose when to stop and which weights are kept, or null.</summary>
    public SampleStream? Validation { get; }

    /// <inheritdoc/>
    public override int Inputs => Train.Inputs;

    /// <inheritdoc/>
    public override int Outputs => Train.Outputs;

    /// <inheritdoc/>
    public override ImmutableArray<long> ClassCounts => Train.ClassCounts;

    /// <inheritdoc/>
    internal override bool TargetsSumToOne => Train.TargetsSumToOne;

    /// <inheritdoc/>
    public override int CountOf(Part part) => StreamOf(part)?.Count ?? 0;

    /// <inheritdoc/>
    public override IEnumerable<Samples> Read(Part part, CancellationToken cancellationToken = default) => StreamOf(part)?.Read(cancellationToken) ?? [];

    /// <summary>
    /// The same data set with a part of its training samples set aside for validation, drawn by the seed, of each class the same part: those that <see cref="Dataset.WithValidation"/> takes of the
    /// same samples in memory. Which they are follows from their place, so they are the same each time.
    /// </summary>
    /// <param name="fraction">The part, above 0 and below 1.</param>
    /// <param name="seed">Fixes which samples.</param>
    /// <exception cref="ArgumentException">The part is out of its range, or no sample.</exception>
    public StreamedDataset WithValidation(double fraction, ulong seed)
    {
        RequireValidation(fraction, () => Held(Part.Validation).Count);
        return new(Name, Held(Part.Train), Window, Test, Classes, Notes, Held(Part.Validation), Preprocessing);

        PartStream Held(Part part) => new(Train, part, fraction, 0, seed);
    }

    /// <inheritdoc/>
    public override string Fingerprint(CancellationToken cancellationToken = default)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(Math.Min(Window, Train.Count)));
        foreach (SampleStream stream in Validation is null ? [Train] : new[] { Train, Validation })
        {
            hash.AppendData(BitConverter.GetBytes(stream.Count));
            double[] numbers = new double[stream.Cells + stream.TargetCells + 1];
            using SampleReader reader = stream.Open(cancellationToken);
            while (reader.Read())
            {
                numbers[^1] = reader.CopyTo(numbers.AsSpan(0, stream.Cells), numbers.AsSpan(stream.Cells, stream.TargetCells));
                hash.AppendData(MemoryMarshal.AsBytes(numbers.AsSpan()));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <inheritdoc/>
    internal override SampleOrder Order(int batchSize, ulong seed) => new ShuffleWindow(Train, Window, batchSize, seed);

    private SampleStream? StreamOf(Part part) => part switch
    {
        Part.Train => Train,
        Part.Validation => Validation,
        _ => Test,
    };

    private void RequireFit(SampleStream? stream, string which)
    {
        if (stream is null)
        {
            return;
        }

        if (IsClassification != stream.AreClasses || (IsClassification && stream.Outputs != Classes.Length))
        {
            throw new ArgumentException(!IsClassification ? $"{Name}: the {which} targets are classes, but the classes are not named"
                : !stream.AreClasses ? $"{Name}: classes are named, but the {which} targets are numbers"
                : $"{Name}: {Classes.Length} classes are named, but the {which} targets have {stream.Outputs}");
        }

        if (stream.Inputs != Train.Inputs || stream.Outputs != Train.Outputs)
        {
            throw new ArgumentException(
                $"{Name}: the training samples have {Train.Inputs} inputs and {Train.Outputs} outputs, but the {which} samples {stream.Inputs} and {stream.Outputs}");
        }
    }
}
