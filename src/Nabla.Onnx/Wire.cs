using Google.Protobuf;
using Nabla.Onnx.Schema;

namespace Nabla.Onnx;

/// <summary>
/// Reads the messages of a file that may be anybody's. A message of two bytes becomes an object of hundreds, so they are counted first: what is read then
/// takes little more memory than the file.
/// </summary>
internal static class Wire
{
    /// <summary>More than ten thousand layers need; as objects they take some tens of megabytes.</summary>
    private const int MostFields = 200_000;

    /// <summary>The messages that are read. Their fields are the schema's.</summary>
    private enum Kind
    {
        Leaf,
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        Value,
        Type,
        TensorType,
        Shape,
    }

    /// <summary>The file's messages.</summary>
    /// <exception cref="InvalidDataException">The bytes are not those of a model, or of an enormous number of messages.</exception>
    public static ModelProto Read(Stream stream, string name)
    {
        long start = stream.Position;
        if (stream.Length - start > int.MaxValue)
        {
            throw new InvalidDataException($"{name}: the file has {stream.Length - start} bytes, but an ONNX file has at most {int.MaxValue}");
        }

        try
        {
            CountFields(stream, name);
            stream.Position = start;
            return ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new InvalidDataException($"{name}: the file is not an ONNX model: its messages are cut off or damaged", error);
        }
    }

    private static void CountFields(Stream stream, string name)
    {
        long length = stream.Length - stream.Position;
        using CodedInputStream input = new(stream, leaveOpen: true);
        Stack<(Kind Kind, long End)> open = new([(Kind.Model, length)]);
        int fields = 0;
        while (open.TryPeek(out (Kind Kind, long End) message))
        {
            if (input.Position >= message.End)
            {
                open.Pop();
                continue;
            }

            uint tag = input.ReadTag();
            if (++fields > MostFields)
            {
                throw new InvalidDataException($"{name}: the file has more than {MostFields} fields, but a network that this program reads has fewer");
            }

            Kind inner = WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited
                ? Inside(message.Kind, WireFormat.GetTagFieldNumber(tag))
                : Kind.Leaf;
            if (inner == Kind.Leaf)
            {
                input.SkipLastField();
                continue;
            }

            long end = input.ReadLength();
            end += input.Position;
            if (end > message.End)
            {
                throw InvalidData(name, end, message.End);
            }

            open.Push((inner, end));
        }
    }

    private static InvalidDataException InvalidData(string name, long end, long most) =>
        new($"{name}: a message ends at byte {end}, but what it lies in ends at byte {most}");

    private static Kind Inside(Kind message, int field) => (message, field) switch
    {
        (Kind.Model, 7) => Kind.Graph,
        (Kind.Graph, 1) => Kind.Node,
        (Kind.Graph, 5) => Kind.Tensor,
        (Kind.Graph, 11 or 12) => Kind.Value,
        (Kind.Node, 5) => Kind.Attribute,
        (Kind.Attribute, 5) => Kind.Tensor,
        (Kind.Value, 2) => Kind.Type,
        (Kind.Type, 1) => Kind.TensorType,
        (Kind.TensorType, 2) => Kind.Shape,
        _ => Kind.Leaf,
    };
}
