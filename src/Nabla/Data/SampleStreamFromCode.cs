using System.Collections.Immutable;

namespace Nabla.Data;

public abstract partial class SampleStream
{
    /// <summary>A sample as code gives it.</summary>
    private readonly record struct Row(double[] Inputs, double[] Targets, int Label = 0, double Weight = 1);

    /// <summary>Rows with numbers as targets. They are gone through once now, to be counted, and again in each epoch; they must be the same each time.</summary>
    /// <exception cref="ArgumentException">There are none, their sizes differ, or a number is not finite.</exception>
    public static SampleStream OfNumbers(IEnumerable<(double[] Inputs, double[] Targets)> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new CodeStream(_ => rows.Select(row => new Row(row.Inputs, row.Targets)), 0, isWeighted: false);
    }

    /// <summary>The same with a weight for each row, which its loss is multiplied by in training.</summary>
    /// <exception cref="ArgumentException">There are none, their sizes differ, a number is not finite, or a weight is below 0.</exception>
    public static SampleStream OfNumbers(IEnumerable<(double[] Inputs, double[] Targets, double Weight)> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new CodeStream(_ => rows.Select(row => new Row(row.Inputs, row.Targets, Weight: row.Weight)), 0, isWeighted: true);
    }

    /// <summary>Rows with labels from 0. They are gone through once now, to be counted, and again in each epoch; they must be the same each time.</summary>
    /// <exception cref="ArgumentException">There are none, their sizes differ, a number is not finite, or a label is none of the classes.</exception>
    public static SampleStream OfClasses(IEnumerable<(double[] Inputs, int Label)> rows, int classes)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        return new CodeStream(_ => rows.Select(row => new Row(row.Inputs, [], row.Label)), classes, isWeighted: false);
    }

    /// <summary>The same with a weight for each row, which its loss is multiplied by in training.</summary>
    /// <exception cref="ArgumentException">There are none, their sizes differ, a number is not finite, a label is none of the classes, or a weight is below 0.</exception>
    public static SampleStream OfClasses(IEnumerable<(double[] Inputs, int Label, double Weight)> rows, int classes)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        return new CodeStream(_ => rows.Select(row => new Row(row.Inputs, [], row.Label, row.Weight)), classes, isWeighted: true);
    }

    /// <summary>Rows that are waited for, with numbers as targets: gone through once now, to be counted, and again in each epoch, by the thread that trains.</summary>
    /// <exception cref="ArgumentException">There are none, their sizes differ, or a number is not finite.</exception>
    public static SampleStream OfNumbers(IAsyncEnumerable<(double[] Inputs, double[] Targets)> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new CodeStream(stop => Waited(rows, stop).Select(row => new Row(row.Inputs, row.Targets)), 0, isWeighted: false);
    }

    /// <summary>Rows that are waited for, with labels from 0: gone through once now, to be counted, and again in each epoch, by the thread that trains.</summary>
    /// <exception cref="ArgumentException">There are none, their sizes differ, a number is not finite, or a label is none of the classes.</exception>
    public static SampleStream OfClasses(IAsyncEnumerable<(double[] Inputs, int Label)> rows, int classes)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        return new CodeStream(stop => Waited(rows, stop).Select(row => new Row(row.Inputs, [], row.Label)), classes, isWeighted: false);
    }

    /// <summary>What comes later, waited for. What awaits in between goes on without the caller's context, which is blocked meanwhile.</summary>
    private static IEnumerable<TItem> Waited<TItem>(IAsyncEnumerable<TItem> items, CancellationToken cancellationToken)
    {
        IAsyncEnumerator<TItem> enumerator = items.GetAsyncEnumerator(cancellationToken);
        try
        {
            while (Wait(enumerator.MoveNextAsync))
            {
                yield return enumerator.Current;
            }
        }
        finally
        {
            Wait(async () =>
            {
                await enumerator.DisposeAsync().ConfigureAwait(false);
                return true;
            });
        }
    }

    private static bool Wait(Func<ValueTask<bool>> begin)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            ValueTask<bool> task = begin();
            return task.IsCompleted ? task.GetAwaiter().GetResult() : task.AsTask().GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>Rows from code. The first pass counts them and finds their sizes; each pass checks each row.</summary>
    private sealed class CodeStream : SampleStream
    {
        private readonly Func<CancellationToken, IEnumerable<Row>> rows;
        private readonly int classes;

        public CodeStream(Func<CancellationToken, IEnumerable<Row>> rows, int classes, bool isWeighted)
            : base("the rows")
        {
            (this.rows, this.classes, IsWeighted, TargetsSumToOne) = (rows, classes, isWeighted, true);
            long[] counts = new long[classes];
            foreach (Row row in rows(CancellationToken.None))
            {
                if (Count == 0)
                {
                    ArgumentNullException.ThrowIfNull(row.Inputs);
                    ArgumentNullException.ThrowIfNull(row.Targets);
                    (Inputs, Outputs) = (row.Inputs.Length, classes == 0 ? row.Targets.Length : classes);
                    if (Inputs == 0 || Outputs == 0)
                    {
                        throw new ArgumentException($"row 0 has {Inputs} inputs and {Outputs} targets, but a sample has at least one of each");
                    }
                }

                Require(row, Count);
                if (classes > 0)
                {
                    counts[row.Label]++;
                }
                else
                {
                    TargetsSumToOne &= Math.Abs(row.Targets.Sum() - 1) <= 1e-6;
                }

                Count = Count == Array.MaxLength ? throw new ArgumentException($"there are more than {Array.MaxLength:N0} rows") : Count + 1;
            }

            if (Count == 0)
            {
                throw new ArgumentException("there are no samples; at least one is needed");
            }

            ClassCounts = [.. counts];
        }

        public override int Count { get; }

        public override int Inputs { get; }

        public override int Outputs { get; }

        public override ImmutableArray<long> ClassCounts { get; }

        internal override bool IsWeighted { get; }

        internal override bool TargetsSumToOne { get; }

        internal override int Cells => Inputs;

        internal override string PlaceWord => "sample";

        internal override SlotFeatures FeaturesOf(double[] cells) => new SlotFeatures(cells, Inputs);

        internal override SampleReader Open(CancellationToken cancellationToken) => new Reader(this, rows(cancellationToken).GetEnumerator());

        private void Require(Row row, long number)
        {
            ArgumentNullException.ThrowIfNull(row.Inputs);
            ArgumentNullException.ThrowIfNull(row.Targets);
            if (row.Inputs.Length != Inputs || (classes == 0 && row.Targets.Length != Outputs))
            {
                throw new ArgumentException($"row {number} has {row.Inputs.Length} inputs and {row.Targets.Length} targets, but the rows before it have {Inputs} and {(classes == 0 ? Outputs : 0)}");
            }

            RequireFinite(row.Inputs, "input", number);
            RequireFinite(row.Targets, "target", number);
            if (classes > 0 && (uint)row.Label >= (uint)classes)
            {
                throw new ArgumentException($"the label of row {number} is {row.Label}, but {classes} classes have the labels 0 to {classes - 1}");
            }

            if (!(double.IsFinite(row.Weight) && row.Weight >= 0))
            {
                throw new ArgumentException($"the weight of row {number} is {row.Weight}, but must be a number of at least 0");
            }
        }

        private static void RequireFinite(double[] values, string what, long number)
        {
            for (int i = 0; i < values.Length; i++)
            {
                if (!double.IsFinite(values[i]))
                {
                    throw new ArgumentException($"{what} {i} of row {number} is {values[i]}, but must be a finite number");
                }
            }
        }

        private sealed class Reader(CodeStream stream, IEnumerator<Row> rows) : SampleReader
        {
            private long place;

            public override long Place => place;

            public override int Label => rows.Current.Label;

            public override bool Read()
            {
                if (!rows.MoveNext())
                {
                    return false;
                }

                stream.Require(rows.Current, place++);
                return true;
            }

            public override double CopyTo(Span<double> cells, Span<double> target)
            {
                Row row = rows.Current;
                row.Inputs.CopyTo(cells);
                if (stream.AreClasses)
                {
                    target[0] = row.Label;
                }
                else
                {
                    row.Targets.CopyTo(target);
                }

                return row.Weight;
            }

            public override void Dispose() => rows.Dispose();
        }
    }
}
