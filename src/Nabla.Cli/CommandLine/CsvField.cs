namespace Nabla.Cli.CommandLine;

/// <summary>Fields of comma-separated rows.</summary>
internal static class CsvField
{
    /// <summary>A text as a field (RFC 4180).</summary>
    public static string Of(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
