using System.Collections.Immutable;

namespace Nabla.Data;

/// <summary>Samples to train with and, where there are any, held-out samples to test with.</summary>
public sealed class Dataset
{
    /// <summary>A data set.</summary>
    /// <param name="name">A short name, such as <c>digits</c>.</param>
    /// <param name="train">Samples to train with.</param>
    /// <param name="test">Held-out samples of the same sizes, or null.</param>
    /// <param name="classes">The classes' names in the order of their labels; none where the targets are numbers.</param>
    /// <param name="notes">Sentences that a user should read.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public Dataset(
        string name, Samples train, Samples? test = null, ImmutableArray<string> classes = default, ImmutableArray<string> notes = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(train);
        Name = name;
        Train = train;
        Test = test;
        Classes = classes.IsDefault ? [] : classes;
        Notes = notes.IsDefault ? [] : notes;
        RequireFit(train, "training");
        if (test is not null)
        {
            RequireFit(test, "test");
            if (test.Inputs != train.Inputs || test.Outputs != train.Outputs)
            {
                throw new ArgumentException(
                    $"{name}: the training samples are {train.Inputs} → {train.Outputs}, but the test samples {test.Inputs} → {test.Outputs}");
            }
        }
    }

    /// <summary>A short name, such as <c>digits</c>.</summary>
    public string Name { get; }

    /// <summary>Samples to train with.</summary>
    public Samples Train { get; }

    /// <summary>Held-out samples to test with, or null.</summary>
    public Samples? Test { get; }

    /// <summary>The classes' names in the order of their labels; none where the targets are numbers.</summary>
    public ImmutableArray<string> Classes { get; }

    /// <summary>Whether the targets are classes.</summary>
    public bool IsClassification => !Classes.IsEmpty;

    /// <summary>Sentences that a user should read, such as one about a file with an unexpected checksum.</summary>
    public ImmutableArray<string> Notes { get; }

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
            throw new ArgumentException($"{Name}: {Classes.Length} classes are named, but the {which} targets have {samples.Outputs}");
        }
    }
}
