using Nabla.Models;
using Nabla.Tests.Data;

namespace Nabla.Tests.Models;

public class SafetensorsWriteTests
{
    private static readonly Tensor Old = new("old", [2], new float[] { 1, 2 });
    private static readonly Tensor New = new("new", [3], new double[] { 3, 4, 5 });

    [Fact]
    public void A_file_is_written_and_replaced_and_nothing_else_is_left()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.safetensors");
        Safetensors.Write(path, [Old]);
        Assert.Equal("old F32 [2]", Assert.Single(Safetensors.Read(path).Tensors).ToString());

        Safetensors.Write(path, [New], new Dictionary<string, string> { ["nabla"] = "{}" });

        SafetensorsFile file = Safetensors.Read(path);
        Assert.Equal("model.safetensors", file.Name);
        Assert.Equal("{}", file.Metadata["nabla"]);
        Assert.Equal([3.0, 4, 5], Assert.Single(file.Tensors).Doubles.ToArray());
        Assert.Equal(["model.safetensors"], folder.Entries);
    }

    [Fact]
    public void A_failure_half_way_leaves_the_old_file_and_no_other()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.safetensors");
        Safetensors.Write(path, [Old]);
        byte[] before = File.ReadAllBytes(path);

        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new IOException("the disk is full");
        }));

        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(["model.safetensors"], folder.Entries);
    }

    [Fact]
    public void A_target_that_cannot_be_replaced_is_left_alone()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.File("model.safetensors"));

        Exception error = Assert.ThrowsAny<Exception>(() => Safetensors.Write(folder.File("model.safetensors"), [New]));

        Assert.True(error is IOException or UnauthorizedAccessException, error.ToString());
        Assert.Equal(["model.safetensors"], folder.Entries);
    }

    [Fact]
    public void A_missing_folder_is_an_input_output_error()
    {
        using TemporaryFolder folder = new();
        Assert.ThrowsAny<IOException>(() => Safetensors.Write(folder.File("missing/model.safetensors"), [New]));
        Assert.Empty(folder.Entries);
    }

    [Fact]
    public void What_cannot_be_written_is_refused_before_the_target_is_touched()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.safetensors");
        Safetensors.Write(path, [Old]);
        byte[] before = File.ReadAllBytes(path);

        ArgumentException twice = Assert.Throws<ArgumentException>(() => Safetensors.Write(path, [New, New]));
        Assert.StartsWith("two tensors are named 'new', but every name may stand only once", twice.Message, StringComparison.Ordinal);
        Tensor deep = new("a", [.. Enumerable.Repeat(1L, 65)], new float[1]);
        Assert.Throws<ArgumentException>(() => Safetensors.Write(path, [deep]));
        Dictionary<string, string> half = new() { ["k"] = "\uD800" };
        Assert.Throws<ArgumentException>(() => Safetensors.Write(path, [New], half));
        Dictionary<string, string> tooLong = new() { ["k"] = new string('x', Safetensors.MaxHeaderLength) };
        Assert.Throws<ArgumentException>(() => Safetensors.Write(path, [New], tooLong));

        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(["model.safetensors"], folder.Entries);
    }

    [Fact]
    public void The_longest_file_name_can_be_written()
    {
        using TemporaryFolder folder = new();
        string path = folder.File(new string('m', 255));
        Safetensors.Write(path, [Old]);
        Assert.Equal("old", Safetensors.Read(path).Tensors[0].Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_link_is_followed_and_stays(bool targetExists)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "creating a link needs a privilege there");
        using TemporaryFolder folder = new();
        if (targetExists)
        {
            Safetensors.Write(folder.File("real.safetensors"), [Old]);
        }

        File.CreateSymbolicLink(folder.File("link.safetensors"), "real.safetensors");

        Safetensors.Write(folder.File("link.safetensors"), [New]);

        Assert.Equal("new", Safetensors.Read(folder.File("real.safetensors")).Tensors[0].Name);
        Assert.NotNull(new FileInfo(folder.File("link.safetensors")).LinkTarget);
        Assert.Equal(["link.safetensors", "real.safetensors"], folder.Entries);
    }

    [Fact]
    public void A_relative_path_is_written_into_the_current_folder()
    {
        string name = $"relative-{Path.GetRandomFileName()}";
        try
        {
            Safetensors.Write(name, [Old]);
            Assert.Equal("old", Safetensors.Read(name).Tensors[0].Name);
        }
        finally
        {
            File.Delete(name);
        }
    }
}
