using System.Text.Json;
using Nabla.Calculus.Verification;

namespace Nabla.Tests.Training;

/// <summary>The figures of other people's software in shared/reference.</summary>
internal static class ReferenceFiles
{
    /// <summary>A file of the folder; the calling test is skipped where there is none.</summary>
    public static JsonDocument Read(params string[] path) =>
        JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require(["reference", .. path])));

    /// <summary>A matrix from an array of rows, or a column from an array of numbers.</summary>
    public static Matrix Matrix(JsonElement rows) => Matrices.FromRows(
        [.. rows.EnumerateArray().Select(row => row.ValueKind == JsonValueKind.Array ? Numbers(row) : [row.GetDouble()])]);

    /// <summary>An array of numbers.</summary>
    public static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(x => x.GetDouble())];
}
