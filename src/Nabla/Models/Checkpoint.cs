using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Nabla.Calculus.Expressions;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Models;

/// <summary>
/// A training that stands still: the model, the optimizer's states and the position. As a file: safetensors with the tensors of a model file, one
/// <c>states.NAME</c> for each state, <c>best.NAME</c> for the weights that early stopping keeps, and the position as JSON in the metadata under <c>checkpoint</c>.
/// </summary>
public sealed class Checkpoint
{
    private const string MetadataKey = "checkpoint";
    private const string StatePrefix = "states.";
    private const string BestPrefix = "best.";
    private const int FormatVersion = 1;

    private readonly ImmutableArray<Tensor> tensors;

    private Checkpoint(string file, ModelDescription description, TrainingPosition position, ImmutableArray<string> arguments, string data, ImmutableArray<Tensor> tensors)
    {
        (File, Description, Position, Arguments, DataFingerprint) = (file, description, position, arguments, data);
        this.tensors = tensors;
    }

    /// <summary>The name of the file without the folder.</summary>
    public string File { get; }

    /// <summary>The model.</summary>
    public ModelDescription Description { get; }

    /// <summary>Where the training stood.</summary>
    public TrainingPosition Position { get; }

    /// <summary>What whoever trains wants to find again: the words of a command line.</summary>
    public ImmutableArray<string> Arguments { get; }

    /// <summary>The fingerprint of the data: <see cref="Data.Dataset.Fingerprint"/>.</summary>
    public string DataFingerprint { get; }

    /// <summary>Writes a training as it stands.</summary>
    internal static void Write<T>(Stream stream, Model<T> model, Trainer<T> trainer, ModelDescription description, IEnumerable<string> arguments, string dataFingerprint)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<Tensor> all = ModelFile.TensorsOf(model);
        foreach (Symbol state in trainer.States.Parameters)
        {
            Slot<T> slot = trainer.States.SlotOf(state);
            all.Add(ModelFile.ToTensor(NameOf(state), [slot.Rows, slot.Columns], slot.ReadRows()));
        }

        if (trainer.BestParameters is ParameterBuffer<T> best)
        {
            foreach ((string name, Symbol parameter) in ModelFile.NamesOf(model))
            {
                Slot<T> slot = best.SlotOf(parameter);
                all.Add(ModelFile.ToTensor(BestPrefix + name, [slot.Rows, slot.Columns], slot.ReadRows()));
            }
        }

        Safetensors.Write(stream, all, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ModelFile.MetadataKey] = ModelFile.ToJson(description),
            [MetadataKey] = ToJson(trainer.Position, arguments, dataFingerprint),
        });
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no checkpoint.</exception>
    internal static Checkpoint Read(Stream stream, string name)
    {
        SafetensorsFile file = Safetensors.Read(stream, name);
        if (!file.Metadata.TryGetValue(MetadataKey, out string? json))
        {
            throw new InvalidDataException($"{file.Name}: the metadata has no key '{MetadataKey}'; the file is no checkpoint");
        }

        ModelDescription description = ModelFile.Describe(file);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new() { MaxDepth = 16 });
            JsonElement root = document.RootElement;
            int version = root.GetProperty("format").GetInt32();
            return version != FormatVersion
                ? throw new InvalidDataException($"{file.Name}: the checkpoint has format {version}, but this program reads format {FormatVersion}")
                : new(
                file.Name,
                description,
                PositionOf(root.GetProperty("position")),
                [.. root.GetProperty("arguments").EnumerateArray().Select(element => element.GetString() ?? "")],
                root.GetProperty("data").GetString() ?? "",
                file.Tensors);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new InvalidDataException($"{file.Name}: the position under '{MetadataKey}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Gives a training the numbers and the position, so that it goes on to the same bits.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is of another training.</exception>
    public void Restore<T>(Model<T> model, Trainer<T> trainer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(trainer);
        if (!model.Network.Equals(Description.Network) || model.Loss.Name != Description.Loss)
        {
            throw new InvalidDataException($"{File}: the checkpoint is of {Description.Network} with {Description.Loss}, but {model.Network} with {model.Loss} is trained");
        }

        Dictionary<string, Slot<T>> slots = new(StringComparer.Ordinal);
        foreach ((string name, Symbol parameter) in ModelFile.NamesOf(model))
        {
            slots[name] = model.Parameters.SlotOf(parameter);
            if (trainer.BestParameters is ParameterBuffer<T> best)
            {
                slots[BestPrefix + name] = best.SlotOf(parameter);
            }
        }

        foreach (Symbol state in trainer.States.Parameters)
        {
            slots[NameOf(state)] = trainer.States.SlotOf(state);
        }

        if (tensors.FirstOrDefault(tensor => !slots.ContainsKey(tensor.Name)) is Tensor extra)
        {
            throw new InvalidDataException($"{File}: the tensor {SafetensorsText.Quote(extra.Name)} belongs to nothing that is trained here");
        }

        foreach ((string name, Slot<T> slot) in slots)
        {
            Tensor tensor = tensors.FirstOrDefault(one => one.Name == name)
                ?? throw new InvalidDataException($"{File}: the tensor '{name}' is missing");
            if (tensor.Count != (long)slot.Rows * slot.Columns || (tensor.Type == TensorType.F64) != (typeof(T) == typeof(double)))
            {
                throw new InvalidDataException($"{File}: the tensor {tensor} should hold {slot.Rows}×{slot.Columns} numbers in {(typeof(T) == typeof(double) ? "double" : "single")} precision");
            }

            tensor.WriteTo(slot);
        }

        try
        {
            trainer.GoOnFrom(Position);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{File}: {e.Message}", e);
        }
    }

    private static string NameOf(Symbol state) => $"{StatePrefix}{state.Name}";

    private static string ToJson(TrainingPosition position, IEnumerable<string> arguments, string dataFingerprint)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("format", FormatVersion);
            json.WriteStartArray("arguments");
            foreach (string argument in arguments)
            {
                json.WriteStringValue(argument);
            }

            json.WriteEndArray();
            json.WriteString("data", dataFingerprint);
            json.WriteStartObject("position");
            json.WriteNumber("epoch", position.Epoch);
            json.WriteNumber("samples", position.Samples);
            json.WriteNumber("steps", position.Steps);
            json.WriteNumber("loss_sum", position.LossSum);
            json.WriteNumber("correct", position.Correct);
            json.WriteNumber("seconds", position.Seconds);
            json.WriteStartArray("reports");
            foreach (EpochReport report in position.Reports)
            {
                json.WriteStartObject();
                json.WriteNumber("epoch", report.Epoch);
                json.WriteNumber("loss", report.Loss);
                Write("train_accuracy", report.TrainAccuracy);
                Write("test_accuracy", report.TestAccuracy);
                Write("validation_loss", report.ValidationLoss);
                Write("validation_accuracy", report.ValidationAccuracy);
                json.WriteNumber("seconds", report.Seconds);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();

            void Write(string name, double? value)
            {
                // JSON has no word for what is not finite, as a loss on validation samples may be.
                if (value is double number && double.IsFinite(number))
                {
                    json.WriteNumber(name, number);
                }
                else if (value is double other)
                {
                    json.WriteString(name, other.ToString(CultureInfo.InvariantCulture));
                }
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static TrainingPosition PositionOf(JsonElement position) => new()
    {
        Epoch = position.GetProperty("epoch").GetInt32(),
        Samples = position.GetProperty("samples").GetInt32(),
        Steps = position.GetProperty("steps").GetInt64(),
        LossSum = position.GetProperty("loss_sum").GetDouble(),
        Correct = position.GetProperty("correct").GetInt64(),
        Seconds = position.GetProperty("seconds").GetDouble(),
        Reports =
        [
            .. position.GetProperty("reports").EnumerateArray().Select(report => new EpochReport(
                report.GetProperty("epoch").GetInt32(),
                report.GetProperty("loss").GetDouble(),
                Number(report, "train_accuracy"),
                Number(report, "test_accuracy"),
                report.GetProperty("seconds").GetDouble())
            {
                ValidationLoss = Number(report, "validation_loss"),
                ValidationAccuracy = Number(report, "validation_accuracy"),
            }),
        ],
    };

    private static double? Number(JsonElement parent, string name) => !parent.TryGetProperty(name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.String ? double.Parse(value.GetString()!, CultureInfo.InvariantCulture)
        : value.GetDouble();
}
