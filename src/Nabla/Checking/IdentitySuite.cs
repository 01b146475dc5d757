using System.Text;
using System.Text.Json;
using Nabla.Calculus;
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
    /// <remarks>The <see cref="Exception.Data"/> of both names the field under <see cref="FieldKey"/>, where it is one.</remarks>
    public ClaimVerdict Judge()
    {
        Scope scope = In("where", () => Scope.Of(Where));
        In("expression", () => scope.Parse(Expression));
        In("wrt", () => scope[Wrt]);
        if (Along is not null)
        {
            In("along", () => scope[Along]);
        }

        ClaimCheck check = ClaimCheck.Of(ClaimProblem.Read(Where, Expression, Wrt, Kind, Along, Conditions));
        return In("equals", () => check.Judge(EqualTo));
    }

    /// <summary>Under this key the data of an exception name the field that it is about.</summary>
    public const string FieldKey = "field";

    private static T In<T>(string field, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is LanguageException or ArgumentException)
        {
            e.Data[FieldKey] = field;
            throw;
        }
    }
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

    /// <summary>Whether the bytes of a file begin an array, as suites do; nothing else of them is read.</summary>
    public static bool IsSuite(ReadOnlySpan<byte> json) => WithoutMark(json).TrimStart(" \t\r\n"u8).StartsWith("["u8);

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
            using JsonDocument document = JsonDocument.Parse(json[^WithoutMark(json.Span).Length..]);
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

    /// <summary>A byte order mark is no part of JSON, but some editors write one.</summary>
    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> json) =>
        json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json;

    private static SuiteEntry Entry(JsonPlace place)
    {
        string id = $"{place.File}:{place.Path}";
        try
        {
            if (place.Value.ValueKind == JsonValueKind.Object && place.Value.TryGetProperty("id", out JsonElement given) && given.ValueKind == JsonValueKind.String)
            {
                id = JsonPlace.Shorten(given.GetString()!);
            }

            // From here on sentences name the entry by its id.
            place = id.Length > 0 && !id.StartsWith(place.File, StringComparison.Ordinal) ? place with { Path = id } : place;
            if (place.Value.ValueKind == JsonValueKind.Object)
            {
                string[] known = [.. required, .. optional];
                foreach (JsonProperty property in place.Value.EnumerateObject())
                {
                    if (!known.Contains(property.Name) && Suggestion.Nearest(property.Name, known) is string meant)
                    {
                        throw place.Wrong($"has an unknown key '{JsonPlace.Shorten(property.Name)}' (did you mean '{meant}'?)");
                    }
                }
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
