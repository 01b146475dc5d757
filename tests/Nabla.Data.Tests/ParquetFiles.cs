using Parquet;
using Parquet.Schema;

namespace Nabla.Data.Tests;

/// <summary>Makes Parquet files.</summary>
internal static class ParquetFiles
{
    /// <summary>A table of every kind of column, with values missing, in groups of rows.</summary>
    public static byte[] Mixed(int rows, CompressionMethod compression = CompressionMethod.Snappy, int groups = 1)
    {
        DataField<double?> size = new("size");
        DataField<int> count = new("count");
        DataField<bool> old = new("old");
        DataField<string> colour = new("colour");
        DataField<DateTime> born = new("born");
        DataField<byte[]> picture = new("picture");
        DataField<string> kind = new("kind");
        return Write(new(size, count, old, colour, born, picture, kind), compression, async writer =>
        {
            for (int group = 0; group < groups; group++)
            {
                int[] numbers = [.. Enumerable.Range(group * rows, rows)];
                using ParquetRowGroupWriter part = writer.CreateRowGroup();
                await part.WriteAsync<double>(size, numbers.Select(i => i % 5 == 4 ? (double?)null : (i % 2 == 0 ? 1 : 9) + i % 7 / 10.0).ToArray());
                await part.WriteAsync<int>(count, numbers);
                await part.WriteAsync<bool>(old, numbers.Select(i => i % 3 == 0).ToArray());
                await part.WriteAsync(colour, numbers.Select(i => i % 6 == 5 ? null! : i % 3 == 0 ? "red" : "0123").ToArray());
                await part.WriteAsync<DateTime>(born, numbers.Select(i => new DateTime(2024, 1, 1 + i % 28, 0, 0, 0, DateTimeKind.Utc)).ToArray());
                await part.WriteAsync(picture, numbers.Select(i => new[] { (byte)i }).ToArray());
                await part.WriteAsync(kind, numbers.Select(i => i % 2 == 0 ? "cat" : "dog").ToArray());
            }
        });
    }

    /// <summary>The same rows as text.</summary>
    public static string MixedText(int rows) => "size,count,old,colour,kind\n" + string.Concat(Enumerable.Range(0, rows).Select(i => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{(i % 5 == 4 ? "" : $"{(i % 2 == 0 ? 1 : 9) + i % 7 / 10.0:R}")},{i},{(i % 3 == 0 ? "true" : "false")},{(i % 6 == 5 ? "" : i % 3 == 0 ? "red" : "0123")},{(i % 2 == 0 ? "cat" : "dog")}\n")));

    public static byte[] Numbers<T>(params T[] values)
        where T : struct
    {
        DataField<T> x = new("x");
        DataField<int> y = new("y");
        return Write(new(x, y), CompressionMethod.None, async writer =>
        {
            using ParquetRowGroupWriter part = writer.CreateRowGroup();
            await part.WriteAsync<T>(x, values);
            await part.WriteAsync<int>(y, Enumerable.Range(0, values.Length).ToArray());
        });
    }

    public static byte[] Write(ParquetSchema schema, CompressionMethod compression, Func<ParquetWriter, Task> write)
    {
        MemoryStream stream = new();
        async Task WriteAsync()
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream, new() { CompressionMethod = compression });
            await write(writer);
        }

        WriteAsync().GetAwaiter().GetResult();
        return stream.ToArray();
    }
}
