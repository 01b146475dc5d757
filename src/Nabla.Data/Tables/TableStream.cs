using System.Collections.Immutable;

namespace Nabla.Data.Tables;

/// <summary>The rows of a file that have a target, read one after the other. Only their cells are kept, and encoded as a network takes them.</summary>
internal sealed class TableStream : SampleStream
{
    private readonly TablePlan plan;
    private readonly TargetEncoding target;
    private readonly ImmutableArray<InputColumn> columns;
    private readonly (long Length, DateTime Written) file;

    /// <summary>Rows of a file.</summary>
    /// <param name="plan">How they are read.</param>
    /// <param name="preprocessing">What was learned of the rows to train with.</param>
    /// <param name="counts">The rows of each class that have a target; one number where it is a number.</param>
    public TableStream(TablePlan plan, Preprocessing preprocessing, ImmutableArray<long> counts)
        : base(plan.File.FileName)
    {
        (this.plan, target) = (plan, preprocessing.Target!);
        Count = (int)counts.Sum();
        ClassCounts = plan.Classes.IsEmpty ? [] : counts;
        columns = InputColumn.Of(preprocessing.Columns, column => plan.LevelsOf(column) ?? []);
        Inputs = preprocessing.Inputs;
        file = StateOf(plan.File.Path);
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs => plan.Classes.IsEmpty ? 1 : plan.Classes.Length;

    /// <inheritdoc/>
    public override ImmutableArray<long> ClassCounts { get; }

    /// <inheritdoc/>
    internal override bool TargetsSumToOne => AreClasses;

    /// <inheritdoc/>
    internal override int Cells => plan.Columns;

    /// <inheritdoc/>
    internal override string PlaceWord => plan.File.RowWord;

    /// <inheritdoc/>
    internal override SlotFeatures FeaturesOf(double[] cells) => new(cells, columns);

    /// <inheritdoc/>
    internal override SampleReader Open(CancellationToken cancellationToken) => StateOf(plan.File.Path) == file
        ? new Reader(this, plan.File.Rows(cancellationToken).GetEnumerator())
        : throw new InvalidDataException($"{plan.File.FileName} was changed while it was used; it is read several times and has to stay as it is");

    /// <summary>What tells a file that was written from one that was not.</summary>
    private static (long Length, DateTime Written) StateOf(string path)
    {
        FileInfo info = new(path);
        return info.Exists ? (info.Length, info.LastWriteTimeUtc) : throw new FileNotFoundException($"there is no file {path} any more");
    }

    private sealed class Reader(TableStream stream, IEnumerator<TableRow> rows) : SampleReader
    {
        private double target;

        public override long Place => rows.Current.Line;

        public override int Label => stream.AreClasses ? (int)target : 0;

        public override bool Read()
        {
            while (rows.MoveNext())
            {
                target = stream.plan.TargetOf(rows.Current);
                if (!double.IsNaN(target))
                {
                    return true;
                }
            }

            return false;
        }

        public override double CopyTo(Span<double> cells, Span<double> targets)
        {
            for (int i = 0; i < cells.Length; i++)
            {
                cells[i] = stream.plan.CellOf(rows.Current, i);
            }

            targets[0] = stream.AreClasses ? target : stream.target.Encode(target);
            return 1;
        }

        public override void Dispose() => rows.Dispose();
    }
}
