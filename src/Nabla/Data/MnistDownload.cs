using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Nabla.Data;

/// <summary>How far the download of a file has come.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Bytes">Bytes received so far.</param>
/// <param name="Total">Bytes that the server announced, or null where it did not.</param>
public readonly record struct DownloadProgress(string File, long Bytes, long? Total);

/// <summary>
/// Downloads MNIST's files from the first mirror that delivers them whole and right. A file appears under its name only when its SHA-256 is the
/// published one; until then, it is a temporary file beside it, which is deleted when anything goes wrong.
/// </summary>
public sealed class MnistDownload
{
    // The largest of the files has 9.9 MB; a server that goes on sending should not fill the disk.
    private const long LargestFile = 1L << 26;
    private const int BufferSize = 1 << 16;

    private static readonly Lazy<HttpClient> sharedClient = new(() => new HttpClient { Timeout = Timeout.InfiniteTimeSpan });

    private readonly HttpClient? client;

    /// <summary>A download from mirrors.</summary>
    /// <param name="mirrors">Addresses that the files' names are appended to, the preferred one first; none given: <see cref="PublicMirrors"/>.</param>
    /// <param name="client">The client to ask with; null is a shared one with the system's proxy.</param>
    public MnistDownload(ImmutableArray<Uri> mirrors = default, HttpClient? client = null)
    {
        Mirrors = mirrors.IsDefaultOrEmpty ? PublicMirrors : mirrors;
        this.client = client;
    }

    /// <summary>Public copies of the files as they were published.</summary>
    public static ImmutableArray<Uri> PublicMirrors { get; } =
    [
        new("https://ossci-datasets.s3.amazonaws.com/mnist/"),
        new("https://storage.googleapis.com/cvdf-datasets/mnist/"),
    ];

    /// <summary>The addresses asked, in this order.</summary>
    public ImmutableArray<Uri> Mirrors { get; }

    /// <summary>A server that sends nothing for so long is given up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The SHA-256 that a file must have, by its name.</summary>
    internal ImmutableDictionary<string, string> Checksums { get; init; } = Mnist.Published;

    /// <summary>Brings one file into the folder.</summary>
    /// <exception cref="IOException">No mirror delivered it, or the folder cannot be written; nothing is left behind.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left behind.</exception>
    internal async Task FetchAsync(string file, string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var failures = new List<string>();
        foreach (Uri mirror in Mirrors)
        {
            var address = new Uri(mirror, file);
            string temporary = Path.Combine(folder, $"{file}.{Path.GetRandomFileName()}.part");
            try
            {
                string checksum = await ReceiveAsync(address, file, temporary, progress, cancellationToken);
                if (checksum == Checksums[file])
                {
                    File.Move(temporary, Path.Combine(folder, file), overwrite: true);
                    return;
                }

                failures.Add($"{address} sent a file whose SHA-256 begins with {checksum[..8]} instead of {Checksums[file][..8]}");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                failures.Add($"{address} sent nothing for {Patience.TotalSeconds:0.#} s");
            }
            catch (Exception error) when (error is HttpRequestException or InvalidDataException)
            {
                failures.Add($"{address}: {error.Message.TrimEnd('.')}");
            }
            finally
            {
                // Where it was moved there is nothing to delete, which File.Delete takes as done.
                File.Delete(temporary);
            }
        }

        throw new IOException(
            $"MNIST's {file} is not in {folder} and could not be downloaded ({string.Join("; ", failures)}); "
            + "give the folder that holds MNIST's four files with --data-folder, or use the built-in digits");
    }

    /// <summary>Writes what the address answers to a file and flushes it to the disk; the SHA-256 of it.</summary>
    private async Task<string> ReceiveAsync(
        Uri address, string file, string temporary, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using HttpResponseMessage response =
            await (client ?? sharedClient.Value).GetAsync(address, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        response.EnsureSuccessStatusCode();
        long? total = response.Content.Headers.ContentLength;
        using Stream source = await response.Content.ReadAsStreamAsync(patience.Token);
        using var destination = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long bytes = 0;
            progress?.Report(new DownloadProgress(file, bytes, total));
            while (true)
            {
                patience.CancelAfter(Patience);
                int read = await ReadAsync(source, buffer, patience.Token);
                if (read == 0)
                {
                    break;
                }

                bytes += read;
                if (bytes > LargestFile)
                {
                    throw new InvalidDataException($"the file has more than {LargestFile} bytes");
                }

                hash.AppendData(buffer, 0, read);
                await destination.WriteAsync(buffer.AsMemory(0, read), patience.Token);
                progress?.Report(new DownloadProgress(file, bytes, total));
            }

            destination.Flush(flushToDisk: true);
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A connection that breaks is the server's failure, unlike a disk that is full: the next mirror may do better.</summary>
    private static async Task<int> ReadAsync(Stream source, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException error)
        {
            throw new HttpRequestException(error.Message, error);
        }
    }
}
