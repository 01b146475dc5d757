using System.Collections.Immutable;
using System.Text.Json;
using Nabla.Data;

namespace Nabla.Models;

/// <summary>A preprocessing as JSON in a model file.</summary>
public static class PreprocessingJson
{
    /// <summary>Writes the members of an object that is open.</summary>
    public static void Write(Utf8JsonWriter json, Preprocessing preprocessing)
    {
        json.WriteNumber("divide_inputs_by", preprocessing.InputDivisor);
        if (preprocessing.IsTable)
        {
            json.WriteStartArray("columns");
            foreach (ColumnEncoding column in preprocessing.Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                if (column is NumberEncoding number)
                {
                    json.WriteString("kind", "number");
                    json.WriteNumber("mean", number.Mean);
                    json.WriteNumber("scale", number.Scale);
                    json.WriteNumber("fill", number.Fill);
                }
                else if (column is CategoryEncoding category)
                {
                    json.WriteString("kind", "category");
                    json.WriteStartArray("levels");
                    foreach (string level in category.Levels)
                    {
                        json.WriteStringValue(level);
                    }

                    json.WriteEndArray();
                    json.WriteBoolean("missing_is_level", category.MissingIsLevel);
                    json.WriteString("fill", category.Fill);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (preprocessing.Target is TargetEncoding target)
        {
            json.WriteStartObject("target");
            json.WriteString("name", target.Name);
            json.WriteNumber("mean", target.Mean);
            json.WriteNumber("scale", target.Scale);
            json.WriteEndObject();
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Preprocessing Read(JsonElement json)
    {
        Preprocessing preprocessing = new()
        {
            InputDivisor = Positive(json, "divide_inputs_by"),
            Columns = json.TryGetProperty("columns", out JsonElement columns) ? [.. columns.EnumerateArray().Select(ReadColumn)] : [],
            Target = json.TryGetProperty("target", out JsonElement target)
                ? new(Text(target, "name"), Finite(target, "mean"), Positive(target, "scale"))
                : null,
        };
        if (preprocessing.Columns.GroupBy(column => column.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new FormatException($"two columns are named '{SafetensorsText.Clip(twice.Key)}'");
        }

        return preprocessing;
    }

    private static ColumnEncoding ReadColumn(JsonElement column)
    {
        string name = Text(column, "name");
        switch (Text(column, "kind"))
        {
            case "number":
                return new NumberEncoding(name, Finite(column, "mean"), Positive(column, "scale"), Finite(column, "fill"));
            case "category":
                ImmutableArray<string> levels = [.. Member(column, "levels").EnumerateArray().Select(Text)];
                string? fill = Member(column, "fill").GetString();
                return levels.IsEmpty || levels.Distinct().Count() < levels.Length ? throw new FormatException($"the levels of column '{SafetensorsText.Clip(name)}' are not at least one and all different")
                    : fill is not null && !levels.Contains(fill) ? throw new FormatException($"the fill of column '{SafetensorsText.Clip(name)}' is none of its levels")
                    : new CategoryEncoding(name, levels, Member(column, "missing_is_level").GetBoolean(), fill);
            default:
                string other = Text(column, "kind");
                throw new FormatException($"the kind of column '{SafetensorsText.Clip(name)}' is '{SafetensorsText.Clip(other)}', but number and category are known");
        }
    }

    private static double Finite(JsonElement parent, string name) => Member(parent, name).GetDouble() is double value && double.IsFinite(value)
        ? value
        : throw new FormatException($"'{name}' is not a finite number");

    private static double Positive(JsonElement parent, string name) => Member(parent, name).GetDouble() is > 0 and < double.PositiveInfinity and double value
        ? value
        : throw new FormatException($"'{name}' is {Member(parent, name).GetDouble()}, but must be a positive number");

    private static string Text(JsonElement parent, string name) => Text(Member(parent, name));

    private static string Text(JsonElement element) => element.GetString() ?? throw new FormatException("a text is missing");

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement member)
            ? member
            : throw new FormatException($"'{name}' is missing");
}
