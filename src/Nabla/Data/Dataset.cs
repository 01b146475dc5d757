using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nabla.Data;

/// <summary>Samples to train with and, where there are any, held-out samples: some that choose between models, and some that only judge.</summary>
public sealed class Dataset
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
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(train);
        Name = name;
        Train = train;
        Test = test;
        Validation = validation;
        Classes = classes.IsDefault ? [] : classes;
        Notes = notes.IsDefault ? [] : notes;
        Preprocessing = preprocessing ?? (train.Features is ByteFeatures ? new() { InputDivisor = byte.MaxValue } : Preprocessing.None);
        RequireFit(train, "training");
        RequireSameSizes(test, "test");
        RequireSameSizes(validation, "validation");
    }

    /// <summary>A short name, such as <c>digits</c>.</summary>
    public string Name { get; }

    /// <summary>Samples to train with.</summary>
    public Samples Train { get; }

    /// <summary>Held-out samples to test with, or null. They judge a finished model and choose nothing.</summary>
    public Samples? Test { get; }

    /// <summary>Held-out samples that choose when to stop and which weights are kept, or null.</summary>
    public Samples? Validation { get; }

    /// <summary>The classes' names in the order of their labels; none where the targets are numbers.</summary>
    public ImmutableArray<string> Classes { get; }

    /// <summary>Whether the targets are classes.</summary>
    public bool IsClassification => !Classes.IsEmpty;

    /// <summary>Sentences that a user should read, such as one about a file with an unexpected checksum.</summary>
    public ImmutableArray<string> Notes { get; }

    /// <summary>What was done to the inputs and targets before they became these samples; a model file says it, so that it can be done again.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>
    /// The beginning of the SHA-256 of the samples to train with, with their weights, and of those that choose, in hexadecimal digits: what goes on from a
    /// checkpoint must see the same. Those that only judge change nothing.
    /// </summary>
    public string Fingerprint()
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
