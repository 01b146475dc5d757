using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Nabla.Models;

/// <summary>The number formats of a file that can be read; the 16-bit ones are widened to F32, which loses nothing.</summary>
internal enum StoredType
{
    F16,
    BF16,
    F32,
    F64,
}

/// <summary>A tensor as the header states it; Begin and End count bytes from the first byte after the header.</summary>
internal sealed record StoredTensor(string Name, StoredType Type, ImmutableArray<long> Shape, long Begin, long End)
{
    public static int SizeOf(StoredType type) => type switch
    {
        StoredType.F16 or StoredType.BF16 => 2,
        StoredType.F32 => 4,
        _ => 8,
    };
}

/// <summary>
/// The JSON header, read token by token: only the tokens that the format allows at a place are accepted there, so nothing
/// is ever nested deeper than a number in an array in a tensor in the header.
/// </summary>
internal ref struct SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";

    /// <summary>The most dimensions accepted (NumPy's own limit); it also keeps a sentence with a shape in it short.</summary>
    public const int MaxRank = 64;

    /// <summary>More than any network has; a name of a few bytes becomes objects of hundreds.</summary>
    private const int MostEntries = 100_000;

    private readonly string file;
    private readonly Dictionary<string, string> metadata = [];
    private readonly List<StoredTensor> tensors = [];
    private Utf8JsonReader reader;

    private SafetensorsHeader(ReadOnlySpan<byte> json, string file)
    {
        this.file = file;
        reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
    }

    /// <summary>Reads the header's bytes; its numbers are not yet compared with the file.</summary>
    /// <exception cref="InvalidDataException">The header is not what the format allows.</exception>
    public static (Dictionary<string, string> Metadata, List<StoredTensor> Tensors) Parse(ReadOnlySpan<byte> json, string file)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
        {
            string found = json.IsEmpty ? "is empty" : $"starts with the byte 0x{json[0]:X2}";
            throw new InvalidDataException($"{file}: the header {found}, but it is a JSON object and must start with '{{'");
        }

        // The JSON reader looks at the bytes of a string only when it is asked for the string.
        if (!Utf8.IsValid(json))
        {
            throw new InvalidDataException($"{file}: the header holds bytes that are not UTF-8, but it must be UTF-8 text");
        }

        SafetensorsHeader header = new(json, file);
        try
        {
            header.ReadRoot();
        }
        catch (JsonException error)
        {
            // The exception's own text runs over several sentences; the position is what helps.
            throw new InvalidDataException(
                $"{file}: the header is not JSON near byte {sizeof(ulong) + header.reader.BytesConsumed} of the file"
                + ", but it must be one JSON object", error);
        }

        long end = header.reader.BytesConsumed;
        int stray = json[(int)end..].IndexOfAnyExcept((byte)' ');
        if (stray >= 0)
        {
            throw new InvalidDataException(
                $"{file}: the header's object ends at byte {sizeof(ulong) + end} of the file"
                + $", but the byte 0x{json[(int)end + stray]:X2} follows where only spaces may");
        }

        return (header.metadata, header.tensors);
    }

    private void ReadRoot()
    {
        HashSet<string> keys = [];
        reader.Read();
        while (ReadKey(keys, "the header") is { } key)
        {
            if (key == MetadataKey)
            {
                ReadMetadata();
            }
            else
            {
                RequireFew(tensors.Count, "tensors");
                tensors.Add(ReadTensor(key));
            }
        }
    }

    private void ReadMetadata()
    {
        Expect(JsonTokenType.StartObject, MetadataKey, "an object of strings");
        HashSet<string> keys = [];
        while (ReadKey(keys, MetadataKey) is { } key)
        {
            RequireFew(metadata.Count, "texts in the metadata");
            string where = $"{MetadataKey} {SafetensorsText.Quote(key)}";
            Expect(JsonTokenType.String, where, "a string");
            metadata.Add(key, ReadString(where));
        }
    }

    private readonly void RequireFew(int count, string what)
    {
        if (count >= MostEntries)
        {
            throw Bad($"the header has more than {MostEntries} {what}, but at most so many are read");
        }
    }

    private StoredTensor ReadTensor(string name)
    {
        string tensor = $"tensor {SafetensorsText.Quote(name)}";
        Expect(JsonTokenType.StartObject, tensor, "an object with dtype, shape and data_offsets");
        StoredType? type = null;
        ImmutableArray<long>? shape = null;
        ImmutableArray<long>? offsets = null;
        HashSet<string> keys = [];
        while (ReadKey(keys, tensor) is { } key)
        {
            switch (key)
            {
                case "dtype":
                    type = ReadType(tensor);
                    break;
                case "shape":
                    shape = ReadNumbers($"{tensor}: shape", MaxRank);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers($"{tensor}: data_offsets", 2);
                    break;
                default:
                    throw Bad(
                        $"{tensor} has the key {SafetensorsText.Quote(key)}"
                        + ", but only dtype, shape and data_offsets are allowed");
            }
        }

        if (type is null || shape is null || offsets is null)
        {
            string missing = type is null ? "dtype" : shape is null ? "shape" : "data_offsets";
            throw Bad($"{tensor} has no {missing}, but every tensor needs dtype, shape and data_offsets");
        }

        if (offsets.Value.Length != 2)
        {
            throw Bad($"{tensor}: data_offsets has length {offsets.Value.Length}, but it must be [begin, end]");
        }

        return new StoredTensor(name, type.Value, shape.Value, offsets.Value[0], offsets.Value[1]);
    }

    private StoredType ReadType(string tensor)
    {
        Expect(JsonTokenType.String, $"{tensor}: dtype", "a string");
        string name = ReadString($"{tensor}: dtype");
        return name switch
        {
            "F16" => StoredType.F16,
            "BF16" => StoredType.BF16,
            "F32" => StoredType.F32,
            "F64" => StoredType.F64,
            _ => throw Bad($"{tensor} has the dtype {SafetensorsText.Quote(name)}, but F16, BF16, F32 or F64 is needed"),
        };
    }

    private ImmutableArray<long> ReadNumbers(string where, int most)
    {
        Expect(JsonTokenType.StartArray, where, "an array of whole numbers");
        ImmutableArray<long>.Builder numbers = ImmutableArray.CreateBuilder<long>(Math.Min(most, 4));
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // Digits only: 1.0, 1e3 and -0 name whole numbers too, but the format's own reader refuses them.
            if (reader.TokenType != JsonTokenType.Number
                || reader.ValueSpan.ContainsAnyExceptInRange((byte)'0', (byte)'9')
                || !reader.TryGetInt64(out long number))
            {
                throw Bad(
                    $"{where}[{numbers.Count}] is {DescribeToken()}"
                    + $", but a whole number from 0 to {long.MaxValue} is needed");
            }

            if (numbers.Count == most)
            {
                throw Bad($"{where} has more than {most} numbers, but at most {most} are allowed");
            }

            numbers.Add(number);
        }

        return numbers.DrainToImmutable();
    }

    /// <summary>The next key of the object being read, or null at its end.</summary>
    private string? ReadKey(HashSet<string> keys, string where)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        // Compared as text, not as bytes: "a" and "\u0061" are the same key.
        string key = ReadString(where);
        if (!keys.Add(key))
        {
            throw Bad($"{where} has the key {SafetensorsText.Quote(key)} twice, but every key may stand only once");
        }

        return key;
    }

    private string ReadString(string where)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidDataException(
                $"{file}: {where} holds half of a surrogate pair at byte {sizeof(ulong) + reader.TokenStartIndex} of the file"
                + ", but a string must be whole characters", error);
        }
    }

    private void Expect(JsonTokenType token, string where, string right)
    {
        reader.Read();
        if (reader.TokenType != token)
        {
            throw Bad($"{where} is {DescribeToken()}, but it must be {right}");
        }
    }

    private readonly string DescribeToken() => reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number =>
            SafetensorsText.Clip(Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, 100)])),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => "null",
    };

    private readonly InvalidDataException Bad(string sentence) => new($"{file}: {sentence}");
}
