using System.Collections.Immutable;
using Nabla.Data;
using Nabla.Data.Arrays;
using Nabla.Data.Tables;

namespace Nabla.Cli.CommandLine;

/// <summary>What DATA on the command line names: a built-in data set, or a file of the user's own.</summary>
internal sealed class DataSource
{
    private readonly BuiltInDataset? builtIn;
    private readonly bool? hasHeader;

    private DataSource(string given, BuiltInDataset? builtIn, bool noHeader)
    {
        (Given, this.builtIn, hasHeader) = (given, builtIn, noHeader ? false : null);
        if (noHeader && (builtIn is not null || IsArray))
        {
            throw new ArgumentException($"--no-header goes with a table, such as table.csv, but '{given}' is {(builtIn is null ? "a file of arrays" : "a built-in data set")}");
        }
    }

    /// <summary>As it is written on the command line.</summary>
    public string Given { get; }

    /// <summary>Whether it is a file.</summary>
    public bool IsFile => builtIn is null;

    /// <summary>Whether it is a file of arrays, whose targets may be in another one.</summary>
    private bool IsArray => IsFile && ArrayReader.IsArrayFile(Given);

    /// <summary>The rows of the file to predict from; of a table only as many as are asked for.</summary>
    public IEnumerable<TableBatch> Rows(Preprocessing preprocessing, long count) =>
        IsArray ? ArrayReader.Stream(Given, preprocessing) : TableFiles.Stream(Given, preprocessing, hasHeader, count);

    /// <summary>The name of a model file for it: that of the file without its folder and endings.</summary>
    public string ModelFile => $"{(IsFile ? Path.GetFileName(Given).Split('.')[0] is { Length: > 0 } name ? name : "model" : Given)}.safetensors";

    /// <summary>A built-in data set has neither a dot nor a folder in its name; whatever else has one, or is there, is a file.</summary>
    /// <param name="data">As it is written on the command line.</param>
    /// <param name="noHeader">Whether it is a table whose first row holds data and no names; else that is found.</param>
    /// <exception cref="ArgumentException">It is neither, or no table where it should be one.</exception>
    public static DataSource Find(string data, bool noHeader = false) =>
        data.AsSpan().ContainsAny('.', Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar) || File.Exists(data)
            ? new(data, null, noHeader)
            : new(data, Datasets.Find(data), noHeader);

    /// <summary>Loads it to train with.</summary>
    /// <param name="seed">Fixes what is generated and how rows are parted.</param>
    /// <param name="folder">The folder with the files of a built-in data set.</param>
    /// <param name="labels">The file with the targets of arrays.</param>
    /// <param name="options">How a file becomes a data set.</param>
    /// <param name="terminal">Where the progress of a download goes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<Dataset> LoadAsync(
        ulong seed, string? folder, string? labels, TableOptions options, Terminal terminal, CancellationToken cancellationToken) => builtIn is null
        ? Task.Run(
            () => IsArray ? ArrayReader.Load(Given, labels, options)
                : labels is null ? TableFiles.Load(Given, options, cancellationToken)
                : throw LabelsOfATable(),
            cancellationToken)
        : Loading.LoadAsync(builtIn, seed, folder, terminal, cancellationToken);

    /// <summary>Looks through a table whose rows are read again in each epoch, through a window.</summary>
    /// <param name="window">How many rows are in memory, of which the next one is drawn.</param>
    /// <param name="labels">The file with the targets of arrays.</param>
    /// <param name="options">How a file becomes a data set.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<StreamedDataset> OpenAsync(int window, string? labels, TableOptions options, CancellationToken cancellationToken) => Task.Run(
        () => IsArray ? throw new ArgumentException(
                $"--window streams the rows of a table (CSV, TSV, Parquet; delimited text with gzip too), but {Path.GetFileName(Given)} is a file of arrays, which is read whole; without --window it is trained with")
            : labels is null ? TableFiles.Open(Given, window, options, cancellationToken)
            : throw LabelsOfATable(),
        cancellationToken);

    /// <summary>Loads it to use a model on; of a table the rows are read where they are needed.</summary>
    /// <param name="preprocessing">What the model learned of its columns.</param>
    /// <param name="classes">The classes that it knows.</param>
    /// <param name="seed">Fixes what is generated.</param>
    /// <param name="folder">The folder with the files of a built-in data set.</param>
    /// <param name="labels">The file with the targets of arrays.</param>
    /// <param name="terminal">Where the progress of a download goes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<TrainingData> LoadAsync(
        Preprocessing preprocessing,
        ImmutableArray<string> classes,
        ulong seed,
        string? folder,
        string? labels,
        Terminal terminal,
        CancellationToken cancellationToken) => builtIn is null
        ? await Task.Run<TrainingData>(
            () => IsArray ? ArrayReader.Load(Given, labels, preprocessing, classes)
                : labels is null ? TableFiles.Open(Given, preprocessing, classes, hasHeader, cancellationToken)
                : throw LabelsOfATable(),
            cancellationToken)
        : await Loading.LoadAsync(builtIn, seed, folder, terminal, cancellationToken);

    private ArgumentException LabelsOfATable() =>
        new($"--labels goes with a file of arrays, but {Path.GetFileName(Given)} is a table, whose target is one of its columns; --target names it");
}
