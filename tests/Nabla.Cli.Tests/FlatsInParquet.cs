using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace Nabla.Cli.Tests;

/// <summary>The table of the document as a Parquet file with types: dates, numbers and texts, and nulls where the text has no value.</summary>
internal static class FlatsInParquet
{
    public static async Task<byte[]> OfAsync(string csv)
    {
        string[][] rows = [.. (await File.ReadAllLinesAsync(csv)).Skip(1).Select(line => line.Replace("\"Halle, Saale\"", "Halle; Saale", StringComparison.Ordinal).Split(','))];
        DataField<DateTime> listed = new("listed");
        DataField<double?> area = new("area");
        DataField<int> rooms = new("rooms");
        DataField<string> town = new("town");
        DataField<double?> rent = new("rent");
        MemoryStream stream = new();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(listed, area, rooms, town, rent), stream))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync<DateTime>(listed, rows.Select(row => DateTime.Parse(row[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)).ToArray());
            await group.WriteAsync<double>(area, rows.Select(row => Number(row[1])).ToArray());
            await group.WriteAsync<int>(rooms, rows.Select(row => int.Parse(row[2], CultureInfo.InvariantCulture)).ToArray());
            await group.WriteAsync(town, rows.Select(row => row[3].Length == 0 ? null! : row[3].Replace(';', ',')).ToArray());
            await group.WriteAsync<double>(rent, rows.Select(row => Number(row[4])).ToArray());
        }

        return stream.ToArray();
    }

    private static double? Number(string text) => text is "" or "NA" ? null : double.Parse(text, CultureInfo.InvariantCulture);
}
