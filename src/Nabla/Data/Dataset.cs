using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nabla.Data;

/// <summary>Samples to train with and, where there are any, held-out samples: some that choose between models, and some that only judge.</summary>
public sealed class Dataset : TrainingData
{
    /// <summary>A data set.</summary>
    /// <param name="name">A short name, such as <c>digits</c>.</param>
    /// <param name="train">Samples to train with.</param>
    /// <param name="test">Held-out samples of the same sizes, or null.</param>
    /// <param name="classes">The classes' names in the order of their labels; none where the targets are numbers.</param>
    /// <param name="notes">Sentences that a user should read.</param>
    /// <param name="validation">Held-out samples of the same sizes that choose when to stop and which weights are kept, or null.</param>
    /// <param name="preprocessing">What was done to the inputs and targets, where it was more than dividing bytes by 255.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public Dataset(
        string name,
        Samples train,
        Samples? test = null,
        ImmutableArray<string> classes = default,
        ImmutableArray<string> notes = default,
        Samples? validation = null,
        Preprocessing? preprocessing = null)
        : base(name, classes, notes, preprocessing ?? (Required(train).Features is ByteFeatures ? new() { InputDivisor = byte.MaxValue } : Preprocessing.None))
    {
        Train = train;
        Test = test;
        Validation = validation;
        RequireFit(train, "training");
        RequireSameSizes(test, "test");
        RequireSameSizes(validation, "validation");
    }

    /// <summary>Samples to train with.</summary>
    public Samples Train { get; }

    /// <summary>Held-out samples to test with, or null. They judge a finished model and choose nothing.</summary>
    public Samples? Test { get; }

    /// <summary>Held-out samples that choose when to stop and which weights are kept, or null.</summary>
    public Samples? Validation { get; }

    /// <inheritdoc/>
    public override int Inputs => Train.Inputs;

    /// <inheritdoc/>
    public override int Outputs => Train.Outputs;

    /// <inheritdoc/>
    public override ImmutableArray<long> ClassCounts
    {
        get
        {
            long[] counts = new long[Classes.Length];
            foreach (int label in Train.Labels ?? [])
            {
                counts[label]++;
            }

            return [.. counts];
        }
    }

    /// <inheritdoc/>
    internal override bool TargetsSumToOne => Train.TargetsSumToOne;

    /// <inheritdoc/>
    public override int CountOf(Part part) => SamplesOf(part)?.Count ?? 0;

    /// <inheritdoc/>
    public override IEnumerable<Samples> Read(Part part, CancellationToken cancellationToken = default) => SamplesOf(part) is Samples samples ? [samples] : [];

    /// <summary>
    /// The same data set with a part of its training samples set aside for validation, drawn by the seed, of each class the same part, by <see cref="Parts"/>. The samples keep their order;
    /// validation samples that there are already are replaced.
    /// </summary>
    /// <param name="fraction">The part, above 0 and below 1.</param>
    /// <param name="seed">Fixes which samples.</param>
    /// <exception cref="ArgumentException">The part is out of its range, or no sample.</exception>
    public Dataset WithValidation(double fraction, ulong seed)
    {
        ImmutableArray<Part> parts = [];
        RequireValidation(fraction, () => (parts = Parts.Of(Train.Count, Train.Labels, fraction, test: 0, seed)).Count(part => part == Part.Validation));
        return new(Name, Of(Part.Train), Test, Classes, Notes, Of(Part.Validation), Preprocessing);

        Samples Of(Part which) => Train.Part([.. Enumerable.Range(0, Train.Count).Where(i => parts[i] == which)]);
    }

    /// <inheritdoc/>
    public override string Fingerprint(CancellationToken cancellationToken = default)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Samples samples in Validation is null ? [Train] : new[] { Train, Validation })
        {
            hash.AppendData(BitConverter.GetBytes(samples.Count));
            samples.Features.AddTo(hash);
            samples.Targets.AddTo(hash);
            hash.AppendData(MemoryMarshal.AsBytes(samples.Weights.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <inheritdoc/>
    internal override SampleOrder Order(int batchSize, ulong seed) => new ShuffledSamples(Train, batchSize, seed);

    private static Samples Required(Samples train)
    {
        ArgumentNullException.ThrowIfNull(train);
        return train;
    }

    private Samples? SamplesOf(Part part) => part switch
    {
        Part.Train => Train,
        Part.Validation => Validation,
        _ => Test,
    };

    private void RequireSameSizes(Samples? samples, string which)
    {
        if (samples is null)
        {
            return;
        }

        RequireFit(samples, which);
        if (samples.Inputs != Train.Inputs || samples.Outputs != Train.Outputs)
        {
            throw new ArgumentException(
                $"{Name}: the training samples have {Train.Inputs} inputs and {Train.Outputs} outputs, "
                + $"but the {which} samples {samples.Inputs} and {samples.Outputs}");
        }
    }

    private void RequireFit(Samples samples, string which)
    {
        if (IsClassification != samples.Labels.HasValue)
        {
            throw new ArgumentException(IsClassification
                ? $"{Name}: classes are named, but the {which} targets are numbers"
                : $"{Name}: the {which} targets are classes, but the classes are not named");
        }

        if (IsClassification && samples.Outputs != Classes.Length)
        {
            throw new ArgumentException(
                $"{Name}: {Classes.Length} classes are named, but the {which} targets have {samples.Outputs}");
        }
    }
}
