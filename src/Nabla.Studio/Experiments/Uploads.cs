using System.Collections.Immutable;
using System.IO.Compression;
using Nabla.Data;
using Nabla.Data.Arrays;
using Nabla.Data.Tables;
using Nabla.Studio.Server;

namespace Nabla.Studio.Experiments;

/// <summary>A file that was dropped on the page: its name there, and the path of the copy.</summary>
public sealed record Upload(string Name, string Path);

/// <summary>A file that has just been dropped and that an experiment is to be begun with: where that cannot be, the file is taken back.</summary>
public sealed class DroppedFile
{
    private readonly Uploads uploads;
    private readonly Upload file;

    internal DroppedFile(Uploads uploads, Upload file) => (this.uploads, this.file) = (uploads, file);

    /// <summary>Its name as the data of an experiment.</summary>
    public string Name => file.Name;

    /// <summary>It stays; the files of the same name that it took the place of go.</summary>
    public void Keep() => uploads.Keep(file);

    /// <summary>It goes; the file of the same name that it took the place of is there again.</summary>
    public void TakeBack() => uploads.TakeBack(file);
}

/// <summary>The data sets that experiments can choose: the built-in ones, and files that were dropped on the page, in a folder of this server's own until it ends.</summary>
public sealed class Uploads(StudioOptions options) : IDisposable
{
    private const int MostFiles = 20;
    private readonly Lock gate = new();

    /// <summary>The files of each name in the order in which they came: the last is the one that is found, those before it wait for what becomes of it.</summary>
    private readonly Dictionary<string, List<Upload>> files = new(StringComparer.Ordinal);
    private readonly Dictionary<Upload, int> readers = [];
    private readonly HashSet<Upload> gone = [];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nabla-studio-");

    /// <summary>The names of what was dropped.</summary>
    public ImmutableArray<string> Names
    {
        get
        {
            lock (gate)
            {
                return [.. files.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Everything that an experiment can be about.</summary>
    public ImmutableArray<string> Choices => [.. Datasets.All.Select(data => data.Name), .. Names];

    /// <summary>The file of a name; null where there is none. A file that was dropped again is another one.</summary>
    public Upload? Find(string? name)
    {
        lock (gate)
        {
            return name is null ? null : files.GetValueOrDefault(name)?[^1];
        }
    }

    /// <summary>Whether a file that was dropped holds arrays, whose targets are in another one.</summary>
    public static bool NeedsLabels(string name) => ArrayReader.IsArrayFile(name) && !name.EndsWith(".npz", StringComparison.OrdinalIgnoreCase);

    /// <summary>Puts a file among the choices, in place of one of the same name, until it is kept or taken back.</summary>
    /// <param name="fileName">Its name, as the browser says it.</param>
    /// <param name="size">Its size, as the browser says it.</param>
    /// <param name="open">Opens it, where so many bytes may be read.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="InvalidDataException">It is larger than allowed, packed or unpacked, or empty, or there are too many.</exception>
    public async Task<DroppedFile> AddAsync(string fileName, long size, Func<long, Stream> open, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(fileName.Replace('\\', '/'));
        if (size > options.MostUploadBytes)
        {
            throw new InvalidDataException($"{name} has {size:N0} bytes, but at most {options.MostUploadBytes:N0} may be dropped here; nabla train reads larger files");
        }

        if (name.Trim('.', ' ').Length == 0 || Datasets.All.Any(data => data.Name == name))
        {
            throw new InvalidDataException($"'{name}' cannot be the name of a file here; another one can");
        }

        if (Names is { Length: >= MostFiles } names && !names.Contains(name))
        {
            throw TooMany();
        }

        // A folder of its own, so that messages call the file what its owner calls it, as far as a name can be trusted.
        string path = Path.Combine(folder.CreateSubdirectory($"{Guid.NewGuid():N}").FullName, string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')));
        try
        {
            await using (FileStream file = File.Create(path))
            await using (Stream content = open(options.MostUploadBytes))
            {
                await content.CopyToAsync(file, cancellationToken);
            }

            if (new FileInfo(path).Length == 0)
            {
                throw new InvalidDataException($"{name} is empty");
            }

            await Task.Run(() => RequireUnpackedSize(name, path), cancellationToken);
        }
        catch
        {
            Delete(path);
            throw;
        }

        Upload upload = new(name, path);
        lock (gate)
        {
            // Others may have come while this one was read.
            if (!files.TryGetValue(name, out List<Upload>? same) && files.Count >= MostFiles)
            {
                Delete(path);
                throw TooMany();
            }

            if (same is null)
            {
                files.Add(name, same = []);
            }

            same.Add(upload);
            return new(this, upload);
        }
    }

    /// <summary>Holds a file: it is not deleted before the reading is over, even where another one takes its place.</summary>
    /// <returns>The file and what ends the reading; null where there is none of this name.</returns>
    internal Reading? Hold(string name)
    {
        lock (gate)
        {
            if (Find(name) is not Upload upload)
            {
                return null;
            }

            readers[upload] = readers.GetValueOrDefault(upload) + 1;
            return new(this, upload);
        }
    }

    /// <summary>Those of its name that came before go.</summary>
    internal void Keep(Upload file)
    {
        lock (gate)
        {
            List<Upload> same = files.GetValueOrDefault(file.Name) ?? [];
            int place = Math.Max(0, same.IndexOf(file));
            foreach (Upload earlier in same[..place])
            {
                Remove(earlier);
            }

            same.RemoveRange(0, place);
        }
    }

    /// <summary>It goes, wherever it stands among those of its name; one that has gone already is gone.</summary>
    internal void TakeBack(Upload file)
    {
        lock (gate)
        {
            if (files.TryGetValue(file.Name, out List<Upload>? same) && same.Remove(file))
            {
                Remove(file);
                if (same.Count == 0)
                {
                    files.Remove(file.Name);
                }
            }
        }
    }

    private void Remove(Upload file)
    {
        gone.Add(file);
        DeleteUnread(file);
    }

    private void Release(Upload upload)
    {
        lock (gate)
        {
            readers[upload]--;
            DeleteUnread(upload);
        }
    }

    /// <summary>A file has a folder of its own.</summary>
    private static void Delete(string path) => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

    private static InvalidDataException TooMany() => new($"there are {MostFiles} files already; only one of the same name as one of them could be dropped now");

    private void DeleteUnread(Upload upload)
    {
        if (gone.Contains(upload) && readers.GetValueOrDefault(upload) == 0)
        {
            Delete(upload.Path);
            readers.Remove(upload);
            gone.Remove(upload);
        }
    }

    /// <summary>Loads the data of an experiment; what holds samples back to test with holds them back to watch the training here.</summary>
    /// <exception cref="ArgumentException">There is no data of this name, or it is not what the settings say.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public async Task<Dataset> LoadAsync(ExperimentSettings settings, CancellationToken cancellationToken)
    {
        Dataset data;
        using Reading? held = Hold(settings.Data);
        if (held is not null)
        {
            TableOptions table = new() { Target = settings.Target, Seed = settings.Seed, Validation = 0.2, Test = 0 };
            using Reading? labels = settings.Labels is string name ? Hold(name) : null;
            if (labels is null && settings.Labels is not null)
            {
                throw new ArgumentException($"the labels are in {settings.Labels}, but no such file was dropped on the page since the studio was started");
            }

            data = await Task.Run(() => Load(held.Upload, labels?.Upload.Path, table, cancellationToken), cancellationToken);
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

    private static Dataset Load(Upload upload, string? labels, TableOptions table, CancellationToken cancellationToken)
    {
        if (!ArrayReader.IsArrayFile(upload.Path))
        {
            return TableReader.Load(upload.Path, table, cancellationToken);
        }

        return labels is null && !upload.Path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase)
            ? throw new ArgumentException($"{upload.Name} holds the inputs; drop the file with the targets together with it")
            : ArrayReader.Load(upload.Path, labels, table);
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

    /// <summary>A small file may hold a large one: it is unpacked once without being kept, as far as the limit.</summary>
    private void RequireUnpackedSize(string name, string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> first = stackalloc byte[2];
        int read = file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        file.Position = 0;
        if (read == first.Length && first is [0x1f, 0x8b])
        {
            using GZipStream gzip = new(file, CompressionMode.Decompress);
            Count(gzip, options.MostUnpackedBytes);
        }
        else if (read == first.Length && first is [(byte)'P', (byte)'K'])
        {
            using ZipArchive archive = new(file);
            long left = options.MostUnpackedBytes;
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                using Stream content = entry.Open();
                left -= Count(content, left);
            }
        }

        long Count(Stream stream, long most)
        {
            byte[] buffer = new byte[1 << 16];
            long count = 0;
            while (stream.Read(buffer) is int bytes and > 0)
            {
                count += bytes;
                if (count > most)
                {
                    throw new InvalidDataException($"{name} unpacks to more than {options.MostUnpackedBytes:N0} bytes, which is the most that may be dropped here");
                }
            }

            return count;
        }
    }

    /// <summary>A file that is being read.</summary>
    internal sealed class Reading(Uploads uploads, Upload upload) : IDisposable
    {
        private bool isOver;

        /// <summary>The file.</summary>
        public Upload Upload => upload;

        /// <summary>Ends the reading.</summary>
        public void Dispose()
        {
            if (!isOver)
            {
                isOver = true;
                uploads.Release(upload);
            }
        }
    }
}
