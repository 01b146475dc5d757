using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nabla.Cli.CommandLine;

/// <summary>One JSON object on a line of its own, so that a reader of a stream can act on each line as it comes.</summary>
internal static class JsonLine
{
    /// <summary>Writes one object and flushes.</summary>
    public static void Write(TextWriter output, Action<Utf8JsonWriter> members)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        // One write a line: what another process writes to the same stream cannot fall between.
        output.Write(Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n");
        output.Flush();
    }

    /// <summary>A number, or null where there is none or JSON has none for it (NaN, ∞).</summary>
    public static void Write(this Utf8JsonWriter json, string name, double? value)
    {
        json.WritePropertyName(name);
        json.WriteValue(value);
    }

    /// <summary>A number, or null where there is none or JSON has none for it (NaN, ∞).</summary>
    public static void WriteValue(this Utf8JsonWriter json, double? value)
    {
        if (value is double number && double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    /// <summary>An array of texts.</summary>
    public static void Write(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
