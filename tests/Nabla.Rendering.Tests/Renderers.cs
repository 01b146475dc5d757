using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nabla.Tests;
using Nabla.Tests.Data;

namespace Nabla.Rendering.Tests;

/// <summary>A formula as a renderer gets it.</summary>
internal sealed record Formula(string Text, bool IsDisplayed);

/// <summary>What a renderer has against a formula.</summary>
internal sealed record Refusal(string Formula, string Error);

/// <summary>KaTeX in strict mode, on node. Without it the calling test is skipped, or fails where CI is true.</summary>
internal static class Katex
{
    public static async Task<IReadOnlyList<Refusal>> RefusedAsync(IEnumerable<Formula> formulas)
    {
        string folder = Path.Combine(RepositoryFolder.Root, "tests", "katex");
        string? node = Programs.Find("node", "nodejs");
        if (node is null || !Directory.Exists(Path.Combine(folder, "node_modules", "katex")))
        {
            Programs.Missing(node is null ? "there is no node on the path" : "KaTeX is not installed; npm ci in tests/katex installs it");
        }

        string sent = JsonSerializer.Serialize(formulas.Select(one => new { formula = one.Text, display = one.IsDisplayed }));
        string answer = await Programs.RunAsync(node!, [Path.Combine(folder, "check.mjs")], sent);
        using JsonDocument refused = JsonDocument.Parse(answer);
        return [.. refused.RootElement.EnumerateArray().Select(one => new Refusal(one.GetProperty("formula").GetString()!, one.GetProperty("error").GetString()!))];
    }
}

/// <summary>Chromium without a window. Without it the calling test is skipped, or fails where CI is true.</summary>
internal static partial class Chromium
{
    /// <summary>Opens a page and lets it be measured: how many elements of each kind there are, and what is wrong with them.</summary>
    public static async Task<Measured> MeasureAsync(string page)
    {
        string? browser = Programs.Find("chromium", "chromium-browser", "google-chrome");
        if (browser is null)
        {
            Programs.Missing("there is no Chromium on the path");
        }

        using TemporaryFolder folder = new();
        string script = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Root, "tests", "Nabla.Rendering.Tests", "measure.js"));
        folder.Write("page.html", Encoding.UTF8.GetBytes($"{page}<script>{script}</script>"));
        using JsonDocument measured = await OpenAsync(browser!, folder);
        return new(
            measured.RootElement.GetProperty("counts").EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetInt32()),
            [.. measured.RootElement.GetProperty("wrong").EnumerateArray().Select(one => one.GetString()!)]);
    }

    /// <summary>How wide formulas of LaTeX are in em, as KaTeX sets them in the font of TeX.</summary>
    public static async Task<IReadOnlyList<double>> WidthsAsync(IReadOnlyList<string> formulas)
    {
        string? browser = Programs.Find("chromium", "chromium-browser", "google-chrome");
        string katex = Path.Combine(RepositoryFolder.Root, "tests", "katex", "node_modules", "katex", "dist");
        if (browser is null || !Directory.Exists(katex))
        {
            Programs.Missing(browser is null ? "there is no Chromium on the path" : "KaTeX is not installed; npm ci in tests/katex installs it");
        }

        using TemporaryFolder folder = new();
        string from = new Uri(katex + Path.DirectorySeparatorChar).AbsoluteUri;
        string script = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Root, "tests", "Nabla.Rendering.Tests", "widths.js"));
        string page = $"<!doctype html><meta charset=\"utf-8\"><link rel=\"stylesheet\" href=\"{from}katex.min.css\"><script src=\"{from}katex.min.js\"></script><body>"
            + $"<script>const formulas = {JsonSerializer.Serialize(formulas)};\n{script}</script>";
        folder.Write("page.html", Encoding.UTF8.GetBytes(page));
        using JsonDocument measured = await OpenAsync(browser!, folder);
        return [.. measured.RootElement.EnumerateArray().Select(width => width.GetDouble())];
    }

    private static async Task<JsonDocument> OpenAsync(string browser, TemporaryFolder folder)
    {
        string dom = await Programs.RunAsync(browser, [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--window-size=1000,1400", "--allow-file-access-from-files",
            "--virtual-time-budget=60000", $"--user-data-dir={Path.Combine(folder.Path, "profile")}", "--dump-dom", new Uri(Path.Combine(folder.Path, "page.html")).AbsoluteUri,
        ], "");
        Match found = Result().Match(dom);
        Assert.True(found.Success, $"the page was not measured: {dom}");
        return JsonDocument.Parse(WebUtility.HtmlDecode(found.Groups["json"].Value));
    }

    [GeneratedRegex("<pre id=\"measured\">(?<json>.*?)</pre>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Result();
}

/// <summary>What was measured on a page.</summary>
internal sealed record Measured(IReadOnlyDictionary<string, int> Counts, IReadOnlyList<string> Wrong);

/// <summary>Programs of others.</summary>
internal static class Programs
{
    public static string? Find(params string[] names) => names
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)))
        .SelectMany(path => new[] { path, path + ".exe" })
        .FirstOrDefault(File.Exists);

    /// <summary>Skips the calling test; in the continuous integration, which installs what is needed, it fails.</summary>
    public static void Missing(string what)
    {
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", what);
        Assert.Skip(what);
    }

    public static async Task<string> RunAsync(string program, string[] arguments, string input)
    {
        ProcessStartInfo start = new(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(stop.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(stop.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), stop.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(stop.Token);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await error}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
