using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using Nabla.Data;
using static Nabla.Tests.Data.LoopbackServer;

namespace Nabla.Tests.Data;

public class MnistDownloadTests
{
    private const string Name = "train-labels-idx1-ubyte.gz";

    private static readonly byte[] content = IdxFiles.Gzip(IdxFiles.Images(1000, 20, 20), CompressionLevel.NoCompression);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_whole_file_arrives_under_its_name_and_progress_is_told(bool announced)
    {
        using var folder = new TemporaryFolder();
        await using var server = new LoopbackServer(_ => new Answer(200, content, announced ? content.Length : null));
        var progress = new Recorder();
        await Download(server).FetchAsync(Name, folder.Path, progress, TestContext.Current.CancellationToken);

        Assert.Equal([Name], folder.Files);
        string path = Path.Combine(folder.Path, Name);
        Assert.Equal(content, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal([Name], server.Asked);
        long? total = announced ? content.Length : null;
        Assert.Equal(new DownloadProgress(Name, 0, total), progress.Seen[0]);
        Assert.Equal(new DownloadProgress(Name, content.Length, total), progress.Seen[^1]);
        Assert.True(progress.Seen.Count > 3);
        Assert.Equal(progress.Seen.OrderBy(step => step.Bytes), progress.Seen);
    }

    [Fact]
    public Task A_body_that_ends_too_early_is_refused() =>
        Refused("", new Answer(200, content[..^1000], content.Length));

    [Fact]
    public Task A_body_that_ends_too_early_unannounced_is_refused() =>
        Refused("sent a file whose SHA-256 begins with ", new Answer(200, content[..^1000], null));

    [Fact]
    public Task A_file_with_the_wrong_checksum_is_refused() =>
        Refused($" instead of {Checksum(content)[..8]}", Answer.Whole([.. content[..^1], (byte)~content[^1]]));

    [Fact]
    public Task A_server_s_error_is_told() => Refused("404", Answer.Failure(404));

    [Fact]
    public Task A_server_that_falls_silent_is_given_up() =>
        Refused("sent nothing for 0.3 s", new Answer(200, content[..100_000], content.Length, ThenSilence: true), patience: 0.3);

    [Fact]
    public async Task The_next_mirror_is_asked_when_one_fails()
    {
        using var folder = new TemporaryFolder();
        await using var broken = new LoopbackServer(_ => Answer.Failure(503));
        await using var wrong = new LoopbackServer(_ => Answer.Whole([1, 2, 3]));
        await using var cut = new LoopbackServer(_ => new Answer(200, content[..200_000], content.Length));
        await using var good = new LoopbackServer(_ => Answer.Whole(content));
        await using var unneeded = new LoopbackServer(_ => Answer.Whole(content));
        await Download(broken, wrong, cut, good, unneeded)
            .FetchAsync(Name, folder.Path, null, TestContext.Current.CancellationToken);
        Assert.Equal([Name], folder.Files);
        Assert.Equal([1, 1, 1, 1, 0], new[] { broken, wrong, cut, good, unneeded }.Select(server => server.Asked.Count));
    }

    [Fact]
    public async Task Cancelling_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        await using var server = new LoopbackServer(_ => new Answer(200, content[..200_000], content.Length, ThenSilence: true));
        await using var second = new LoopbackServer(_ => Answer.Whole(content));
        using var cancel = new CancellationTokenSource();
        bool fileWasThere = false;
        var progress = new Recorder(step =>
        {
            if (step.Bytes >= 200_000)
            {
                fileWasThere = folder.Files.Any();
                cancel.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Download(server, second).FetchAsync(Name, folder.Path, progress, cancel.Token));
        Assert.True(fileWasThere);
        Assert.Empty(folder.Files);
        Assert.Empty(second.Asked);
    }

    [Fact]
    public void The_public_mirrors_are_asked_by_default() =>
        Assert.Equal(MnistDownload.PublicMirrors, new MnistDownload().Mirrors);

    private static async Task Refused(string reason, Answer answer, double patience = 20)
    {
        using var folder = new TemporaryFolder();
        await using var server = new LoopbackServer(_ => answer);
        var download = new MnistDownload([server.Address])
        {
            Checksums = Checksums,
            Patience = TimeSpan.FromSeconds(patience),
        };
        IOException error = await Assert.ThrowsAsync<IOException>(
            () => download.FetchAsync(Name, folder.Path, null, TestContext.Current.CancellationToken));
        Assert.Contains(reason, error.Message);
        Assert.Contains($"{server.Address}{Name}", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Empty(folder.Files);
    }

    private static MnistDownload Download(params LoopbackServer[] servers) =>
        new([.. servers.Select(server => server.Address)]) { Checksums = Checksums };

    private static ImmutableDictionary<string, string> Checksums =>
        ImmutableDictionary<string, string>.Empty.Add(Name, Checksum(content));

    private static string Checksum(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private sealed class Recorder(Action<DownloadProgress>? also = null) : IProgress<DownloadProgress>
    {
        public List<DownloadProgress> Seen { get; } = [];

        public void Report(DownloadProgress value)
        {
            Seen.Add(value);
            also?.Invoke(value);
        }
    }
}
