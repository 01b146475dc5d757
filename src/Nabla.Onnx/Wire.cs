using Google.Protobuf;
using Nabla.Onnx.Schema;

namespace Nabla.Onnx;

/// <summary>
/// Reads the messages of a file that may be anybody's. A message of two bytes becomes an object of hundreds, a text takes three times its bytes, and a number of one byte eight: so they are counted
/// first, and the numbers of tensors stay in the file. What is read then takes some tens of megabytes, whatever the file.
/// </summary>
internal sealed class Wire
{
    /// <summary>More than ten thousand layers need; as objects they take some tens of megabytes.</summary>
    private const int MostFields = 200_000;

    /// <summary>Names, and what is told beside the graph: the columns of a table and their levels take most.</summary>
    private const int MostTextBytes = 10_000_000;

    /// <summary>Dimensions and the like, packed.</summary>
    private const int MostListBytes = 1 << 16;

    private readonly string name;
    private readonly Stream stream;
    private readonly long start;
    private readonly List<long> tags = [];
    private readonly byte[] buffer = new byte[4096];
    private long bufferStart;
    private int buffered;
    private long at;

    /// <summary>The numbers of each tensor in the order of the file, of those that are given and of those that are constants; null for one that has none.</summary>
    private readonly List<Payload?> given = [];
    private readonly List<Payload?> constants = [];

    private Wire(Stream stream, string name) => (this.stream, this.name, start, at) = (stream, name, stream.Position, stream.Position);

    /// <summary>The messages that are read. Their fields are the schema's.</summary>
    private enum Kind
    {
        Model,
        Graph,
        Node,
        Attribute,
        Given,
        Constant,
        Value,
        Type,
        TensorType,
        Shape,

        // What is no message that is gone into.
        Text,
        List,
        Payload,
        Skipped,
    }

    /// <summary>The file's messages.</summary>
    /// <exception cref="InvalidDataException">The bytes are not those of a model, or of an enormous number of messages.</exception>
    public static FileContent Read(Stream stream, string name)
    {
        long bytes = stream.Length - stream.Position;
        return bytes <= int.MaxValue
            ? new Wire(stream, name).Read(bytes)
            : throw new InvalidDataException($"{name}: the file has {bytes} bytes, but an ONNX file has at most {int.MaxValue}");
    }

    private FileContent Read(long bytes)
    {
        try
        {
            LookThrough(bytes);
            stream.Position = start;
            ModelProto model = ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(new MaskedStream(stream, tags));
            Dictionary<TensorProto, Payload> payloads = new(ReferenceEqualityComparer.Instance);
            Assign([.. model.Graph?.Initializer ?? []], given);
            Assign([.. model.Graph?.Node.SelectMany(node => node.Attribute).Select(attribute => attribute.T).OfType<TensorProto>() ?? []], constants);
            return new(model, bytes, payloads);

            void Assign(TensorProto[] tensors, List<Payload?> found)
            {
                if (tensors.Length != found.Count)
                {
                    throw Damaged();
                }

                for (int i = 0; i < tensors.Length; i++)
                {
                    if (found[i] is Payload payload)
                    {
                        payloads.Add(tensors[i], payload);
                    }
                }
            }
        }
        catch (InvalidProtocolBufferException error)
        {
            throw Damaged(error);
        }
    }

    private void LookThrough(long length)
    {
        Stack<(Kind Kind, long End)> open = new([(Kind.Model, start + length)]);
        (int fields, long texts, long lists) = (0, 0, 0);
        HashSet<long> withTensor = [];
        while (open.TryPeek(out (Kind Kind, long End) message))
        {
            if (at == message.End)
            {
                open.Pop();
                continue;
            }

            long place = at;
            ulong tag = Varint(message.End);
            if (tag > uint.MaxValue)
            {
                // The parser would read the lower half, and what lies inside would be counted as something else.
                throw Damaged();
            }

            Require(++fields, MostFields, "fields");
            if (tag % 8 != (int)WireFormat.WireType.LengthDelimited)
            {
                PassOver((WireFormat.WireType)(tag % 8), message.End);
                continue;
            }

            Kind inner = Inside(message.Kind, tag / 8);
            bool isShort = at == place + 1;
            ulong size = Varint(message.End);
            if (size > (ulong)(message.End - at))
            {
                throw new InvalidDataException($"{name}: a message has {size} bytes at byte {at}, but what it lies in ends at byte {message.End}");
            }

            long end = at + (long)size;
            switch (inner)
            {
                case Kind.Text:
                    Require(texts += (long)size, MostTextBytes, "bytes of names and notes");
                    break;
                case Kind.List:
                    Require(lists += (long)size, MostListBytes, "bytes of dimensions");
                    break;
                case Kind.Payload:
                    List<Payload?> found = message.Kind == Kind.Given ? given : constants;
                    found[^1] = found[^1] is null && isShort
                        ? new(stream, at, (int)size)
                        : throw new InvalidDataException($"{name}: the numbers of a tensor are in two pieces, but only those in one piece are read");
                    tags.Add(place);
                    break;
                case Kind.Given:
                    given.Add(null);
                    break;
                case Kind.Constant:
                    constants.Add(withTensor.Add(message.End) ? null : throw new InvalidDataException($"{name}: an attribute has two tensors, but it has one value"));
                    break;
                default:
                    break;
            }

            if (inner < Kind.Text)
            {
                open.Push((inner, end));
            }
            else
            {
                GoTo(end);
            }
        }
    }

    private void PassOver(WireFormat.WireType type, long end)
    {
        switch (type)
        {
            case WireFormat.WireType.Varint:
                Varint(end);
                break;
            case WireFormat.WireType.Fixed32 when end - at >= sizeof(uint):
                GoTo(at + sizeof(uint));
                break;
            case WireFormat.WireType.Fixed64 when end - at >= sizeof(ulong):
                GoTo(at + sizeof(ulong));
                break;
            default:
                throw Damaged();
        }
    }

    /// <summary>A number of seven bits a byte, the lowest first.</summary>
    private ulong Varint(long end)
    {
        const int MostBits = 64;
        ulong value = 0;
        for (int shift = 0; shift < MostBits && at < end; shift += 7)
        {
            if (at - bufferStart >= buffered)
            {
                stream.Position = bufferStart = at;
                buffered = stream.Read(buffer);
                if (buffered == 0)
                {
                    throw Damaged();
                }
            }

            byte next = buffer[at++ - bufferStart];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    private void GoTo(long place)
    {
        at = place;
        if (at > bufferStart + buffered)
        {
            (bufferStart, buffered) = (at, 0);
        }
    }

    private InvalidDataException Damaged(Exception? cause = null) => new($"{name}: the file is not an ONNX model: its messages are cut off or damaged", cause);

    private void Require(long count, long most, string what)
    {
        if (count > most)
        {
            throw new InvalidDataException($"{name}: the file has more than {most} {what}, but a network that this program reads has fewer");
        }
    }

    private static Kind Inside(Kind message, ulong field) => (message, field) switch
    {
        (Kind.Model, 7) => Kind.Graph,
        (Kind.Graph, 1) => Kind.Node,
        (Kind.Graph, 5) => Kind.Given,
        (Kind.Graph, 11 or 12) => Kind.Value,
        (Kind.Node, 5) => Kind.Attribute,
        (Kind.Attribute, 5) => Kind.Constant,
        (Kind.Value, 2) => Kind.Type,
        (Kind.Type, 1) => Kind.TensorType,
        (Kind.TensorType, 2) => Kind.Shape,
        (Kind.Given or Kind.Constant, 1) or (Kind.Attribute, 8) => Kind.List,
        (Kind.Given or Kind.Constant, 4 or 9) => Kind.Payload,
        (Kind.Model, 2 or 3 or 6 or 8 or 14) or (Kind.Graph, 2) or (Kind.Node, 1 or 2 or 3 or 4 or 7) or (Kind.Attribute, 1 or 4) or (Kind.Given or Kind.Constant, 8) or (Kind.Value, 1) or (Kind.Shape, 1)
            => Kind.Text,
        _ => Kind.Skipped,
    };
}
