using System.Text.Json;
using Nabla.Calculus.Verification.Claims;
using Nabla.Tests;

namespace Nabla.Calculus.Tests.Claims;

/// <summary>An entry of a suite. In this project's own one the answer may be left out; then only differences judge.</summary>
internal sealed record Entry(string Id, ClaimProblem Problem, string EqualTo);

/// <summary>The reference's identities; a test that needs them is skipped where there are none.</summary>
internal static class Suite
{
    public static IReadOnlyList<Entry> Read()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require("reference", "identities.json")));
        return [.. document.RootElement.EnumerateArray().Select(Read)];
    }

    /// <summary>This project's own identities, of the same kinds as the reference's.</summary>
    public static IReadOnlyList<Entry> ReadMore()
    {
        string path = Path.Combine(RepositoryFolder.Root, "tests", "Nabla.Calculus.Tests", "Claims", "more-identities.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.EnumerateArray().Select(Read)];
    }

    private static Entry Read(JsonElement entry)
    {
        string? Text(string key) => entry.TryGetProperty(key, out JsonElement value) ? value.GetString() : null;
        List<(string, string)> conditions = [];
        foreach (string list in new[] { "positive", "well_conditioned" })
        {
            conditions.AddRange(entry.TryGetProperty(list, out JsonElement names) ? names.EnumerateArray().Select(name => (list, name.GetString()!)) : []);
        }

        if (entry.TryGetProperty("assume", out JsonElement assume))
        {
            conditions.AddRange(assume.EnumerateObject().SelectMany(one => one.Value.EnumerateArray().Select(name => (one.Name, name.GetString()!))));
        }

        return new(Text("id")!, ClaimProblem.Read(Text("where")!, Text("expression")!, Text("wrt")!, Text("kind"), Text("along"), conditions), Text("equals") ?? "");
    }
}
