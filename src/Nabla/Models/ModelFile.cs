using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Nabla.Calculus;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Models;

/// <summary>What a model file says of a model besides its numbers.</summary>
/// <param name="Network">The network.</param>
/// <param name="Loss">The name of the loss that it was trained with; of a loss from a text, the text.</param>
/// <param name="Reduction">Mean or sum over the batch.</param>
public sealed record ModelDescription(Network Network, string Loss, Reduction Reduction = Reduction.Mean)
{
    /// <summary>What was done to the inputs and targets before training, to be done again to whatever is predicted.</summary>
    public Preprocessing Preprocessing { get; init; } = Preprocessing.None;

    /// <summary>The names of the classes, in the order of the outputs; none for a regression.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>The settings of the training, by name, for people.</summary>
    public ImmutableSortedDictionary<string, string> Training { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What makes the outputs numbers in the units of the table: scale · a + mean; null where they are told as they are, as those of classes.</summary>
    public TargetEncoding? Decoding => Classes.IsEmpty && Preprocessing.Target is { } target && target is not { Mean: 0, Scale: 1 } ? target : null;

    /// <summary>Refuses a description that is not that of a network.</summary>
    /// <exception cref="ArgumentException">It is of another network, or its columns become another number of inputs.</exception>
    public void Require(Network network)
    {
        if (!Network.Equals(network))
        {
            throw new ArgumentException($"the description is of {Network}, but the model is {network}");
        }

        if (Preprocessing is { IsTable: true, Inputs: int inputs } && inputs != Network.Inputs)
        {
            throw new ArgumentException($"the columns become {inputs} inputs, but the network {Network} has {Network.Inputs}");
        }
    }
}

/// <summary>
/// Model files: safetensors with the tensors <c>layers.N.weight</c> (outputs × inputs) and <c>layers.N.bias</c>, N from 0, and the description
/// as JSON in the metadata under <c>nabla</c>.
/// </summary>
public static class ModelFile
{
    internal const string MetadataKey = "nabla";

    /// <summary>The columns of a table came with format 2; a file without them is written in format 1, which older programs read too.</summary>
    private const int FormatVersion = 2;

    /// <summary>Writes a model; an existing file is replaced only by a whole one.</summary>
    /// <exception cref="ArgumentException">
    /// The description is of another model, a weight or bias is not finite, or an activation of one's own has the name of another one. Nothing
    /// is written then.
    /// </exception>
    public static void Save<T>(string path, Model<T> model, ModelDescription description)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(description);
        if (!description.Network.Equals(model.Network) || description.Loss != model.Loss.Name || description.Reduction != model.Reduction)
        {
            throw new ArgumentException(
                $"the description is of {description.Network} with {description.Loss} ({description.Reduction}), "
                + $"but the model is {model.Network} with {model.Loss} ({model.Reduction})");
        }

        if (model.Network.Layers.FirstOrDefault(layer =>
            Activation.All.TryGetValue(layer.Activation.Name, out Activation? known) && !known.Equals(layer.Activation)) is Layer layer)
        {
            throw new ArgumentException(
                $"the network has an activation of one's own named {layer.Activation}, which is the name of another one; the file could not tell them apart");
        }

        if (model.Parameters.FindNonFinite() is var (parameter, value))
        {
            throw new ArgumentException($"{parameter.Name} holds {value}, but the weights and biases in a model file are finite numbers");
        }

        Safetensors.Write(path, TensorsOf(model), new Dictionary<string, string>(StringComparer.Ordinal) { [MetadataKey] = ToJson(description) });
    }

    /// <summary>Whether a file that was read says of itself which network it is, as those do that <see cref="Save"/> writes.</summary>
    public static bool IsDescribed(SafetensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Metadata.ContainsKey(MetadataKey);
    }

    /// <summary>Reads what a file says of its model, and the raw tensors.</summary>
    /// <param name="path">The file.</param>
    /// <param name="activations">Activations of one's own that the file may name.</param>
    /// <exception cref="InvalidDataException">The file is not a model of this program; the message says what is wrong where.</exception>
    public static (ModelDescription Description, SafetensorsFile File) Read(string path, IEnumerable<Activation>? activations = null)
    {
        SafetensorsFile file = Safetensors.Read(path);
        return (Describe(file, activations), file);
    }

    /// <summary>What a file says of its model.</summary>
    /// <exception cref="InvalidDataException">It says nothing, or what cannot be understood.</exception>
    internal static ModelDescription Describe(SafetensorsFile file, IEnumerable<Activation>? activations = null)
    {
        string json = file.Metadata.GetValueOrDefault(MetadataKey) ?? throw new InvalidDataException(
            $"{file.Name}: the metadata has no key '{MetadataKey}', which describes the network; the file was not written by nabla train (nabla import reads others)");
        return FromJson(json, file.Name, [.. activations ?? []]);
    }

    /// <summary>The parameters with their names in files, which are PyTorch's.</summary>
    internal static IEnumerable<(string Name, Symbol Parameter)> NamesOf<T>(Model<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int l = 0; l < model.Expression.Layers.Count; l++)
        {
            yield return ($"layers.{l}.weight", model.Expression.Layers[l].Weights);
            if (model.Expression.Layers[l].Biases is Symbol biases)
            {
                yield return ($"layers.{l}.bias", biases);
            }
        }
    }

    /// <summary>The tensors of a model: a weight is outputs × inputs, a bias has one dimension.</summary>
    internal static List<Tensor> TensorsOf<T>(Model<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
    [
        .. NamesOf(model).Select(named =>
        {
            Slot<T> slot = model.Parameters.SlotOf(named.Parameter);
            return ToTensor(named.Name, named.Name.EndsWith(".bias", StringComparison.Ordinal) ? [slot.Rows] : [slot.Rows, slot.Columns], slot.ReadRows());
        }),
    ];

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="losses">Losses of one's own that the file may name.</param>
    /// <param name="activations">Activations of one's own that the file may name.</param>
    /// <exception cref="InvalidDataException">The file is not a model of this program, or its tensors do not fit its network.</exception>
    public static (ModelDescription Description, Model<T> Model) Load<T>(
        string path, IEnumerable<Loss>? losses = null, IEnumerable<Activation>? activations = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (ModelDescription description, SafetensorsFile file) = Read(path, activations);
        return (description, ToModel<T>(description, file, losses));
    }

    /// <summary>The model of a file that has been read.</summary>
    /// <param name="description">What the file says of it.</param>
    /// <param name="file">The raw tensors.</param>
    /// <param name="losses">Losses of one's own that the file may name.</param>
    /// <exception cref="InvalidDataException">The loss is unknown, or the tensors do not fit the network.</exception>
    public static Model<T> ToModel<T>(ModelDescription description, SafetensorsFile file, IEnumerable<Loss>? losses = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Loss loss = Require(description, file, losses);
        Model<T> model = new(description.Network, loss, description.Reduction);
        foreach ((string name, Symbol parameter) in NamesOf(model))
        {
            file.Find(name)!.WriteTo(model.Parameters.SlotOf(parameter));
        }

        return model;
    }

    /// <summary>Asserts that a file that has been read is a whole model, and gives its loss.</summary>
    /// <param name="description">What the file says of it.</param>
    /// <param name="file">The raw tensors.</param>
    /// <param name="losses">Losses of one's own that the file may name.</param>
    /// <exception cref="InvalidDataException">The loss is unknown, or the tensors do not fit the network.</exception>
    public static Loss Require(ModelDescription description, SafetensorsFile file, IEnumerable<Loss>? losses = null)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(file);
        Loss loss = (losses ?? []).FirstOrDefault(own => own.Name == description.Loss) ?? LossOf(description, file.Name);
        RequireTensors(description.Network, file);
        return loss;
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

            if (FindNonFinite(tensor) is double bad)
            {
                throw new InvalidDataException($"{file.Name}: tensor '{name}' holds {bad}, but weights and biases are finite numbers");
            }
        }
    }

    private static double? FindNonFinite(Tensor tensor)
    {
        if (tensor.Type == TensorType.F32)
        {
            foreach (float value in tensor.Singles)
            {
                if (!float.IsFinite(value))
                {
                    return value;
                }
            }
        }
        else
        {
            foreach (double value in tensor.Doubles)
            {
                if (!double.IsFinite(value))
                {
                    return value;
                }
            }
        }

        return null;
    }

    internal static Tensor ToTensor<T>(string name, ImmutableArray<long> shape, T[] rows) => rows is float[] singles
        ? new(name, shape, singles)
        : new Tensor(name, shape, (double[])(object)rows);

    internal static string ToJson(ModelDescription description)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("format", description.Preprocessing is { IsTable: false, Target: null } ? 1 : FormatVersion);
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
            PreprocessingJson.Write(json, description.Preprocessing);
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

    private static ModelDescription FromJson(string text, string file, IReadOnlyList<Activation> activations)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new() { MaxDepth = 16 });
            JsonElement root = document.RootElement;
            int version = Member(root, "format").GetInt32();
            if (version is < 1 or > FormatVersion)
            {
                throw new InvalidDataException($"{file}: the description has format {version}, but this program reads the formats 1 to {FormatVersion}");
            }

            JsonElement network = Member(root, "network");
            ModelDescription description = new(
                new Network(
                    Member(network, "inputs").GetInt32(),
                    Member(network, "layers").EnumerateArray().Select(layer => new Layer(
                        Member(layer, "outputs").GetInt32(),
                        ActivationOf(Text(Member(layer, "activation")), activations),
                        Member(layer, "biases").GetBoolean()))),
                Text(Member(root, "loss")),
                Text(Member(root, "reduction")) switch
                {
                    "mean" => Reduction.Mean,
                    "sum" => Reduction.Sum,
                    string other => throw new ArgumentException(Suggestion.Unknown("reduction", SafetensorsText.Clip(other), ["mean", "sum"])),
                })
            {
                Preprocessing = PreprocessingJson.Read(Member(root, "preprocessing")),
                Classes = [.. Member(root, "classes").EnumerateArray().Select(Text)],
                Training = Member(root, "training").EnumerateObject()
                    .ToImmutableSortedDictionary(property => property.Name, property => Text(property.Value), StringComparer.Ordinal),
            };
            description.Require(description.Network);
            return description switch
            {
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

    /// <summary>The built-in loss of the name, or the one whose text the name is.</summary>
    private static Loss LossOf(ModelDescription description, string file)
    {
        try
        {
            Loss loss = Loss.NamedOrParsed(description.Loss);
            if (loss.Text is not null)
            {
                description.Network.Express(loss, description.Reduction);
            }

            return loss;
        }
        catch (LanguageException e)
        {
            throw new InvalidDataException($"{file}: the loss '{SafetensorsText.Clip(description.Loss)}' is none: {e.Problem}", e);
        }
        catch (Exception e) when (e is ArgumentException or ShapeException)
        {
            string sentence = e is ShapeException || description.Loss.Length > 60 ? e.Message : Suggestion.Unknown("loss", SafetensorsText.Clip(description.Loss), Loss.All.Keys);
            throw new InvalidDataException($"{file}: {sentence}", e);
        }
    }

    private static Activation ActivationOf(string name, IReadOnlyList<Activation> own) =>
        own.FirstOrDefault(activation => activation.Name == name) ?? Activation.Named(SafetensorsText.Clip(name));

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement member)
            ? member
            : throw new FormatException($"'{name}' is missing");

    private static string Text(JsonElement element) => element.GetString() ?? throw new FormatException("a text is missing");
}
