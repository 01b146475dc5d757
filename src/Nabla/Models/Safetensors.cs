using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nabla.Models;

/// <summary>
/// Reads and writes safetensors files: the header's length N as 8 bytes, N bytes of JSON that say where each tensor lies, and
/// the tensors' values, row-major and little-endian. Reading trusts nothing: whatever the bytes, the result is a file whose
/// tensors cover the data exactly once, or an <see cref="InvalidDataException"/> of one sentence.
/// Source: the format's description in the README of huggingface/safetensors.
/// </summary>
public static class Safetensors
{
    /// <summary>The longest header accepted and written, in bytes: the format's own limit.</summary>
    public const int MaxHeaderLength = 100_000_000;

    private const int ChunkLength = 1 << 16;

    /// <summary>Reads a file. F16 and BF16 tensors are widened to F32.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is not well formed; the message says what, where and what would be right.
    /// </exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SafetensorsFile Read(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Read(stream, Path.GetFileName(path));
    }

    /// <summary>
    /// Reads a stream from its position to its end; the stream must be able to seek, since its length is what the header is
    /// compared with before any memory is taken. Errors call it by the name.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The bytes are not well formed; the message says what, where and what would be right.
    /// </exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static SafetensorsFile Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        name = SafetensorsText.Clip(name);
        if (!stream.CanSeek)
        {
            throw new InvalidDataException(
                $"{name}: the length is not known before the end, but a model is read from a file, not from a pipe");
        }

        long length = stream.Length - stream.Position;
        if (length < sizeof(ulong))
        {
            throw new InvalidDataException(
                $"{name}: the file has {length} bytes, but the length of the header alone takes {sizeof(ulong)}");
        }

        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        Fill(stream, prefix, name);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        long rest = length - sizeof(ulong);
        if (headerLength > MaxHeaderLength)
        {
            throw new InvalidDataException(
                $"{name}: the header's length is {headerLength} bytes, but at most {MaxHeaderLength} are allowed; this is no safetensors file");
        }

        if (headerLength > (ulong)rest)
        {
            throw new InvalidDataException(
                $"{name}: the header's length is {headerLength} bytes, but only {rest} follow in the file");
        }

        byte[] header = new byte[headerLength];
        Fill(stream, header, name);
        (Dictionary<string, string> metadata, List<StoredTensor> stored) = SafetensorsHeader.Parse(header, name);
        Dictionary<string, Tensor> tensors = [];
        foreach (StoredTensor tensor in SafetensorsLayout.Verify(stored, rest - header.Length, name))
        {
            tensors.Add(tensor.Name, ReadValues(stream, tensor, name));
        }

        return new SafetensorsFile(name, metadata, [.. stored.Select(tensor => tensors[tensor.Name])]);
    }

    /// <summary>
    /// Writes a file in one piece or not at all: the bytes go to a temporary file in the same folder, which takes the target's
    /// place once they are on the disk. A link is followed, and stays. On failure an existing target is as it was.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// Two tensors have one name, a text is not Unicode, or the header is too long.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the target may not be written.</exception>
    public static void Write(string path, IReadOnlyList<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        byte[] header = FormatHeader(tensors, metadata);
        AtomicFile.Write(path, stream => WriteParts(stream, header, tensors));
    }

    /// <summary>
    /// Writes to a stream: tensors in the given order, metadata sorted by key, the header padded with spaces so that the data
    /// starts at a multiple of 8. With F32 tensors before F64 ones the latter may lie off their own alignment, which the
    /// format allows; put F64 first where another program maps the file into memory.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// Two tensors have one name, a text is not Unicode, or the header is too long.
    /// </exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static void Write(Stream stream, IReadOnlyList<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        WriteParts(stream, FormatHeader(tensors, metadata), tensors);
    }

    private static byte[] FormatHeader(IReadOnlyList<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArrayBufferWriter<byte> buffer = new();

        // The relaxed encoder keeps names readable; what it leaves alone matters only inside HTML.
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                WriteMetadata(json, metadata);
            }

            WriteTensors(json, tensors);
            json.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & (sizeof(ulong) - 1);
        buffer.GetSpan(sizeof(ulong))[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenCount <= MaxHeaderLength
            ? buffer.WrittenSpan.ToArray()
            : throw new ArgumentException(
                $"the header takes {buffer.WrittenCount} bytes, but at most {MaxHeaderLength} are allowed");
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!SafetensorsText.IsUnicode(key) || !SafetensorsText.IsUnicode(value))
            {
                throw new ArgumentException(
                    $"the metadata {SafetensorsText.Quote(key)} holds half of a surrogate pair"
                    + ", but UTF-8 needs whole characters", nameof(metadata));
            }

            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter json, IReadOnlyList<Tensor> tensors)
    {
        HashSet<string> names = [];
        long begin = 0;
        foreach (Tensor tensor in tensors)
        {
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException(
                    $"two tensors are named {SafetensorsText.Quote(tensor.Name)}"
                    + ", but every name may stand only once", nameof(tensors));
            }

            if (tensor.Shape.Length > SafetensorsHeader.MaxRank)
            {
                throw new ArgumentException(
                    $"tensor {SafetensorsText.Quote(tensor.Name)} has {tensor.Shape.Length} dimensions"
                    + $", but at most {SafetensorsHeader.MaxRank} are allowed", nameof(tensors));
            }

            long end = begin + (long)tensor.Count * (tensor.Type == TensorType.F32 ? sizeof(float) : sizeof(double));
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", tensor.Type == TensorType.F32 ? "F32" : "F64");
            json.WriteStartArray("shape");
            foreach (long dimension in tensor.Shape)
            {
                json.WriteNumberValue(dimension);
            }

            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(begin);
            json.WriteNumberValue(end);
            json.WriteEndArray();
            json.WriteEndObject();
            begin = end;
        }
    }

    private static void WriteParts(Stream stream, byte[] header, IReadOnlyList<Tensor> tensors)
    {
        byte[] chunk = new byte[ChunkLength];
        BinaryPrimitives.WriteUInt64LittleEndian(chunk, (ulong)header.Length);
        stream.Write(chunk, 0, sizeof(ulong));
        stream.Write(header);
        foreach (Tensor tensor in tensors)
        {
            int size = tensor.Type == TensorType.F32 ? sizeof(float) : sizeof(double);
            for (int start = 0; start < tensor.Count;)
            {
                int count = Math.Min(tensor.Count - start, ChunkLength / size);
                Encode(tensor, start, count, chunk);
                stream.Write(chunk, 0, count * size);
                start += count;
            }
        }
    }

    private static void Encode(Tensor tensor, int start, int count, Span<byte> bytes)
    {
        if (tensor.Type == TensorType.F32)
        {
            ReadOnlySpan<float> values = tensor.Singles.Slice(start, count);
            for (int i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes[(i * sizeof(float))..], values[i]);
            }
        }
        else
        {
            ReadOnlySpan<double> values = tensor.Doubles.Slice(start, count);
            for (int i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteDoubleLittleEndian(bytes[(i * sizeof(double))..], values[i]);
            }
        }
    }

    private static Tensor ReadValues(Stream stream, StoredTensor tensor, string name)
    {
        int size = StoredTensor.SizeOf(tensor.Type);
        int count = (int)((tensor.End - tensor.Begin) / size);
        return tensor.Type switch
        {
            StoredType.F16 => Singles(bytes => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes)),

            // A BF16 is the upper half of an F32.
            StoredType.BF16 => Singles(bytes =>
                BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16)),
            StoredType.F32 => Singles(BinaryPrimitives.ReadSingleLittleEndian),
            _ => new Tensor(
                tensor.Name, tensor.Shape, Decode(stream, count, size, BinaryPrimitives.ReadDoubleLittleEndian, name)),
        };

        Tensor Singles(Func<ReadOnlySpan<byte>, float> decode) =>
            new(tensor.Name, tensor.Shape, Decode(stream, count, size, decode, name));
    }

    private static T[] Decode<T>(Stream stream, int count, int size, Func<ReadOnlySpan<byte>, T> decode, string name)
    {
        T[] values = new T[count];
        byte[] chunk = new byte[Math.Min(ChunkLength, (long)count * size)];
        for (int start = 0; start < count;)
        {
            int part = Math.Min(count - start, ChunkLength / size);
            Fill(stream, chunk.AsSpan(0, part * size), name);
            for (int i = 0; i < part; i++)
            {
                values[start + i] = decode(chunk.AsSpan(i * size, size));
            }

            start += part;
        }

        return values;
    }

    private static void Fill(Stream stream, Span<byte> bytes, string name)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new InvalidDataException(
                $"{name}: the file became shorter while it was read, but it must stay as it is until then");
        }
    }
}
