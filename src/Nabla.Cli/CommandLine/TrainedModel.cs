using System.Globalization;
using System.Numerics;
using Nabla.Cli.Commands;
using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Cli.CommandLine;

/// <summary>A model from a file with data to use it on.</summary>
/// <typeparam name="T">float, or double where the file holds doubles.</typeparam>
internal sealed record TrainedModel<T>(Model<T> Model, ModelDescription Description, TrainingData Data, bool IsFile)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The held-out samples; where there are none, those to train with.</summary>
    public Part Part => Data.CountOf(Part.Test) > 0 ? Part.Test : Part.Train;

    /// <summary>How many samples there are.</summary>
    public int Count => Data.CountOf(Part);

    /// <summary>"test", "train", or "file" where the samples are all rows of one.</summary>
    public string PartWord => IsFile ? "file" : Part == Part.Train ? "train" : "test";
}

/// <summary>What can be done with a model in either precision.</summary>
internal interface IModelUser
{
    int Use<T>(TrainedModel<T> trained)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>Reads model files and the data that goes with them.</summary>
internal static class TrainedModels
{
    /// <summary>Reads what a file says of itself.</summary>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a model.</exception>
    public static (ModelDescription Description, SafetensorsFile File) Read(string path)
    {
        if (Directory.Exists(path))
        {
            throw new InvalidDataException($"{path} is a folder, but a model is a file");
        }

        return File.Exists(path)
            ? ModelFile.Read(path)
            : throw new FileNotFoundException($"there is no model file {path}; nabla train writes one");
    }

    /// <summary>Loads a model and data for it, and uses them.</summary>
    /// <param name="path">The model file.</param>
    /// <param name="source">The data.</param>
    /// <param name="seed">The seed of generated data; where it is null, the one that the model was trained with.</param>
    /// <param name="folder">The folder with the data's files.</param>
    /// <param name="labels">The file with the targets of arrays.</param>
    /// <param name="terminal">Where the progress of a download goes.</param>
    /// <param name="user">What is done with them.</param>
    public static async Task<int> UseAsync(
        string path, DataSource source, ulong? seed, string? folder, string? labels, Terminal terminal, IModelUser user)
    {
        (ModelDescription description, SafetensorsFile file) = Read(path);
        TrainingData dataset;
        using (Interruption interruption = new())
        {
            try
            {
                dataset = await source.LoadAsync(
                    description.Preprocessing, description.Classes, seed ?? SeedOf(description), folder, labels, terminal, interruption.Token);
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                terminal.Error.WriteLine("nabla: interrupted while the data was loaded; nothing was written");
                return interruption.ExitCode ?? ExitCode.Interrupted;
            }
        }

        terminal.WriteNotes(dataset.Notes);
        RequireFit(description, file.Name, dataset);
        return IsDouble(file)
            ? user.Use(new TrainedModel<double>(ModelFile.ToModel<double>(description, file), description, dataset, source.IsFile))
            : user.Use(new TrainedModel<float>(ModelFile.ToModel<float>(description, file), description, dataset, source.IsFile));
    }

    /// <summary>Loads a model and predicts the rows of a file with it.</summary>
    public static int UseOnFile(string path, DataSource data, TablePrediction prediction)
    {
        (ModelDescription description, SafetensorsFile file) = Read(path);
        return IsDouble(file)
            ? prediction.Run(ModelFile.ToModel<double>(description, file), description, data)
            : prediction.Run(ModelFile.ToModel<float>(description, file), description, data);
    }

    private static bool IsDouble(SafetensorsFile file) => file.Tensors.Any(tensor => tensor.Type == TensorType.F64);

    private static void RequireFit(ModelDescription description, string file, TrainingData dataset)
    {
        Network network = description.Network;
        if (description.Preprocessing.IsTable && !dataset.Preprocessing.IsTable)
        {
            throw new InvalidDataException(
                $"the model {file} was trained on the columns of a table ({string.Join(", ", description.Preprocessing.Columns.Take(5).Select(column => column.Name))}, …), "
                + $"but {dataset.Name} has none; a file with these columns is needed");
        }

        if (network.Inputs != dataset.Inputs || network.Outputs != dataset.Outputs)
        {
            throw new InvalidDataException(
                $"the model {file} is {network}, with {network.Inputs} inputs and {network.Outputs} outputs, "
                + $"but {dataset.Name} has {dataset.Inputs} inputs and {dataset.Outputs} outputs");
        }

        if (dataset.Preprocessing.InputDivisor != description.Preprocessing.InputDivisor)
        {
            throw new InvalidDataException(
                $"the model {file} was trained on inputs divided by {description.Preprocessing.InputDivisor}, "
                + $"but those of {dataset.Name} are divided by {dataset.Preprocessing.InputDivisor}");
        }

        if (!description.Classes.IsEmpty && description.Classes.Length != network.Outputs)
        {
            throw new InvalidDataException(
                $"the model {file} names {description.Classes.Length} classes, but its network {network} has {network.Outputs} outputs");
        }
    }

    private static ulong SeedOf(ModelDescription description) =>
        ulong.TryParse(description.Training.GetValueOrDefault("seed"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
            ? seed
            : Options.DefaultSeed;
}
