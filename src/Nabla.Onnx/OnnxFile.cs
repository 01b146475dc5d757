using System.Numerics;
using Google.Protobuf;
using Nabla.Models;
using Nabla.Onnx.Schema;
using Nabla.Training;

namespace Nabla.Onnx;

/// <summary>
/// ONNX files of feed-forward networks. Written are opset 18, any batch, weights in float, samples as rows of the input <c>input</c>; the outputs are
/// <c>logits</c> and <c>probabilities</c> where the last layer is a softmax (or a sigmoid trained with binary cross-entropy), else <c>output</c>. Of a
/// model of a table, a sample is a row of its columns as <see cref="Predictor.Predict"/> takes them, and the output is in the table's units. Read are graphs
/// of Gemm, or MatMul and Add, with the activations of Nabla between them.
/// </summary>
public static class OnnxFile
{
    /// <summary>Writes a model; an existing file is replaced only by a whole one. Doubles are rounded to float.</summary>
    /// <exception cref="ArgumentException">The description is of another network, a number is not finite, or an activation is one of one's own.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(string path, Model<T> model, ModelDescription description)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ModelProto file = ToProto(model, description);
        AtomicFile.Write(path, stream => file.WriteTo(stream));
    }

    /// <summary>Writes a model to a stream. Doubles are rounded to float.</summary>
    /// <exception cref="ArgumentException">The description is of another network, a number is not finite, or an activation is one of one's own.</exception>
    public static void Save<T>(Stream stream, Model<T> model, ModelDescription description)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(stream);
        ToProto(model, description).WriteTo(stream);
    }

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What the file may leave open.</param>
    /// <exception cref="InvalidDataException">The file is not well formed, or its graph is not one that Nabla has; the message names the node.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static (ModelDescription Description, Model<float> Model) Load(string path, ImportOptions? options = null)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Load(stream, Path.GetFileName(path), options);
    }

    /// <summary>Reads a model from a stream that can seek. Errors call it by the name.</summary>
    /// <exception cref="InvalidDataException">The bytes are not well formed, or the graph is not one that Nabla has; the message names the node.</exception>
    public static (ModelDescription Description, Model<float> Model) Load(Stream stream, string name, ImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        (IReadOnlyList<ImportedLayer> layers, ImportOptions completed) = ReadLayers(stream, name, options ?? new());
        try
        {
            return ModelImport.Build<float>(name, layers, completed);
        }
        catch (ArgumentException error) when (options is null)
        {
            // Nobody but the file can have said what does not fit.
            throw new InvalidDataException($"{name}: {error.Message}", error);
        }
    }

    /// <summary>In a method of its own, so that the messages are garbage when the model is made; the numbers of the layers are still in the file then.</summary>
    private static (IReadOnlyList<ImportedLayer> Layers, ImportOptions Options) ReadLayers(Stream stream, string name, ImportOptions options)
    {
        FileContent content = Wire.Read(stream, name);
        ImportOptions completed = FileNotes.Complete(options, content.Model, name);
        (IReadOnlyList<ImportedLayer> layers, double divisor) = GraphReader.Read(content, name, completed);
        return (layers, completed with { InputDivisor = divisor == 1 ? options.InputDivisor : divisor });
    }

    private static ModelProto ToProto<T>(Model<T> model, ModelDescription description)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(description);
        description.Require(model.Network);

        if (model.Parameters.FindNonFinite() is var (parameter, value))
        {
            throw new ArgumentException($"{parameter.Name} holds {value}, but the weights and biases in a model file are finite numbers");
        }

        return GraphWriter.Write(model.Expression.Layers, symbol => model.Parameters[symbol], description);
    }
}
