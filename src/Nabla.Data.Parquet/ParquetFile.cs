using System.Collections.Immutable;
using Nabla.Data.Tables;
using Parquet.Schema;
using Library = Parquet;

namespace Nabla.Data.Parquet;

/// <summary>A Parquet file (Apache Parquet 2, read by Parquet.Net): the columns of a value a row, and the rows, a group at a time in memory.</summary>
internal sealed class ParquetFile : TableFile
{
    private readonly ImmutableArray<FlatColumn> columns;
    private readonly ImmutableArray<int> texts;
    private readonly ColumnBuffers buffers = new();

    /// <summary>Reads the footer.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public ParquetFile(string path)
        : base(path)
    {
        using ParquetRows rows = new(path, FileName);
        List<string> left = [.. rows.Footer.LeftOut];
        List<FlatColumn> kept = [];
        List<int> ofTexts = [];
        foreach (FlatColumn column in rows.Footer.Columns)
        {
            if (rows.TypeOf(column) is not Type type || !ParquetRows.IsKnown(type))
            {
                left.Add(column.Name);
                continue;
            }

            if (type == typeof(ReadOnlyMemory<char>))
            {
                ofTexts.Add(kept.Count);
            }

            kept.Add(column);
        }

        if (kept.Count == 0)
        {
            throw new InvalidDataException($"{FileName}: no column holds numbers, texts, dates, or true and false");
        }

        if (kept.Count > MostColumns)
        {
            throw new InvalidDataException($"{FileName}: there are {kept.Count:N0} columns, but a table has at most {MostColumns:N0}");
        }

        (columns, texts) = ([.. kept], [.. ofTexts]);
        SetNames([.. columns.Select(column => column.Name)], sentence => new($"{FileName}: {sentence}"));
        Notes = [.. left.Select(name => $"column '{Shown(name)}' is left out: it holds no numbers, texts, dates, or true and false")];
    }

    /// <inheritdoc/>
    public override string RowWord => "row";

    /// <inheritdoc/>
    public override IEnumerable<int> Texts => texts;

    /// <inheritdoc/>
    public override IEnumerable<TableRow> Rows(CancellationToken cancellationToken)
    {
        const int RowsBetweenLooks = 1024;
        using ParquetRows rows = new(Path, FileName) { Columns = columns, Buffers = buffers };
        for (int i = 1; rows.Read(); i++)
        {
            if (i % RowsBetweenLooks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            yield return rows;
        }
    }
}
