namespace Nabla.Data.Parquet;

/// <summary>What a field of a structure holds.</summary>
/// <param name="Kind">i a whole number, b true or false, y a byte, d a double, s a text, { a structure, [ a list.</param>
/// <param name="Of">The shape of the structure, or of those in the list; "i" or "s" where the list holds such values.</param>
/// <param name="IsRequired">Whether a structure without it is refused.</param>
internal readonly record struct ThriftField(char Kind, string Of, bool IsRequired);

/// <summary>
/// The structures of a Parquet file, as its definition has them (parquet.thrift, format 2.12). The library takes the bytes of a footer for what it expects without looking at the types that they state, and what
/// does not fit makes it read on and on; only what has these shapes is given to it.
/// </summary>
internal static class ThriftShapes
{
    private const string Text =
        """
        File: 1i 2[Element]! 3i! 4[Group]! 5[KeyValue] 6s 7[Order] 8{Encryption} 9s
        Element: 1i 2i 3i 4s! 5i 6i 7i 8i 9i 10{Logical}
        Logical: 1{Empty} 2{Empty} 3{Empty} 4{Empty} 5{Decimal} 6{Empty} 7{Time} 8{Time} 10{Integer} 11{Empty} 12{Empty} 13{Empty} 14{Empty} 15{Empty} 16{Variant} 17{Geometry} 18{Geometry}
        Empty:
        Decimal: 1i! 2i!
        Time: 1b! 2{Unit}!
        Unit: 1{Empty} 2{Empty} 3{Empty}
        Integer: 1y! 2b!
        Variant: 1y
        Geometry: 1s 2i
        Group: 1[Chunk]! 2i! 3i! 4[Sorting] 5i 6i 7i
        Sorting: 1i! 2b! 3b!
        Chunk: 1s 2i 3{Column}! 4i 5i 6i 7i
        Column: 1i! 2[i]! 3[s]! 4i! 5i! 6i 7i! 8[KeyValue] 9i! 10i 11i 12{Statistics} 13[PageStatistics] 14i 15i 16{Sizes} 17{Geospatial}
        Statistics: 1s 2s 3i 4i 5s 6s 7b 8b
        PageStatistics: 1i! 2i! 3i!
        Sizes: 1i 2[i] 3[i]
        Geospatial: 1{Box} 2[i]
        Box: 1d 2d 3d 4d 5d 6d 7d 8d
        KeyValue: 1s! 2s
        Order: 1{Empty} 2{Empty}
        Encryption:
        Page: 1i! 2i! 3i! 4i 5{Data} 6{Empty} 7{Dictionary} 8{Data2}
        Data: 1i! 2i! 3i! 4i! 5{Statistics}
        Dictionary: 1i! 2i! 3b
        Data2: 1i! 2i! 3i! 4i! 5i! 6i! 7b 8{Statistics}
        """;

    private static readonly Dictionary<string, Dictionary<int, ThriftField>> shapes = Text.Split('\n').Select(line => line.Split(':')).ToDictionary(
        parts => parts[0], parts => parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToDictionary(pair => pair.Id, pair => pair.Field), StringComparer.Ordinal);

    /// <summary>The fields of a structure by their numbers.</summary>
    public static IReadOnlyDictionary<int, ThriftField> Of(string shape) => shapes[shape];

    private static (int Id, ThriftField Field) Parse(string text)
    {
        string plain = text.TrimEnd('!');
        int digits = plain.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return (
            int.Parse(plain.AsSpan(0, digits), System.Globalization.CultureInfo.InvariantCulture),
            new(plain[digits], plain[(digits + 1)..].TrimEnd('}', ']'), text.EndsWith('!')));
    }
}
