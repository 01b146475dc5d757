using System.Collections.Immutable;
using Nabla.Data;
#if PARQUET
using Nabla.Data.Parquet;
#endif
using Nabla.Data.Tables;

namespace Nabla.Cli.CommandLine;

/// <summary>Reads tables, Parquet files among them where the tool is not native code.</summary>
internal static class TableFiles
{
#if PARQUET
    public static Dataset Load(string path, TableOptions options, CancellationToken cancellationToken) => ParquetTables.Load(path, options, cancellationToken);

    public static StreamedDataset Open(string path, int window, TableOptions options, CancellationToken cancellationToken) => ParquetTables.Open(path, window, options, cancellationToken);

    public static StreamedDataset Open(string path, Preprocessing preprocessing, ImmutableArray<string> classes, bool? hasHeader, CancellationToken cancellationToken) =>
        ParquetTables.Open(path, window: 1, preprocessing, classes, hasHeader, cancellationToken);

    public static IEnumerable<TableBatch> Stream(string path, Preprocessing preprocessing, bool? hasHeader, long count) => ParquetTables.Stream(path, preprocessing, hasHeader, count);
#else
    public static Dataset Load(string path, TableOptions options, CancellationToken cancellationToken) =>
        TableReader.Load(Text(path), Text(options), cancellationToken);

    public static StreamedDataset Open(string path, int window, TableOptions options, CancellationToken cancellationToken) =>
        TableReader.Open(Text(path), window, Text(options), cancellationToken);

    public static StreamedDataset Open(string path, Preprocessing preprocessing, ImmutableArray<string> classes, bool? hasHeader, CancellationToken cancellationToken) =>
        TableReader.Open(Text(path), window: 1, preprocessing, classes, hasHeader, cancellationToken);

    public static IEnumerable<TableBatch> Stream(string path, Preprocessing preprocessing, bool? hasHeader, long count) =>
        TableReader.Stream(Text(path), preprocessing, hasHeader, count);

    private static TableOptions Text(TableOptions options) => options with { TestFile = options.TestFile is string test ? Text(test) : null };

    private static string Text(string path) => path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase)
        ? throw new ArgumentException($"{Path.GetFileName(path)}: Parquet files are read by the tool that runs on .NET (dotnet tool install Nabla.Cli), but not by this one of native code")
        : path;
#endif
}
