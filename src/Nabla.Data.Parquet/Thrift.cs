using System.Text;

namespace Nabla.Data.Parquet;

/// <summary>A structure of Thrift's compact protocol that has the shape that it should have.</summary>
internal sealed class ThriftStruct
{
    private readonly SortedList<int, object> fields = [];

    /// <summary>A whole number.</summary>
    public long this[int id] => fields.TryGetValue(id, out object? value) ? (long)value : 0;

    /// <summary>Whether a field is there.</summary>
    public bool Has(int id) => fields.ContainsKey(id);

    /// <summary>A text.</summary>
    public string Text(int id) => fields.TryGetValue(id, out object? value) ? (string)value : "";

    /// <summary>A structure; null where it is not there.</summary>
    public ThriftStruct? Struct(int id) => fields.TryGetValue(id, out object? value) ? (ThriftStruct)value : null;

    /// <summary>The elements of a list.</summary>
    public IEnumerable<T> List<T>(int id) => fields.TryGetValue(id, out object? value) ? ((List<object>)value).Cast<T>() : [];

    /// <summary>Keeps a field; gives whether it was not there.</summary>
    public bool Add(int id, object value) => fields.TryAdd(id, value);
}

/// <summary>Reads structures of Thrift's compact protocol from bytes in memory. Its depth is that of the shapes, and every element of a list takes a byte at least.</summary>
internal sealed class Thrift(ReadOnlyMemory<byte> bytes, string file, string what)
{
    private const int LongestVarint = 10;

    /// <summary>How many bytes are read.</summary>
    public int Position { get; private set; }

    /// <summary>Reads a structure.</summary>
    /// <exception cref="InvalidDataException">The bytes are none of this shape.</exception>
    public ThriftStruct Read(string shape)
    {
        IReadOnlyDictionary<int, ThriftField> known = ThriftShapes.Of(shape);
        ThriftStruct read = new();
        int id = 0;
        while (Byte() is > 0 and int header)
        {
            int type = header & 0x0f;
            id = header >> 4 is > 0 and int delta ? id + delta : (int)Signed();
            ThriftField field = known.GetValueOrDefault(id, new(KindOf(type), "", false));
            if (field.Kind != KindOf(type) || (field.Of.Length == 0 && type >= 9))
            {
                throw Wrong($"field {id} of the {shape} has the type {type}");
            }

            if (!read.Add(id, Value(field, type)))
            {
                throw Wrong($"field {id} of the {shape} is there twice");
            }
        }

        foreach ((int required, ThriftField field) in known)
        {
            if (field.IsRequired && !read.Has(required))
            {
                throw Wrong($"field {required} of the {shape} is missing");
            }
        }

        return read;
    }

    private static char KindOf(int type) => type switch
    {
        1 or 2 => 'b',
        3 => 'y',
        4 or 5 or 6 => 'i',
        7 => 'd',
        8 => 's',
        9 => '[',
        12 => '{',
        _ => '?',
    };

    private object Value(ThriftField field, int type) => field.Kind switch
    {
        'b' => type == 1 ? 1L : 0L,
        'y' => (long)(sbyte)Byte(),
        'i' => Signed(),
        'd' => BitConverter.ToDouble(Take(sizeof(double)).Span),
        's' => Encoding.UTF8.GetString(Take((long)Unsigned()).Span),
        '{' => Read(field.Of),
        '[' => List(field.Of),
        _ => throw Wrong($"there is a value of the type {type}"),
    };

    private List<object> List(string of)
    {
        int header = Byte();
        ulong count = header >> 4 is < 15 and int small ? (ulong)small : Unsigned();
        char kind = of is "i" or "s" ? of[0] : '{';
        if (KindOf(header & 0x0f) != kind && count > 0)
        {
            throw Wrong($"a list holds values of the type {header & 0x0f}");
        }

        if (count > (ulong)(bytes.Length - Position))
        {
            throw Wrong($"a list of {count:N0} values is longer than what follows");
        }

        List<object> values = [];
        for (ulong i = 0; i < count; i++)
        {
            values.Add(Value(new(kind, of, false), header & 0x0f));
        }

        return values;
    }

    private long Signed() => Unsigned() is ulong value ? (long)(value >> 1) ^ -(long)(value & 1) : 0;

    private ulong Unsigned()
    {
        ulong value = 0;
        for (int i = 0; i < LongestVarint; i++)
        {
            int part = Byte();
            value |= (ulong)(part & 0x7f) << (7 * i);
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Wrong("a number has no end");
    }

    private int Byte() => Take(1).Span[0];

    private ReadOnlyMemory<byte> Take(long length)
    {
        if (length < 0 || length > bytes.Length - Position)
        {
            throw Wrong("it is cut off");
        }

        Position += (int)length;
        return bytes.Slice(Position - (int)length, (int)length);
    }

    private InvalidDataException Wrong(string sentence) => new($"{file}: {what} is damaged: {sentence}");
}
