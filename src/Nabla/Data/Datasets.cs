using System.Collections.Immutable;
using System.Reflection;
using Nabla.Calculus;

namespace Nabla.Data;

/// <summary>The built-in data sets. One is added by a file with a static property of this class, and nothing else.</summary>
public static partial class Datasets
{
    // Lazy because the properties have no values yet while this class is being initialized; thread-safe, which a nullable array is not.
    private static readonly Lazy<ImmutableArray<BuiltInDataset>> all = new(() =>
    [
        .. typeof(Datasets).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Where(property => property.PropertyType == typeof(BuiltInDataset))
            .Select(property => (BuiltInDataset)property.GetValue(null)!)
            .OrderBy(dataset => dataset.Name, StringComparer.Ordinal),
    ]);

    /// <summary>Every built-in data set, in the order of their names.</summary>
    public static ImmutableArray<BuiltInDataset> All => all.Value;

    /// <summary>The data set of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists the known ones and suggests the nearest.</exception>
    public static BuiltInDataset Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(dataset => dataset.Name == name)
            ?? throw new ArgumentException(Suggestion.Unknown("data set", name, All.Select(dataset => dataset.Name)));
    }

    /// <summary>Loads the data set of a name.</summary>
    /// <exception cref="ArgumentException">There is no data set of that name.</exception>
    /// <exception cref="InvalidDataException">Its files are damaged.</exception>
    /// <exception cref="IOException">Its files cannot be found, read or downloaded.</exception>
    public static Task<Dataset> LoadAsync(
        string name, DatasetOptions? options = null, CancellationToken cancellationToken = default) =>
        Find(name).LoadAsync(options, cancellationToken);
}

/// <summary>A data set that can be loaded by name.</summary>
public sealed class BuiltInDataset
{
    private readonly Func<DatasetOptions, CancellationToken, Task<Dataset>> load;

    internal BuiltInDataset(string name, string summary, Func<DatasetOptions, CancellationToken, Task<Dataset>> load)
    {
        Name = name;
        Summary = summary;
        this.load = load;
    }

    /// <summary>The name on the command line.</summary>
    public string Name { get; }

    /// <summary>What it is, in a line.</summary>
    public string Summary { get; }

    /// <summary>Whether it is read from files, which <see cref="DatasetOptions.DataFolder"/> may name the folder of.</summary>
    public bool HasFiles { get; init; }

    /// <summary>Generates, reads or downloads it.</summary>
    /// <exception cref="InvalidDataException">Its files are damaged.</exception>
    /// <exception cref="IOException">Its files cannot be found, read or downloaded.</exception>
    public Task<Dataset> LoadAsync(DatasetOptions? options = null, CancellationToken cancellationToken = default) =>
        load(options ?? new DatasetOptions(), cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>What loading a data set may depend on.</summary>
public sealed record DatasetOptions
{
    /// <summary>Fixes a generated data set.</summary>
    public ulong Seed { get; init; }

    /// <summary>The folder that holds the files of a data set that has files; null looks in the cache and downloads.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The folder for downloaded files; null is <c>nabla</c> in the user's cache folder.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Whether files that are in neither folder may be downloaded.</summary>
    public bool MayDownload { get; init; } = true;

    /// <summary>Hears of the progress of downloads.</summary>
    public IProgress<DownloadProgress>? Progress { get; init; }

    /// <summary>Where MNIST is downloaded from; null is the public mirrors.</summary>
    public MnistDownload? Download { get; init; }
}
