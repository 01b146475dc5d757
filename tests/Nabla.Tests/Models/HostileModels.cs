using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Tests.Data;
using Nabla.Training;

namespace Nabla.Tests.Models;

/// <summary>Whatever the bytes of a model file or of a checkpoint: a model or one sentence, and no more memory than the file is worth.</summary>
[Collection(nameof(Alone))]
public sealed class HostileModels : IDisposable
{
    private const ulong Seed = 20_261_127;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_model_cut_off_at_every_byte_is_refused()
    {
        byte[] whole = ModelBytes();
        Assert.True(IsModel(whole, "whole"));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.False(IsModel(whole[..length], $"{length} bytes"));
        }
    }

    /// <summary>The format has no checksum: a weight may be another, and a word that only people read.</summary>
    [Fact]
    public void A_model_with_ten_thousand_flipped_bits()
    {
        byte[] whole = ModelBytes();
        int read = Flipped(whole, IsModel);
        Assert.InRange(read, 300, 9000);
    }

    [Fact]
    public void A_checkpoint_cut_off_at_every_byte_is_refused()
    {
        byte[] whole = CheckpointBytes();
        Assert.True(IsCheckpoint(whole, "whole"));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.False(IsCheckpoint(whole[..length], $"{length} bytes"));
        }
    }

    /// <summary>Its name is that of its checksum, as one who wants to harm would name it; with any other name it is not read at all.</summary>
    [Fact]
    public void A_checkpoint_with_ten_thousand_flipped_bits()
    {
        int read = Flipped(CheckpointBytes(), IsCheckpoint);
        Assert.InRange(read, 300, 9500);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Numbers_that_are_not_finite_are_refused(float number)
    {
        byte[] whole = ModelBytes();
        BitConverter.GetBytes(number).CopyTo(whole, whole.Length - sizeof(float));
        Assert.False(IsModel(whole, $"{number}"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_large_file_takes_no_more_than_twice_its_bytes_and_64_MB_while_it_is_read(bool isCheckpoint)
    {
        Model<float> model = new(Network.Of([4000, 5000, 3], Activation.Named("relu")), Loss.SquaredError);
        model.Initialize(Initializer.Named("he"), seed: 1);
        string path = folder.File("large.safetensors");
        ModelDescription description = new(model.Network, model.Loss.Name, model.Reduction);
        if (isCheckpoint)
        {
            using CheckpointFolder checkpoints = new(folder.Path);
            path = folder.File(checkpoints.Save(model, TrainerOf(model), description, [], ""));
        }
        else
        {
            ModelFile.Save(path, model, description);
        }

        long bytes = new FileInfo(path).Length;
        long growth = HeapWatch.Growth(() =>
        {
            if (isCheckpoint)
            {
                (Checkpoint read, _) = new CheckpointFolder(folder.Path).Latest();
                read.Restore(model, TrainerOf(model));
            }
            else
            {
                GC.KeepAlive(ModelFile.Load<float>(path));
            }
        });
        Assert.InRange(growth, 0, 2 * bytes + (64 << 20));
    }

    /// <summary>As many tensors of no numbers, or texts, as there is room for.</summary>
    [Theory]
    [InlineData("\"{0}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", "", "tensors")]
    [InlineData("\"{0}\":\"\"", "\"__metadata__\":{", "texts in the metadata")]
    public void A_header_of_nothing_but_names_takes_no_more_than_twice_its_bytes_and_64_MB(string entry, string before, string what)
    {
        System.Text.CompositeFormat format = System.Text.CompositeFormat.Parse(entry);
        System.Text.StringBuilder header = new("{" + before);
        for (int i = 0; header.Length < 30_000_000; i++)
        {
            header.Append(i == 0 ? "" : ",").AppendFormat(System.Globalization.CultureInfo.InvariantCulture, format, i);
        }

        byte[] file = SafetensorsBytes.Assemble(header.Append(before.Length == 0 ? "}" : "}}").ToString());
        folder.Write("m.safetensors", file);
        long growth = HeapWatch.Growth(() => Assert.Equal(
            $"m.safetensors: the header has more than 100000 {what}, but at most so many are read",
            Assert.Throws<InvalidDataException>(() => ModelFile.Load<float>(folder.File("m.safetensors"))).Message));
        Assert.InRange(growth, 0, 2L * file.Length + (64 << 20));
    }

    private static int Flipped(byte[] whole, Func<byte[], string, bool> reads)
    {
        SeededRandom random = new(Seed);
        int read = 0;
        for (int i = 0; i < 10_000; i++)
        {
            byte[] damaged = [.. whole];
            int bit = random.NextInt(8 * damaged.Length);
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            read += reads(damaged, $"seed {Seed}, round {i}, bit {bit}") ? 1 : 0;
        }

        return read;
    }

    private static Model<float> Small()
    {
        Model<float> model = new(Network.Of([2, 3, 1], Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named("glorot"), seed: 3);
        return model;
    }

    private static Trainer<float> TrainerOf(Model<float> model) => new(
        model,
        new("numbers", new(new NumberFeatures([.. new double[model.Network.Inputs]], model.Network.Inputs), new NumberTargets([.. new double[model.Network.Outputs]], model.Network.Outputs))),
        new() { Optimizer = Optimizer.Named("momentum"), Epochs = 4 });

    private byte[] ModelBytes()
    {
        Model<float> model = Small();
        ModelFile.Save(folder.File("whole.safetensors"), model, new(model.Network, model.Loss.Name, model.Reduction) { Preprocessing = new() { InputDivisor = 2 } });
        return File.ReadAllBytes(folder.File("whole.safetensors"));
    }

    private byte[] CheckpointBytes()
    {
        using CheckpointFolder checkpoints = new(folder.Path);
        Model<float> model = Small();
        string name = checkpoints.Save(model, TrainerOf(model), new(model.Network, model.Loss.Name, model.Reduction), ["train", "xor"], "data");
        byte[] bytes = File.ReadAllBytes(folder.File(name));
        File.Delete(folder.File(name));
        return bytes;
    }

    private bool IsModel(byte[] bytes, string what)
    {
        folder.Write("m.safetensors", bytes);
        return Reads("m.safetensors", what, () => ModelFile.Load<float>(folder.File("m.safetensors")));
    }

    private bool IsCheckpoint(byte[] bytes, string what)
    {
        string name = $"step-000000000001-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))[..16]}.safetensors";
        folder.Write(name, bytes);
        try
        {
            return Reads(name, what, () =>
            {
                Model<float> model = Small();
                (Checkpoint checkpoint, _) = new CheckpointFolder(folder.Path).Latest();
                checkpoint.Restore(model, TrainerOf(model));
            });
        }
        finally
        {
            File.Delete(folder.File(name));
        }
    }

    private static bool Reads(string name, string what, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (InvalidDataException e)
        {
            Assert.True(e.Message.StartsWith(name, StringComparison.Ordinal) && !e.Message.Contains('\n', StringComparison.Ordinal), $"{what}: {e}");
            return false;
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{what}: {e.Message}", e);
        }
    }
}

/// <summary>Tests that measure the heap run while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
