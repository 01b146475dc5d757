using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using Nabla.Data;

namespace Nabla.Tests.Data;

public class MnistTests
{
    private static readonly ImmutableDictionary<string, byte[]> files = new Dictionary<string, byte[]>
    {
        ["train-images-idx3-ubyte"] = IdxFiles.Images(3, 28, 28),
        ["train-labels-idx1-ubyte"] = IdxFiles.Labels(5, 0, 4),
        ["t10k-images-idx3-ubyte"] = IdxFiles.Images(2, 28, 28, seed: 2),
        ["t10k-labels-idx1-ubyte"] = IdxFiles.Labels(7, 2),
    }.ToImmutableDictionary();

    private static ImmutableDictionary<string, byte[]> CompressedFiles { get; } =
        files.ToImmutableDictionary(file => file.Key + ".gz", file => IdxFiles.Gzip(file.Value));

    [Fact]
    public async Task The_real_files_are_read_with_a_note_about_the_one_that_differs()
    {
        string folder = SharedFolder.Require("data", "mnist");
        Dataset mnist = await Load(new DatasetOptions { DataFolder = folder });
        Assert.Equal((60_000, 10_000), (mnist.Train.Count, mnist.Test!.Count));
        Assert.Equal((784, 10), (mnist.Train.Inputs, mnist.Train.Outputs));
        Assert.Equal([5, 0, 4, 1, 9], mnist.Train.Labels!.Value[..5]);
        Assert.Equal([7, 2, 1, 0, 4], mnist.Test.Labels!.Value[..5]);
        Assert.Equal(
            "train-images-idx3-ubyte.gz: its SHA-256 begins with d15b68db, the published file's with 440fcabf; "
            + "it is used as it is",
            Assert.Single(mnist.Notes));
    }

    [Fact]
    public async Task The_real_files_unpacked_are_known_by_their_checksums_too()
    {
        string source = SharedFolder.Require("data", "mnist");
        using var folder = new TemporaryFolder();
        foreach ((string name, byte[] content) in files)
        {
            folder.Write(name, content);
        }

        foreach (string name in new[] { "train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte", "t10k-images-idx3-ubyte" })
        {
            using FileStream compressed = File.OpenRead(Path.Combine(source, name + ".gz"));
            using var gzip = new GZipStream(compressed, CompressionMode.Decompress);
            using FileStream unpacked = File.Create(Path.Combine(folder.Path, name));
            await gzip.CopyToAsync(unpacked, TestContext.Current.CancellationToken);
        }

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(
            () => Load(new DatasetOptions { DataFolder = folder.Path }));
        Assert.Equal(
            "train-images-idx3-ubyte holds 3 images but train-labels-idx1-ubyte holds 60000 labels; "
            + "each image needs one label",
            error.Message);

        folder.Write("train-labels-idx1-ubyte", files["train-labels-idx1-ubyte"]);
        Dataset mnist = await Load(new DatasetOptions { DataFolder = folder.Path });
        Assert.Equal(10_000, mnist.Test!.Count);
        Assert.All(mnist.Notes, note => Assert.StartsWith("train-", note));
        Assert.Equal(2, mnist.Notes.Length);
    }

    [Fact]
    public async Task A_folder_may_mix_compressed_and_unpacked_files()
    {
        using var folder = new TemporaryFolder();
        folder.Write("train-images-idx3-ubyte.gz", CompressedFiles["train-images-idx3-ubyte.gz"]);
        folder.Write("train-labels-idx1-ubyte", files["train-labels-idx1-ubyte"]);
        folder.Write("t10k-images-idx3-ubyte", files["t10k-images-idx3-ubyte"]);
        folder.Write("t10k-labels-idx1-ubyte.gz", CompressedFiles["t10k-labels-idx1-ubyte.gz"]);
        Dataset mnist = await Load(new DatasetOptions { DataFolder = folder.Path });
        Assert.Equal([5, 0, 4], mnist.Train.Labels!.Value);
        Assert.Equal(4, mnist.Notes.Length);
        Assert.True(mnist.IsClassification);
    }

    [Fact]
    public async Task A_folder_without_the_files_is_named_with_what_it_lacks()
    {
        using var folder = new TemporaryFolder();
        folder.Write("train-images-idx3-ubyte", files["train-images-idx3-ubyte"]);
        folder.Write("t10k-images-idx3-ubyte.gz", CompressedFiles["t10k-images-idx3-ubyte.gz"]);
        FileNotFoundException missing = await Assert.ThrowsAsync<FileNotFoundException>(
            () => Load(new DatasetOptions { DataFolder = folder.Path }));
        Assert.Equal(
            $"{folder.Path} does not hold train-labels-idx1-ubyte, t10k-labels-idx1-ubyte (with or without .gz); "
            + "--data-folder names the folder that holds the four files of MNIST",
            missing.Message);

        string nowhere = Path.Combine(folder.Path, "nowhere");
        DirectoryNotFoundException none = await Assert.ThrowsAsync<DirectoryNotFoundException>(
            () => Load(new DatasetOptions { DataFolder = nowhere }));
        Assert.StartsWith($"there is no folder {nowhere}; ", none.Message);
    }

    [Fact]
    public async Task Pictures_of_two_sizes_are_refused()
    {
        using var folder = new TemporaryFolder();
        foreach ((string name, byte[] content) in files.SetItem("t10k-images-idx3-ubyte", IdxFiles.Images(2, 8, 8)))
        {
            folder.Write(name, content);
        }

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(
            () => Load(new DatasetOptions { DataFolder = folder.Path }));
        Assert.EndsWith(
            "the training images have 784 pixels but the test images have 64; they need the same size", error.Message);
    }

    [Fact]
    public async Task What_is_missing_in_the_cache_is_downloaded_once()
    {
        using var cache = new TemporaryFolder();
        await using var server = new LoopbackServer(file => LoopbackServer.Answer.Whole(CompressedFiles[file]));
        var options = new DatasetOptions { CacheFolder = cache.Path, Download = Download(server) };
        Dataset first = await Load(options);
        Assert.Equal([7, 2], first.Test!.Labels!.Value);
        Assert.Equal(CompressedFiles.Keys.Order(), server.Asked.Order());
        Assert.Equal(CompressedFiles.Keys.Select(name => "mnist/" + name).Order(StringComparer.Ordinal), cache.Files);

        await Load(options);
        Assert.Equal(4, server.Asked.Count);

        File.Delete(Path.Combine(cache.Path, "mnist", "t10k-labels-idx1-ubyte.gz"));
        await Load(options);
        Assert.Equal("t10k-labels-idx1-ubyte.gz", server.Asked.Last());
        Assert.Equal(5, server.Asked.Count);
    }

    [Fact]
    public async Task Without_files_and_network_the_sentence_says_what_was_looked_for_and_what_helps()
    {
        using var cache = new TemporaryFolder();
        var server = new LoopbackServer(_ => LoopbackServer.Answer.Failure(500));
        Uri gone = server.Address;
        await server.DisposeAsync();
        IOException error = await Assert.ThrowsAsync<IOException>(
            () => Load(new DatasetOptions { CacheFolder = cache.Path, Download = new MnistDownload([gone]) }));
        Assert.StartsWith(
            $"MNIST's train-images-idx3-ubyte.gz is not in {Path.Combine(cache.Path, "mnist")} and could not be downloaded "
            + $"({gone}train-images-idx3-ubyte.gz: ",
            error.Message);
        Assert.EndsWith(
            "; give the folder that holds MNIST's four files with --data-folder, or use the built-in digits", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Empty(cache.Files);
    }

    [Fact]
    public void The_cache_folder_follows_the_conventions_of_the_system()
    {
        string root = OperatingSystem.IsWindows() ? @"C:\" : "/";
        string home = Path.Combine(root, "home");
        string elsewhere = Path.Combine(root, "elsewhere");
        Assert.Equal(Path.Combine(elsewhere, "nabla"), UserCache.Folder(null, elsewhere, home));
        Assert.Equal(Path.Combine(home, ".cache", "nabla"), UserCache.Folder(null, null, home));
        Assert.Equal(Path.Combine(home, ".cache", "nabla"), UserCache.Folder(null, "relative", home));
        Assert.Equal(Path.Combine(elsewhere, "nabla"), UserCache.Folder(elsewhere, null, home));
        Assert.Equal(Path.Combine(Path.GetTempPath(), "nabla"), UserCache.Folder(null, null, ""));
    }

    private static MnistDownload Download(LoopbackServer server) => new([server.Address])
    {
        Checksums = CompressedFiles.ToImmutableDictionary(
            file => file.Key, file => Convert.ToHexStringLower(SHA256.HashData(file.Value))),
    };

    private static Task<Dataset> Load(DatasetOptions options) =>
        Datasets.LoadAsync("mnist", options, TestContext.Current.CancellationToken);
}
