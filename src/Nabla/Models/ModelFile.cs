using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Nabla.Calculus;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Models;

/// <summary>What a model file says of a model besides its numbers.</summary>
/// <param name="Network">The network.</param>
/// <param name="Loss">The name of the loss that it was trained with.</param>
/// <param name="Reduction">Mean or sum over the batch.</param>
public sealed record ModelDescription(Network Network, string Loss, Reduction Reduction = Reduction.Mean)
{
    /// <summary>What every input was divided by before training, such as 255 for pixels; 1 where nothing was done.</summary>
    public double InputDivisor { get; init; } = 1;

    /// <summary>The names of the classes, in the order of the outputs; none for a regression.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>The settings of the training, by name, for people.</summary>
    public ImmutableSortedDictionary<string, string> Training { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>
/// Model files: safetensors with the tensors <c>layers.N.weight</c> (outputs × inputs) and <c>layers.N.bias</c>, N from 0, and the description
/// as JSON in the metadata under <c>nabla</c>.
/// </summary>
public static class ModelFile
{
    private const string MetadataKey = "nabla";
    private const int FormatVersion = 1;

    /// <summary>Writes a model; an existing file is replaced only by a whole one.</summary>
    /// <exception cref="ArgumentException">The description is of another model.</exception>
    public static void Save<T>(string path, Model<T> model, ModelDescription description)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(description);
        if (description.Network != model.Network || description.Loss != model.Loss.Name || description.Reduction != model.Reduction)
        {
            throw new ArgumentException(
                $"the description is of {description.Network} with {description.Loss} ({description.Reduction}), "
                + $"but the model is {model.Network} with {model.Loss} ({model.Reduction})");
        }

        List<Tensor> tensors = [];
        for (int l = 0; l < model.Expression.Layers.Count; l++)
        {
            SymbolicLayer layer = model.Expression.Layers[l];
            Matrix weights = model.Parameters[layer.Weights];
            tensors.Add(ToTensor<T>($"layers.{l}.weight", [weights.Rows, weights.Columns], weights.Transposed()));
            if (layer.Biases is Symbol biases)
            {
                Matrix values = model.Parameters[biases];
                tensors.Add(ToTensor<T>($"layers.{l}.bias", [values.Rows], values));
            }
        }

        Safetensors.Write(path, tensors, new Dictionary<string, string>(StringComparer.Ordinal) { [MetadataKey] = ToJson(description) });
    }

    /// <summary>Reads what a file says of its model, and the raw tensors.</summary>
    /// <exception cref="InvalidDataException">The file is not a model of this program; the message says what is wrong where.</exception>
    public static (ModelDescription Description, SafetensorsFile File) Read(string path)
    {
        SafetensorsFile file = Safetensors.Read(path);
        string json = file.Metadata.GetValueOrDefault(MetadataKey) ?? throw new InvalidDataException(
            $"{file.Name}: the metadata has no key '{MetadataKey}', which describes the network; the file was not written by nabla train");
        return (FromJson(json, file.Name), file);
    }

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="losses">Losses of one's own that the file may name.</param>
    /// <exception cref="InvalidDataException">The file is not a model of this program, or its tensors do not fit its network.</exception>
    public static (ModelDescription Description, Model<T> Model) Load<T>(string path, IEnumerable<Loss>? losses = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (ModelDescription description, SafetensorsFile file) = Read(path);
        Loss loss = (losses ?? []).Concat(Loss.All.Values).FirstOrDefault(known => known.Name == description.Loss)
            ?? throw new InvalidDataException($"{file.Name}: {Suggestion.Unknown("loss", SafetensorsText.Clip(description.Loss), Loss.All.Keys)}");
        RequireTensors(description.Network, file);
        Model<T> model = new(description.Network, loss, description.Reduction);
        for (int l = 0; l < model.Expression.Layers.Count; l++)
        {
            SymbolicLayer layer = model.Expression.Layers[l];
            (int outputs, int inputs) = (description.Network.Sizes[l + 1], description.Network.Sizes[l]);

            // A matrix is stored row by row: read as columns it is the transpose.
            model.Parameters[layer.Weights] = new Matrix(inputs, outputs, file.Find($"layers.{l}.weight")!.ToDoubles()).Transposed();
            if (layer.Biases is Symbol biases)
            {
                model.Parameters[biases] = new Matrix(outputs, 1, file.Find($"layers.{l}.bias")!.ToDoubles());
            }
        }

        return (description, model);
    }

    /// <summary>Compares the tensors with the network before memory is taken for it, so that a file cannot ask for more than it holds.</summary>
    private static void RequireTensors(Network network, SafetensorsFile file)
    {
        HashSet<string> expected = [];
        for (int l = 0; l < network.Layers.Length; l++)
        {
            Require($"layers.{l}.weight", [network.Sizes[l + 1], network.Sizes[l]]);
            if (network.Layers[l].HasBiases)
            {
                Require($"layers.{l}.bias", [network.Sizes[l + 1]]);
            }
        }

        if (file.Tensors.FirstOrDefault(tensor => !expected.Contains(tensor.Name)) is Tensor extra)
        {
            throw new InvalidDataException($"{file.Name}: the tensor {SafetensorsText.Quote(extra.Name)} belongs to no layer of the network {network}");
        }

        void Require(string name, long[] shape)
        {
            expected.Add(name);
            Tensor tensor = file.Find(name) ?? throw new InvalidDataException(
                $"{file.Name}: the tensor '{name}' of the network {network} is missing");
            if (!tensor.Shape.SequenceEqual(shape))
            {
                throw new InvalidDataException(
                    $"{file.Name}: tensor '{name}' is [{string.Join(", ", tensor.Shape)}], but the network {network} needs [{string.Join(", ", shape)}]");
            }

            if (tensor.ToDoubles().FirstOrDefault(value => !double.IsFinite(value)) is var bad and not 0)
            {
                throw new InvalidDataException($"{file.Name}: tensor '{name}' holds {bad}, but weights and biases are finite numbers");
            }
        }
    }

    private static Tensor ToTensor<T>(string name, ImmutableArray<long> shape, Matrix columns) => typeof(T) == typeof(float)
        ? new(name, shape, Array.ConvertAll(columns.Elements.ToArray(), value => (float)value))
        : new Tensor(name, shape, columns.Elements.ToArray());

    private static string ToJson(ModelDescription description)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("format", FormatVersion);
            json.WriteStartObject("network");
            json.WriteNumber("inputs", description.Network.Inputs);
            json.WriteStartArray("layers");
            foreach (Layer layer in description.Network.Layers)
            {
                json.WriteStartObject();
                json.WriteNumber("outputs", layer.Outputs);
                json.WriteString("activation", layer.Activation.Name);
                json.WriteBoolean("biases", layer.HasBiases);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteString("loss", description.Loss);
            json.WriteString("reduction", description.Reduction == Reduction.Mean ? "mean" : "sum");
            json.WriteStartObject("preprocessing");
            json.WriteNumber("divide_inputs_by", description.InputDivisor);
            json.WriteEndObject();
            json.WriteStartArray("classes");
            foreach (string name in description.Classes)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteStartObject("training");
            foreach ((string key, string value) in description.Training)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static ModelDescription FromJson(string text, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new() { MaxDepth = 16 });
            JsonElement root = document.RootElement;
            int version = Member(root, "format").GetInt32();
            if (version != FormatVersion)
            {
                throw new InvalidDataException($"{file}: the description has format {version}, but this program reads format {FormatVersion}");
            }

            JsonElement network = Member(root, "network");
            ModelDescription description = new(
                new Network(
                    Member(network, "inputs").GetInt32(),
                    Member(network, "layers").EnumerateArray().Select(layer => new Layer(
                        Member(layer, "outputs").GetInt32(),
                        Activation.Named(SafetensorsText.Clip(Text(Member(layer, "activation")))),
                        Member(layer, "biases").GetBoolean()))),
                Text(Member(root, "loss")),
                Text(Member(root, "reduction")) switch
                {
                    "mean" => Reduction.Mean,
                    "sum" => Reduction.Sum,
                    string other => throw new ArgumentException(Suggestion.Unknown("reduction", SafetensorsText.Clip(other), ["mean", "sum"])),
                })
            {
                InputDivisor = Member(Member(root, "preprocessing"), "divide_inputs_by").GetDouble(),
                Classes = [.. Member(root, "classes").EnumerateArray().Select(Text)],
                Training = Member(root, "training").EnumerateObject()
                    .ToImmutableSortedDictionary(property => property.Name, property => Text(property.Value), StringComparer.Ordinal),
            };
            return description switch
            {
                { InputDivisor: not (> 0 and < double.PositiveInfinity) } =>
                    throw new FormatException($"'divide_inputs_by' is {description.InputDivisor}, but must be a positive number"),
                { Classes.Length: > 0 and int classes, Network.Outputs: int outputs } when classes != outputs =>
                    throw new FormatException($"{classes} classes are named, but the network {description.Network} has {outputs} outputs"),
                _ => description,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{file}: the description under '{MetadataKey}' cannot be read: {e.Message}", e);
        }
    }

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement member)
            ? member
            : throw new FormatException($"'{name}' is missing");

    private static string Text(JsonElement element) => element.GetString() ?? throw new FormatException("a text is missing");
}
