using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Nabla.Data;

/// <summary>
/// The MNIST handwritten digits (LeCun, Cortes and Burges): 60,000 pictures to train and 10,000 to test, in four IDX files from
/// a folder of the user's, or from the cache folder, or downloaded there once.
/// </summary>
internal static class Mnist
{
    public const string TrainImages = "train-images-idx3-ubyte";
    public const string TrainLabels = "train-labels-idx1-ubyte";
    public const string TestImages = "t10k-images-idx3-ubyte";
    public const string TestLabels = "t10k-labels-idx1-ubyte";

    private const string Compressed = ".gz";

    /// <summary>The SHA-256 of the published files, as they are downloaded and unpacked.</summary>
    public static ImmutableDictionary<string, string> Published { get; } = new Dictionary<string, string>
    {
        [TrainImages + Compressed] = "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        [TrainLabels + Compressed] = "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        [TestImages + Compressed] = "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        [TestLabels + Compressed] = "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        [TrainImages] = "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        [TrainLabels] = "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        [TestImages] = "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        [TestLabels] = "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    }.ToImmutableDictionary();

    public static async Task<Dataset> LoadAsync(DatasetOptions options, CancellationToken cancellationToken)
    {
        string folder = options.DataFolder ?? Path.Combine(options.CacheFolder ?? UserCache.Folder(), "mnist");
        if (options.DataFolder is not null)
        {
            RequireAll(folder);
        }

        var notes = new List<string>();
        try
        {
            Samples train = await ReadAsync(folder, TrainImages, TrainLabels, options, notes, cancellationToken);
            Samples test = await ReadAsync(folder, TestImages, TestLabels, options, notes, cancellationToken);
            return train.Inputs == test.Inputs
                ? new Dataset("mnist", train, test, Digits.Classes, [.. notes])
                : throw new InvalidDataException(
                    $"{folder}: the training images have {train.Inputs} pixels but the test images have {test.Inputs}; "
                    + "they need the same size");
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"MNIST in {folder} cannot be used: {error.Message}", error);
        }
    }

    private static void RequireAll(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(
                $"there is no folder {folder}; --data-folder names the folder that holds the four files of MNIST");
        }

        string[] names = [TrainImages, TrainLabels, TestImages, TestLabels];
        string[] missing = [.. names.Where(name => Find(folder, name) is null)];
        if (missing.Length > 0)
        {
            throw new FileNotFoundException(
                $"{folder} does not hold {string.Join(", ", missing)} (with or without {Compressed}); "
                + "--data-folder names the folder that holds the four files of MNIST");
        }
    }

    private static string? Find(string folder, string name) =>
        new[] { name + Compressed, name }.FirstOrDefault(file => File.Exists(Path.Combine(folder, file)));

    private static async Task<Samples> ReadAsync(
        string folder,
        string images,
        string labels,
        DatasetOptions options,
        List<string> notes,
        CancellationToken cancellationToken)
    {
        (string imagesFile, byte[] imagesBytes) = await OpenAsync(folder, images, options, notes, cancellationToken);
        (string labelsFile, byte[] labelsBytes) = await OpenAsync(folder, labels, options, notes, cancellationToken);
        return Idx.ReadSamples(imagesBytes, imagesFile, labelsBytes, labelsFile);
    }

    private static async Task<(string File, byte[] Bytes)> OpenAsync(
        string folder, string name, DatasetOptions options, List<string> notes, CancellationToken cancellationToken)
    {
        string? file = Find(folder, name);
        if (file is null)
        {
            file = name + Compressed;
            if (!options.MayDownload)
            {
                throw new FileNotFoundException(
                    $"MNIST is not on this machine: {file} is not in {folder}, and nothing is downloaded here; nabla train mnist downloads it once, or --data-folder names the folder that holds its four files");
            }

            MnistDownload download = options.Download ?? new MnistDownload();
            await download.FetchAsync(file, folder, options.Progress, cancellationToken);
        }

        byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(folder, file), cancellationToken);
        string found = Convert.ToHexStringLower(SHA256.HashData(bytes));
        string published = Published[file];
        if (found != published)
        {
            notes.Add(
                $"{file}: its SHA-256 begins with {found[..8]}, the published file's with {published[..8]}; it is used as it is");
        }

        return (file, bytes);
    }
}

/// <summary>Where downloaded data lives between runs.</summary>
internal static class UserCache
{
    public static string Folder() => Folder(
        OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) : null,
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME"),
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <summary>The XDG base directory specification: a relative path in the variable is to be ignored.</summary>
    internal static string Folder(string? localApplicationData, string? xdgCacheHome, string home)
    {
        string parent = !string.IsNullOrEmpty(localApplicationData) ? localApplicationData
            : Path.IsPathFullyQualified(xdgCacheHome ?? "") ? xdgCacheHome!
            : home.Length > 0 ? Path.Combine(home, ".cache")
            : Path.GetTempPath();
        return Path.Combine(parent, "nabla");
    }
}

public static partial class Datasets
{
    /// <summary>The MNIST handwritten digits, from a folder, from the cache, or downloaded once.</summary>
    public static BuiltInDataset Mnist { get; } = new(
        "mnist",
        "the MNIST handwritten digits, 60,000 to train and 10,000 to test; downloaded once (12 MB) unless a folder is given",
        Data.Mnist.LoadAsync)
    {
        HasFiles = true,
    };
}
