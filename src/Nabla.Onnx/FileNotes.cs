using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Nabla.Calculus.Language;
using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Onnx.Schema;

namespace Nabla.Onnx;

/// <summary>What a file that this program wrote says beside its graph. A file of another program may have other things under the same names.</summary>
internal static class FileNotes
{
    private const int LongestLoss = 10_000;

    /// <summary>The largest table that is read, of 65,536 columns and 200,000 levels, has fewer; each takes a dozen bytes, and a text what is made of it.</summary>
    private const int MostJsonTokens = 1_000_000;
    private const int MostJsonTexts = 350_000;

    /// <summary>The options, and where they leave something open, what the file says.</summary>
    /// <exception cref="InvalidDataException">A note of this program is damaged.</exception>
    public static ImportOptions Complete(ImportOptions options, ModelProto file, string name)
    {
        if (file.ProducerName != "nabla")
        {
            return options;
        }

        Dictionary<string, string> notes = new(StringComparer.Ordinal);
        foreach (StringStringEntryProto note in file.MetadataProps)
        {
            notes[note.Key] = note.Value;
        }

        try
        {
            return options with
            {
                Loss = options.Loss ?? (notes.TryGetValue("loss", out string? loss) ? LossOf(loss) : null),
                Reduction = notes.GetValueOrDefault("reduction") == "sum" ? Reduction.Sum : options.Reduction,
                Classes = options.Classes.IsEmpty && notes.TryGetValue("classes", out string? classes)
                    ? ReadClasses(classes)
                    : options.Classes,
                Preprocessing = notes.TryGetValue("preprocessing", out string? preprocessing) ? ReadPreprocessing(preprocessing) : options.Preprocessing,
                Training = notes.TryGetValue("training", out string? training) ? ReadTraining(training) : options.Training,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException or LanguageException)
        {
            throw new InvalidDataException($"{name}: the notes beside the graph cannot be read: {OneLine(e)}", e);
        }
    }

    /// <summary>The JSON of a note, once its tokens are counted: two bytes of it can become dozens in memory.</summary>
    private static JsonDocument Parse(string json, int maxDepth)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { MaxDepth = maxDepth });
        (int tokens, int texts) = (0, 0);
        while (reader.Read())
        {
            tokens++;
            texts += reader.TokenType == JsonTokenType.String ? 1 : 0;
            if (tokens > MostJsonTokens || texts > MostJsonTexts)
            {
                throw new FormatException($"a note has more than {MostJsonTokens} names and values, or {MostJsonTexts} texts, but at most so many are read");
            }
        }

        return JsonDocument.Parse(utf8, new() { MaxDepth = maxDepth });
    }

    private static Loss LossOf(string text) => text.Length <= LongestLoss
        ? Loss.NamedOrParsed(text)
        : throw new FormatException($"the loss has {text.Length} characters, but at most {LongestLoss} are read");

    private static Preprocessing ReadPreprocessing(string json)
    {
        using JsonDocument document = Parse(json, maxDepth: 8);
        return PreprocessingJson.Read(document.RootElement);
    }

    private static ImmutableArray<string> ReadClasses(string json)
    {
        using JsonDocument document = Parse(json, maxDepth: 4);
        return [.. document.RootElement.EnumerateArray().Select(element => element.GetString() ?? throw new FormatException("a class has no name"))];
    }

    private static ImmutableSortedDictionary<string, string> ReadTraining(string json)
    {
        using JsonDocument document = Parse(json, maxDepth: 4);
        ImmutableSortedDictionary<string, string>.Builder settings = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            settings[property.Name] = property.Value.GetString() ?? throw new FormatException("a setting is no text");
        }

        return settings.ToImmutable();
    }

    private static string OneLine(Exception e) =>
        string.Join(' ', e.Message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
