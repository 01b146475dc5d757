using System.Text.Json;
using Nabla.Calculus.Language;
using Nabla.Calculus.Verification.Claims;

namespace Nabla.Checking;

/// <summary>One entry of a suite: a derivative that somebody wrote down.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Where">The declarations.</param>
/// <param name="Expression">What is differentiated.</param>
/// <param name="Wrt">By which variable.</param>
/// <param name="EqualTo">The claim.</param>
public sealed record Identity(string Id, string Where, string Expression, string Wrt, string EqualTo)
{
    /// <summary>The kind of the derivative; null where the expression decides.</summary>
    public string? Kind { get; init; }

    /// <summary>The direction of a Hessian-vector product.</summary>
    public string? Along { get; init; }

    /// <summary>Names of conditions with the variables that they are said of.</summary>
    public IReadOnlyList<(string Condition, string Variable)> Conditions { get; init; } = [];

    /// <summary>Judges the entry.</summary>
    /// <exception cref="LanguageException">Something in it is no formula.</exception>
    /// <exception cref="ArgumentException">A name in it is unknown.</exception>
    public ClaimVerdict Judge() => ClaimCheck.Of(ClaimProblem.Read(Where, Expression, Wrt, Kind, Along, Conditions)).Judge(EqualTo);
}

/// <summary>An entry as it was read: an identity, or what is wrong with it.</summary>
/// <param name="Id">The entry's name; where it has none, its place in the file.</param>
/// <param name="Identity">The identity; null where it could not be read.</param>
/// <param name="Problem">Why it could not be read.</param>
public sealed record SuiteEntry(string Id, Identity? Identity, string? Problem);

/// <summary>A file of identities: an array of objects.</summary>
public static class IdentitySuite
{
    private static readonly string[] required = ["id", "where", "expression", "wrt", "equals"];
    private static readonly string[] optional = ["title", "source", "kind", "along", "positive", "well_conditioned", "assume"];

    /// <summary>Whether a file holds an array, as suites do; false where it cannot be read as JSON at all.</summary>
    public static bool IsSuite(string path)
    {
        const int Most = 4096;
        using StreamReader reader = new(path);
        char[] start = new char[Most];
        return start.AsSpan(0, reader.ReadBlock(start)).TrimStart().StartsWith("[");
    }

    /// <summary>Reads a suite. An entry that cannot be read does not hinder the others.</summary>
    /// <exception cref="InvalidDataException">The file is not an array in JSON.</exception>
    public static IReadOnlyList<SuiteEntry> Read(string path) => Parse(path, File.ReadAllBytes(path));

    /// <summary>Reads the text of a suite.</summary>
    /// <param name="name">The file, as it is named in sentences.</param>
    /// <param name="json">Its bytes.</param>
    /// <exception cref="InvalidDataException">The text is not an array in JSON.</exception>
    public static IReadOnlyList<SuiteEntry> Parse(string name, ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            HashSet<string> ids = new(StringComparer.Ordinal);
            List<SuiteEntry> entries = [];
            foreach (JsonPlace place in new JsonPlace(name, "", document.RootElement).Elements("identities"))
            {
                SuiteEntry entry = Entry(place);
                entries.Add(ids.Add(entry.Id) ? entry : new($"{entry.Id} {place.Path}", null, $"{place.Name}: another entry has the id '{entry.Id}' already"));
            }

            return entries.Count > 0 ? entries : throw new InvalidDataException($"{name}: the suite is empty, but it must have at least one identity");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{name}: this is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}", e);
        }
    }

    private static SuiteEntry Entry(JsonPlace place)
    {
        string id = $"{place.File}:{place.Path}";
        try
        {
            if (place.Value.ValueKind == JsonValueKind.Object && place.Value.TryGetProperty("id", out JsonElement given) && given.ValueKind == JsonValueKind.String)
            {
                id = JsonPlace.Shorten(given.GetString()!);
            }

            IReadOnlyDictionary<string, JsonPlace> members = place.Members(required, optional);
            string Word(string key) => members[key].Word("a text");
            List<(string, string)> conditions = [];
            foreach (string list in new[] { "positive", "well_conditioned" })
            {
                if (members.TryGetValue(list, out JsonPlace names))
                {
                    conditions.AddRange(names.Elements("names").Select(variable => (list, variable.Word("a name"))));
                }
            }

            if (members.TryGetValue("assume", out JsonPlace assume))
            {
                foreach ((string condition, JsonPlace names) in assume.Members([], [.. ClaimProblem.ConditionNames]))
                {
                    conditions.AddRange(names.Elements("names").Select(variable => (condition, variable.Word("a name"))));
                }
            }

            return new(id, new(id, Word("where"), Word("expression"), Word("wrt"), Word("equals"))
            {
                Kind = members.ContainsKey("kind") ? Word("kind") : null,
                Along = members.ContainsKey("along") ? Word("along") : null,
                Conditions = conditions,
            }, null);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            return new(id, null, e is InvalidDataException ? e.Message : $"{place.File}: {place.Path} is not valid Unicode text, but it must be");
        }
    }
}
