namespace Nabla.Data.Tables;

/// <summary>The bytes of a table's file, uncompressed where it is compressed with gzip, which its first bytes tell.</summary>
internal sealed class TableBytes : IDisposable
{
    private readonly FileStream? plain;
    private readonly Gzip? gzip;

    /// <exception cref="InvalidDataException">It is not a file that can be read so.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public TableBytes(string path)
    {
        FileName = Path.GetFileName(path);
        if (Directory.Exists(path))
        {
            throw new InvalidDataException($"{path} is a folder, but a table is a file");
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"there is no file {path}");
        }

        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            if (!stream.CanSeek)
            {
                throw new InvalidDataException($"{FileName} is a pipe, but a table is read several times and so must be a file");
            }

            Span<byte> first = stackalloc byte[2];
            int read = stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
            if (!Gzip.Begins(first[..read]))
            {
                stream.Position = 0;
                plain = stream;
                return;
            }

            gzip = new(stream, FileName);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The file's name, for messages.</summary>
    public string FileName { get; }

    /// <summary>How many bytes there are; null where they are compressed.</summary>
    public long? Length => plain?.Length;

    /// <summary>The next bytes; none only at the end.</summary>
    /// <exception cref="InvalidDataException">The compressed data is damaged.</exception>
    public int Read(Span<byte> destination)
    {
        if (gzip is null)
        {
            return plain!.Read(destination);
        }

        int read = gzip.Read(destination);
        if (read == 0)
        {
            gzip.RequireEnd();
        }

        return read;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        plain?.Dispose();
        gzip?.Dispose();
    }
}
