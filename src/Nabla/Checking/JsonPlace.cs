using System.Text.Json;
using Nabla.Calculus;
using Nabla.Calculus.Verification;

namespace Nabla.Checking;

/// <summary>
/// A value in a JSON file together with the way to it, so that every complaint names its place:
/// <c>network.layers[1].weights[3]</c>.
/// </summary>
/// <param name="File">The file, as it is named in sentences.</param>
/// <param name="Path">The way from the root; empty for the root itself.</param>
/// <param name="Value">The value.</param>
internal readonly record struct JsonPlace(string File, string Path, JsonElement Value)
{
    /// <summary>The longest piece of a file's own text that a sentence repeats.</summary>
    private const int LongestQuote = 40;

    /// <summary>The place's name in a sentence.</summary>
    public string Name => Path.Length == 0 ? "the file" : Path;

    /// <summary>The sentence for something wrong here; <paramref name="what"/> begins with a verb.</summary>
    public InvalidDataException Wrong(string what) => new($"{File}: {Name} {what}");

    /// <summary>
    /// The members of an object by their keys. Every key must be known: what is not understood might change the meaning, so it
    /// is never passed over.
    /// </summary>
    public IReadOnlyDictionary<string, JsonPlace> Members(IReadOnlyList<string> required, IReadOnlyList<string> optional)
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw Wrong($"is {Kind(Value)}, but it must be an object with {string.Join(", ", required)}");
        }

        Dictionary<string, JsonPlace> members = [];
        foreach (JsonProperty property in Value.EnumerateObject())
        {
            JsonPlace self = this;
            string key = Text(() => property.Name, () => self.Wrong("has a key that is not valid Unicode text, but keys must be"));
            if (!required.Contains(key) && !optional.Contains(key))
            {
                string unknown = Suggestion.Unknown("key", Shorten(key), required.Concat(optional));
                throw Wrong($"has something that this version does not support: {unknown}");
            }

            if (!members.TryAdd(key, Child(key, property.Value)))
            {
                throw Wrong($"has the key '{key}' twice, but each key may stand once");
            }
        }

        return required.FirstOrDefault(key => !members.ContainsKey(key)) is string missing
            ? throw Wrong($"has no '{missing}', but it must have one")
            : members;
    }

    /// <summary>The elements of an array.</summary>
    public IReadOnlyList<JsonPlace> Elements(string of)
    {
        RequireArray(of);
        JsonPlace self = this;
        return [.. Value.EnumerateArray().Select((element, i) => new JsonPlace(self.File, $"{self.Path}[{i}]", element))];
    }

    /// <summary>A text.</summary>
    public string Word(string what)
    {
        if (Value.ValueKind != JsonValueKind.String)
        {
            throw Wrong($"is {Kind(Value)}, but it must be {what}");
        }

        JsonPlace self = this;
        return Text(() => self.Value.GetString()!, () => self.Wrong("is not valid Unicode text, but it must be"));
    }

    /// <summary>A whole number, at least 1.</summary>
    public int Count() => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out int count) && count >= 1
        ? count
        : throw Wrong($"is {Shown(Value)}, but it must be a whole number from 1 to {int.MaxValue}");

    /// <summary>A finite number.</summary>
    public double Number() => IsFinite(Value, out double number)
        ? number
        : throw Wrong($"is {Shown(Value)}, but it must be a finite number");

    /// <summary>true or false.</summary>
    public bool Truth() => Value.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? Value.GetBoolean()
        : throw Wrong($"is {Shown(Value)}, but it must be true or false");

    /// <summary>An array of numbers as a column.</summary>
    /// <param name="count">How many numbers there must be.</param>
    /// <param name="because">What says so: "the layer has 4 outputs".</param>
    public Matrix Column(int count, string because) => new(count, 1, Row(this, count, because));

    /// <summary>An array of rows of numbers, in the orientation of the file.</summary>
    /// <param name="rows">How many rows there must be, and what says so; null where the file decides.</param>
    /// <param name="columns">How many numbers each row must have, and what says so.</param>
    public Matrix Rows((int Count, string Because)? rows, (int Count, string Because) columns)
    {
        RequireArray("rows of numbers");
        int found = Value.GetArrayLength();
        if (rows is var (count, because) && count != found)
        {
            throw Wrong($"has {Counted(found, "row")}, but {because}");
        }

        if (found == 0)
        {
            throw Wrong("is empty, but it must have at least one row");
        }

        // The size is decided by what the rows really hold, never by a number that the file only states.
        List<double[]> values = new(found);
        foreach (JsonElement row in Value.EnumerateArray())
        {
            values.Add(Row(new(File, $"{Path}[{values.Count}]", row), columns.Count, columns.Because));
        }

        return Matrix.From(found, columns.Count, (i, j) => values[i][j]);
    }

    /// <summary>Whether this is an array of so many arrays of so many elements each.</summary>
    public bool HasRows(int rows, int columns) => Value.ValueKind == JsonValueKind.Array && Value.GetArrayLength() == rows
        && Value.EnumerateArray().All(row => row.ValueKind == JsonValueKind.Array && row.GetArrayLength() == columns);

    /// <summary>A file's own text for a sentence: one line, not too long.</summary>
    public static string Shorten(string text)
    {
        string line = string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return line.Length <= LongestQuote ? line : line[..LongestQuote] + "…";
    }

    private static double[] Row(JsonPlace place, int count, string because)
    {
        place.RequireArray("numbers");
        int found = place.Value.GetArrayLength();
        if (found != count)
        {
            throw place.Wrong($"has {Counted(found, "number")}, but {because}");
        }

        double[] numbers = new double[count];
        int i = 0;
        foreach (JsonElement element in place.Value.EnumerateArray())
        {
            numbers[i] = IsFinite(element, out double number)
                ? number
                : throw new JsonPlace(place.File, $"{place.Path}[{i}]", element).Wrong($"is {Shown(element)}, but it must be a finite number");
            i++;
        }

        return numbers;
    }

    private static bool IsFinite(JsonElement element, out double number)
    {
        number = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out number) && double.IsFinite(number);
    }

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a truth value",
        _ => "null",
    };

    private static string Shown(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number ? Shorten(element.GetRawText()) : Kind(element);

    private static string Counted(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    /// <summary>A text that may hold half a surrogate pair, which the JSON reader notices only when it is asked for the text.</summary>
    private static string Text(Func<string> read, Func<InvalidDataException> wrong)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw wrong();
        }
    }

    private JsonPlace Child(string key, JsonElement value) => new(File, Path.Length == 0 ? key : $"{Path}.{key}", value);

    private void RequireArray(string of)
    {
        if (Value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong($"is {Kind(Value)}, but it must be an array of {of}");
        }
    }
}
