using System.Buffers.Binary;
using System.Text;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

public class DamagedFilesTests
{
    private const string TrainImages = "train-images-idx3-ubyte";
    private const string TrainLabels = "train-labels-idx1-ubyte";

    public static TheoryData<string, string, byte[]> DamagedData { get; } = new()
    {
        { "a wrong magic number", TrainImages, [.. IdxFiles.Header(0x00000802, 3, 28, 28), .. new byte[3 * 784]] },
        { "labels instead of images", TrainImages, IdxFiles.Labels(1, 2, 3) },
        { "a truncated IDX file", TrainImages, IdxFiles.Images(3, 28, 28)[..^1] },
        { "an over-long IDX file", TrainImages, [.. IdxFiles.Images(3, 28, 28), 0] },
        { "an empty file", TrainLabels, [] },
        { "a truncated gzip file", TrainImages + ".gz", IdxFiles.Gzip(IdxFiles.Images(3, 28, 28))[..^9] },
        { "a gzip file with something behind it", TrainImages + ".gz", [.. IdxFiles.Gzip(IdxFiles.Images(3, 28, 28)), 1, 2, 3] },
        { "a gzip file of a truncated IDX file", TrainImages + ".gz", IdxFiles.Gzip(IdxFiles.Images(3, 28, 28)[..^7]) },
        { "no gzip file", TrainImages + ".gz", Encoding.ASCII.GetBytes("<html>not found</html>") },
        { "fewer labels than images", TrainLabels, IdxFiles.Labels(5, 0) },
        { "a label that is no digit", TrainLabels, IdxFiles.Labels(5, 0, 10) },
        { "images of another size than the test images", TrainImages, IdxFiles.Images(3, 27, 28) },
    };

    public static TheoryData<string, byte[]> DamagedModels { get; } = new()
    {
        { "an empty file", [] },
        { "something else", Encoding.ASCII.GetBytes("this is not a model, but a sentence") },
        { "a header longer than the file", [.. Length(1000), .. "{}"u8] },
        { "a header longer than any may be", [.. Length(ulong.MaxValue), .. "{}"u8] },
        { "a header that is no JSON", Header("{\"a\":") },
        { "a hole in the data", [.. Header("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"""), .. new byte[8]] },
        { "a tensor without its data", Header("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""") },
        { "tensors of another program", [.. Header("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"""), .. new byte[4]] },
        { "a description that is no JSON", Header("""{"__metadata__":{"nabla":"?"}}""") },
        { "a description of another format", Header("""{"__metadata__":{"nabla":"{\"format\":99}"}}""") },
        { "a description without a network", Header("""{"__metadata__":{"nabla":"{\"format\":1}"}}""") },
    };

    [Theory]
    [MemberData(nameof(DamagedData))]
    public async Task Damaged_data_is_refused_in_one_sentence_and_leaves_no_file(string what, string file, byte[] content)
    {
        using TemporaryFolder folder = new();
        using TemporaryFolder output = new();
        WriteMnist(folder);
        File.Delete(Path.Combine(folder.Path, file.Replace(".gz", "", StringComparison.Ordinal)));
        folder.Write(file, content);
        Run run = await CommandLine.RunAsync(
            "train", "mnist", "--data-folder", folder.Path, "--epochs", "1", "--out", Path.Combine(output.Path, "model.safetensors"));
        string sentence = run.Refused(ExitCode.BadData);
        Assert.True(sentence.Length > 30, $"{what}: {sentence}");
        Assert.Contains(Path.GetFileNameWithoutExtension(TrainImages)[..5], sentence, StringComparison.Ordinal);
        Assert.Empty(output.Files);
    }

    [Fact]
    public async Task The_same_files_undamaged_are_trained_with()
    {
        using TemporaryFolder folder = new();
        WriteMnist(folder);
        Run run = await CommandLine.RunAsync(
            "train", "mnist", "--data-folder", folder.Path, "--epochs", "1", "--out", Path.Combine(folder.Path, "model.safetensors"));
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("Note      train-images-idx3-ubyte: its SHA-256 begins with ", run.Error, StringComparison.Ordinal);
        Assert.Contains("batches of 3", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_the_files_is_named()
    {
        using TemporaryFolder folder = new();
        Run run = await CommandLine.RunAsync("train", "mnist", "--data-folder", folder.Path, "--out", Path.Combine(folder.Path, "model.safetensors"));
        Assert.StartsWith($"{folder.Path} does not hold train-images-idx3-ubyte, ", run.Refused(ExitCode.BadData));
        Assert.Empty(folder.Files);
    }

    [Theory]
    [MemberData(nameof(DamagedModels))]
    public async Task A_damaged_model_is_refused_in_one_sentence_by_every_command(string what, byte[] content)
    {
        using TemporaryFolder folder = new();
        folder.Write("damaged.safetensors", content);
        string path = Path.Combine(folder.Path, "damaged.safetensors");
        foreach (string[] args in new[] { new[] { "inspect", path }, ["evaluate", path, "xor"], ["predict", path, "xor", "--json"] })
        {
            Run run = await CommandLine.RunAsync(args);
            string sentence = run.Refused(ExitCode.BadData);
            Assert.True(sentence.StartsWith("damaged.safetensors: ", StringComparison.Ordinal), $"{what}: {sentence}");
        }
    }

    /// <summary>Its header and description can be read, so inspect shows them, and says that the other commands refuse it.</summary>
    [Fact]
    public async Task A_model_that_evaluate_refuses_is_shown_by_inspect_with_what_is_wrong()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "model.safetensors");
        await CommandLine.RunAsync("train", "xor", "--epochs", "1", "--out", path);
        byte[] model = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        BinaryPrimitives.WriteSingleLittleEndian(model.AsSpan(model.Length - sizeof(float)), float.NaN);
        await File.WriteAllBytesAsync(path, model, TestContext.Current.CancellationToken);
        string refused = (await CommandLine.RunAsync("evaluate", path, "xor")).Refused(ExitCode.BadData);
        foreach (string[] json in new string[][] { [], ["--json"] })
        {
            Run shown = await CommandLine.RunAsync(["inspect", path, .. json]);
            Assert.Equal(ExitCode.BadData, shown.Code);
            Assert.Contains("2-4-1", shown.Output, StringComparison.Ordinal);
            Assert.Equal($"nabla: {refused}; evaluate and predict refuse this file\n", shown.Error);
        }
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_named()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "none.safetensors");
        Assert.Equal($"there is no model file {path}; nabla train writes one", (await CommandLine.RunAsync("inspect", path)).Refused(ExitCode.BadData));
        Assert.Equal($"{folder.Path} is a folder, but a model is a file", (await CommandLine.RunAsync("evaluate", folder.Path, "xor")).Refused(ExitCode.BadData));
        Assert.StartsWith("unknown data set 'xro'; did you mean 'xor'?", (await CommandLine.RunAsync("predict", path, "xro")).Refused(ExitCode.Usage));
    }

    private static void WriteMnist(TemporaryFolder folder)
    {
        folder.Write(TrainImages, IdxFiles.Images(3, 28, 28));
        folder.Write(TrainLabels, IdxFiles.Labels(5, 0, 4));
        folder.Write("t10k-images-idx3-ubyte", IdxFiles.Images(2, 28, 28, seed: 2));
        folder.Write("t10k-labels-idx1-ubyte", IdxFiles.Labels(7, 2));
    }

    private static byte[] Header(string json) => [.. Length((ulong)Encoding.UTF8.GetByteCount(json)), .. Encoding.UTF8.GetBytes(json)];

    private static byte[] Length(ulong length)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        return bytes;
    }
}
