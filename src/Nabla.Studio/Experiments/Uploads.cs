using System.Collections.Concurrent;
using System.Collections.Immutable;
using Nabla.Data;
using Nabla.Data.Arrays;
using Nabla.Data.Tables;
using Nabla.Studio.Server;

namespace Nabla.Studio.Experiments;

/// <summary>A file that was dropped on the page: its name there, and the path of the copy.</summary>
public sealed record Upload(string Name, string Path);

/// <summary>The data sets that experiments can choose: the built-in ones, and files that were dropped on the page, in a folder of this server's own until it ends.</summary>
public sealed class Uploads(StudioOptions options) : IDisposable
{
    private const int MostFiles = 20;
    private readonly ConcurrentDictionary<string, Upload> files = new(StringComparer.Ordinal);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nabla-studio-");

    /// <summary>The largest file that may be dropped, in bytes.</summary>
    public long MostBytes => options.MostUploadBytes;

    /// <summary>The names of what was dropped.</summary>
    public ImmutableArray<string> Names => [.. files.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Everything that an experiment can be about.</summary>
    public ImmutableArray<string> Choices => [.. Datasets.All.Select(data => data.Name), .. Names];

    /// <summary>Keeps a file; one of the same name is replaced.</summary>
    /// <returns>Its name as the data of an experiment.</returns>
    /// <exception cref="InvalidDataException">It is larger than allowed, empty, or there are too many.</exception>
    public async Task<string> AddAsync(string fileName, Stream content, long announced, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(fileName.Replace('\\', '/'));
        if (announced > options.MostUploadBytes)
        {
            throw new InvalidDataException($"{name} has {announced:N0} bytes, but at most {options.MostUploadBytes:N0} may be dropped here; nabla train reads larger files");
        }

        if (files.Count >= MostFiles && !files.ContainsKey(name))
        {
            throw new InvalidDataException($"there are {MostFiles} files already; a file of the same name would replace one");
        }

        string path = Path.Combine(folder.FullName, $"{Guid.NewGuid():N}-{string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'))}");
        await using (FileStream file = File.Create(path))
        {
            await content.CopyToAsync(file, cancellationToken);
        }

        if (new FileInfo(path).Length == 0)
        {
            File.Delete(path);
            throw new InvalidDataException($"{name} is empty");
        }

        files[name] = new(name, path);
        return name;
    }

    /// <summary>Loads the data of an experiment; what holds samples back to test with holds them back to watch the training here.</summary>
    /// <exception cref="ArgumentException">There is no data of this name, or it is not what the settings say.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public async Task<Dataset> LoadAsync(ExperimentSettings settings, CancellationToken cancellationToken)
    {
        Dataset data;
        if (files.TryGetValue(settings.Data, out Upload? upload))
        {
            TableOptions table = new() { Target = settings.Target, Seed = settings.Seed, Validation = 0.2, Test = 0 };
            data = await Task.Run(() => ArrayReader.IsArrayFile(upload.Path) ? ArrayReader.Load(upload.Path, null, table) : TableReader.Load(upload.Path, table, cancellationToken), cancellationToken);
        }
        else
        {
            if (Datasets.All.FirstOrDefault(one => one.Name == settings.Data) is not BuiltInDataset builtIn)
            {
                throw new ArgumentException($"there is no data '{settings.Data}': it is none of {string.Join(", ", Datasets.All.Select(one => one.Name))}, and no such file was dropped on the page since the studio was started");
            }

            data = await Task.Run(() => builtIn.LoadAsync(new() { Seed = settings.Seed, DataFolder = builtIn.HasFiles ? options.DataFolder : null, MayDownload = false }, cancellationToken), cancellationToken);
        }

        return new(data.Name, data.Train, null, data.Classes, data.Notes, data.Validation ?? data.Test, data.Preprocessing);
    }

    public void Dispose()
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // Another program holds a copy open; the system's cleaning of its temporary folder gets it.
        }
    }
}
