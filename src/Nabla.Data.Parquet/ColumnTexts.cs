using System.Collections;
using System.Globalization;
using Parquet.Schema;
using Library = Parquet;

namespace Nabla.Data.Parquet;

/// <summary>
/// The values of a column in a group of rows, as the texts that a table of delimited fields would have. A few values that come again and again, which take next to nothing in a file, are
/// kept as places in a list of them; all others in buffers that are used again for the next group.
/// </summary>
internal abstract class ColumnTexts : IDisposable
{
    private static readonly Dictionary<Type, Func<Library.ParquetRowGroupReader, DataField, int, ColumnBuffers, ColumnTexts>> readers = new()
    {
        [typeof(bool)] = Reader<bool>((value, text) => Put(value ? "true" : "false", text)),
        [typeof(sbyte)] = Reader<sbyte>(Number),
        [typeof(byte)] = Reader<byte>(Number),
        [typeof(short)] = Reader<short>(Number),
        [typeof(ushort)] = Reader<ushort>(Number),
        [typeof(int)] = Reader<int>(Number),
        [typeof(uint)] = Reader<uint>(Number),
        [typeof(long)] = Reader<long>(Number),
        [typeof(ulong)] = Reader<ulong>(Number),
        [typeof(float)] = Reader<float>((value, text) => Number((double)value, text)),
        [typeof(double)] = Reader<double>(Number),
        [typeof(decimal)] = Reader<decimal>(Number),
        [typeof(DateTime)] = Reader<DateTime>((value, text) => value.TryFormat(text, out int length, "yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) ? length : 0),
        [typeof(ReadOnlyMemory<char>)] = Texts,
    };

    private delegate int Formatting<T>(T value, Span<char> text);

    /// <summary>A column without values.</summary>
    public static ColumnTexts Missing { get; } = new Few([], ["", ""], null);

    /// <summary>The text of a row; an empty one where it is missing. It is there until the next is asked for.</summary>
    public abstract ReadOnlySpan<char> this[int row] { get; }

    public static bool IsKnown(Type type) => readers.ContainsKey(type);

    /// <summary>What a value takes while its column is read: itself, here and for texts in the library too, a level, its place in the dictionary, and in the list.</summary>
    public static int BytesOfAValue(Type type) => 2 * sizeof(int) + sizeof(ushort) + (type == typeof(ReadOnlyMemory<char>) ? 32 : type == typeof(decimal) ? 16 : 8);

    public static ColumnTexts Read(Library.ParquetRowGroupReader group, DataField field, int rows, ColumnBuffers buffers) =>
        readers[field.ClrType](group, field, rows, buffers);

    /// <inheritdoc/>
    public abstract void Dispose();

    private static Func<Library.ParquetRowGroupReader, DataField, int, ColumnBuffers, ColumnTexts> Reader<T>(Formatting<T> format)
        where T : struct, IEquatable<T> => (group, field, rows, buffers) => Values<T>(group, field, rows, buffers, (values, present) =>
        {
            char[] text = new char[64];
            Dictionary<T, int> places = [];
            List<string> texts = [""];
            return Few.Of(rows, present, buffers, i =>
            {
                ref int place = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(places, values[i], out bool known);
                if (!known)
                {
                    place = texts.Count;
                    texts.Add(text.AsSpan(0, format(values[i], text)).ToString());
                }

                return place;
            }, texts);
        }, (values, present) => new Many<T>(values, present, buffers, format));

    private static ColumnTexts Texts(Library.ParquetRowGroupReader group, DataField field, int rows, ColumnBuffers buffers) => Values<ReadOnlyMemory<char>>(group, field, rows, buffers, (values, present) =>
    {
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        var bySpan = places.GetAlternateLookup<ReadOnlySpan<char>>();
        List<string> texts = [""];
        return Few.Of(rows, present, buffers, i =>
        {
            ReadOnlySpan<char> text = values[i].Span.Trim();
            if (!bySpan.TryGetValue(text, out int place))
            {
                place = texts.Count;
                texts.Add(text.ToString());
                places.Add(texts[place], place);
            }

            return place;
        }, texts);
    }, (values, present) => new ManyTexts(values, present, buffers));

    /// <summary>Reads a column into buffers, and makes texts of them that keep few, or take the buffer over.</summary>
    private static ColumnTexts Values<T>(
        Library.ParquetRowGroupReader group, DataField field, int rows, ColumnBuffers buffers, Func<T[], BitArray?, ColumnTexts?> few, Func<T[], BitArray?, ColumnTexts> many)
        where T : struct
    {
        T[] values = buffers.Rent<T>(rows);
        int[]? levels = field.MaxDefinitionLevel > 0 ? buffers.Rent<int>(rows) : null;
        ColumnTexts? texts = null;
        try
        {
            // A null array would become an empty buffer and not none.
            group.ReadRawAsync<T>(field, values.AsMemory(0, rows), levels is null ? default(Memory<int>?) : levels.AsMemory(0, rows), null).AsTask().GetAwaiter().GetResult();
            BitArray? present = levels is null ? null : Spread(values, levels.AsSpan(0, rows), field.MaxDefinitionLevel);
            texts = few(values, present);
            return texts ??= many(values, present);
        }
        finally
        {
            if (levels is not null)
            {
                buffers.Return(levels);
            }

            if (texts is null or Few)
            {
                buffers.Return(values);
            }
        }
    }

    /// <summary>The file has the values that are there without gaps: each goes to its row, from the last.</summary>
    private static BitArray Spread<T>(T[] values, ReadOnlySpan<int> levels, int present)
    {
        BitArray there = new(levels.Length);
        int place = 0;
        foreach (int level in levels)
        {
            place += level == present ? 1 : 0;
        }

        for (int row = levels.Length - 1; row >= 0; row--)
        {
            if (levels[row] == present)
            {
                there[row] = true;
                values[row] = values[--place];
            }
        }

        return there;
    }

    private static int Number<T>(T value, Span<char> text)
        where T : ISpanFormattable => value.TryFormat(text, out int length, default, CultureInfo.InvariantCulture) ? length : 0;

    private static int Put(string value, Span<char> text)
    {
        value.CopyTo(text);
        return value.Length;
    }

    /// <summary>Rows as places in a list of texts, of which the first is that of a missing one.</summary>
    private sealed class Few(ushort[] places, IReadOnlyList<string> texts, ColumnBuffers? buffers) : ColumnTexts
    {
        private const int Trial = 1024;

        public override ReadOnlySpan<char> this[int row] => places.Length == 0 ? [] : texts[places[row]];

        /// <summary>Null where the values are too many and too different for it to be worth while.</summary>
        public static Few? Of(int rows, BitArray? present, ColumnBuffers buffers, Func<int, int> placeOf, IReadOnlyList<string> texts)
        {
            ushort[] places = buffers.Rent<ushort>(rows);
            Few? few = null;
            try
            {
                for (int row = 0; row < rows; row++)
                {
                    int place = present?[row] != false ? placeOf(row) : 0;
                    if (place > ushort.MaxValue || (place > Trial && place > row / 2))
                    {
                        return null;
                    }

                    places[row] = (ushort)place;
                }

                return few = new(places, texts, buffers);
            }
            finally
            {
                if (few is null)
                {
                    buffers.Return(places);
                }
            }
        }

        public override void Dispose()
        {
            buffers?.Return(places);
        }
    }

    private sealed class Many<T>(T[] values, BitArray? present, ColumnBuffers buffers, Formatting<T> format) : ColumnTexts
        where T : struct
    {
        private readonly char[] text = new char[64];

        public override ReadOnlySpan<char> this[int row] => present?[row] != false ? text.AsSpan(0, format(values[row], text)) : [];

        public override void Dispose() => buffers.Return(values);
    }

    private sealed class ManyTexts(ReadOnlyMemory<char>[] values, BitArray? present, ColumnBuffers buffers) : ColumnTexts
    {
        public override ReadOnlySpan<char> this[int row] => present?[row] != false ? values[row].Span.Trim() : [];

        public override void Dispose() => buffers.Return(values);
    }
}
