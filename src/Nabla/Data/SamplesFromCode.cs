using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Nabla.Data;

public sealed partial class Samples
{
    /// <summary>Samples of two tables, a row each; the numbers are copied.</summary>
    /// <exception cref="ArgumentException">There are none, not as many of one as of the other, or a number is not finite.</exception>
    public static Samples OfNumbers(double[,] inputs, double[,] targets)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        return OfNumbers(Span(inputs), inputs.GetLength(1), Span(targets), targets.GetLength(1));
    }

    /// <summary>Samples of a table, a row each, with labels from 0; the numbers are copied.</summary>
    /// <exception cref="ArgumentException">There are none, not as many of one as of the other, a number is not finite, or a label is none of the classes.</exception>
    public static Samples OfClasses(double[,] inputs, ReadOnlySpan<int> labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return OfClasses(Span(inputs), inputs.GetLength(1), labels, classes);
    }

    /// <summary>Samples of numbers, one sample after the other; they are copied.</summary>
    /// <param name="inputs">The inputs of all samples.</param>
    /// <param name="size">How many describe one sample.</param>
    /// <param name="targets">The targets of all samples.</param>
    /// <param name="outputs">How many numbers a target has.</param>
    /// <exception cref="ArgumentException">There are none, not as many of one as of the other, or a number is not finite.</exception>
    public static Samples OfNumbers(ReadOnlySpan<double> inputs, int size, ReadOnlySpan<double> targets, int outputs) =>
        new(new NumberFeatures([.. inputs], size), new NumberTargets([.. targets], outputs));

    /// <summary>Samples of numbers, one sample after the other, with labels from 0; they are copied.</summary>
    /// <param name="inputs">The inputs of all samples.</param>
    /// <param name="size">How many describe one sample.</param>
    /// <param name="labels">A label for each sample.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="ArgumentException">There are none, not as many of one as of the other, a number is not finite, or a label is none of the classes.</exception>
    public static Samples OfClasses(ReadOnlySpan<double> inputs, int size, ReadOnlySpan<int> labels, int classes) =>
        new(new NumberFeatures([.. inputs], size), new ClassTargets([.. labels], classes));

    /// <summary>Samples that come one after the other, with numbers as targets.</summary>
    /// <exception cref="ArgumentException">There are none, their sizes differ, or a number is not finite.</exception>
    public static Samples OfNumbers(IEnumerable<(double[] Inputs, double[] Targets)> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Rows<double> gathered = new();
        foreach ((double[] inputs, double[] targets) in rows)
        {
            gathered.Add(inputs, targets);
        }

        return gathered.ToSamples();
    }

    /// <summary>Samples that come one after the other, with labels from 0.</summary>
    /// <exception cref="ArgumentException">There are none, their sizes differ, a number is not finite, or a label is none of the classes.</exception>
    public static Samples OfClasses(IEnumerable<(double[] Inputs, int Label)> rows, int classes)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Rows<int> gathered = new();
        foreach ((double[] inputs, int label) in rows)
        {
            gathered.Add(inputs, [label]);
        }

        return gathered.ToSamples(classes);
    }

    /// <summary>Samples that come one after the other and are waited for, with numbers as targets.</summary>
    /// <exception cref="ArgumentException">There are none, their sizes differ, or a number is not finite.</exception>
    public static async Task<Samples> OfNumbersAsync(IAsyncEnumerable<(double[] Inputs, double[] Targets)> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Rows<double> gathered = new();
        await foreach ((double[] inputs, double[] targets) in rows.WithCancellation(cancellationToken))
        {
            gathered.Add(inputs, targets);
        }

        return gathered.ToSamples();
    }

    /// <summary>Samples that come one after the other and are waited for, with labels from 0.</summary>
    /// <exception cref="ArgumentException">There are none, their sizes differ, a number is not finite, or a label is none of the classes.</exception>
    public static async Task<Samples> OfClassesAsync(IAsyncEnumerable<(double[] Inputs, int Label)> rows, int classes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Rows<int> gathered = new();
        await foreach ((double[] inputs, int label) in rows.WithCancellation(cancellationToken))
        {
            gathered.Add(inputs, [label]);
        }

        return gathered.ToSamples(classes);
    }

    private static ReadOnlySpan<double> Span(double[,] table) =>
        MemoryMarshal.CreateReadOnlySpan(ref System.Runtime.CompilerServices.Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(table)), table.Length);

    /// <summary>Rows as they come; each must be as long as the first.</summary>
    private sealed class Rows<T>
    {
        private readonly ImmutableArray<double>.Builder inputs = ImmutableArray.CreateBuilder<double>();
        private readonly ImmutableArray<T>.Builder targets = ImmutableArray.CreateBuilder<T>();
        private (int Inputs, int Targets)? sizes;
        private int count;

        public void Add(double[] input, ReadOnlySpan<T> target)
        {
            ArgumentNullException.ThrowIfNull(input);
            (int Inputs, int Targets) size = (input.Length, target.Length);
            sizes ??= size;
            if (sizes != size)
            {
                throw new ArgumentException(
                    $"row {count} has {size.Inputs} inputs and {size.Targets} targets, but the rows before it have {sizes.Value.Inputs} and {sizes.Value.Targets}");
            }

            count++;
            inputs.AddRange(input);
            targets.AddRange(target);
        }

        public Samples ToSamples() => this is Rows<double> numbers
            ? new(Features(), new NumberTargets(numbers.targets.DrainToImmutable(), Sizes.Targets))
            : throw new InvalidOperationException("labels need their classes");

        public Samples ToSamples(int classes) => this is Rows<int> labels
            ? new(Features(), new ClassTargets(labels.targets.DrainToImmutable(), classes))
            : throw new InvalidOperationException("numbers have no classes");

        private (int Inputs, int Targets) Sizes => sizes ?? throw new ArgumentException("there are no samples; at least one is needed");

        private NumberFeatures Features() => new(inputs.DrainToImmutable(), Sizes.Inputs);
    }
}
