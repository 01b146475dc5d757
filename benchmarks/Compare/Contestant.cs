using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nabla.Compare;

/// <summary>Nabla or a peer, and the command that asks it.</summary>
internal sealed class Contestant(string name, string title, IReadOnlyList<string> command)
{
    /// <summary>A run that takes longer is ended: the widest network's takes a minute.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>What would fix numbers of threads or kernels from outside.</summary>
    private static readonly string[] Foreign = ["OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "KMP_", "MKL_", "BLIS_"];

    /// <summary>The name in options.</summary>
    public string Name => name;

    /// <summary>The name in the table.</summary>
    public string Title => title;

    /// <summary>Why it cannot be asked at all, or null.</summary>
    public string? Absent { get; private set; }

    /// <summary>All of them, Nabla first.</summary>
    /// <param name="folder">The repository.</param>
    /// <param name="commands">Commands that replace the usual ones.</param>
    public static IReadOnlyList<Contestant> All(string folder, IReadOnlyDictionary<string, string> commands)
    {
        Contestant Of(string name, string title, params string[] usual)
        {
            string? replaced = commands.GetValueOrDefault(name)
                ?? Environment.GetEnvironmentVariable($"NABLA_COMPARE_{name.ToUpperInvariant().Replace('-', '_')}");
            return new(name, title, replaced?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? usual);
        }

        string peers = Path.Combine(folder, "benchmarks", "Peers");
        return
        [
            Of("nabla", "Nabla", "dotnet", Path.Combine(folder, "src", "Nabla.Cli", "bin", "Release", "net10.0", "nabla.dll"), "bench"),
            Of("torchsharp", "TorchSharp", "dotnet", Path.Combine(peers, "TorchSharp", "bin", "Release", "net10.0", "torchsharp-peer.dll")),
            Of("pytorch", "PyTorch", "python3", Path.Combine(peers, "pytorch.py")),
            Of("numpy", "NumPy", "python3", Path.Combine(peers, "numpy_peer.py")),
            Of("scikit-learn", "scikit-learn", "python3", Path.Combine(peers, "scikit_learn.py")),
        ];
    }

    /// <summary>Asks once.</summary>
    public async Task<Answer> AskAsync(Row row, double seconds, CancellationToken cancel)
    {
        string[] words = [.. command, .. row.Arguments, "--seconds", $"{seconds}", "--json"];
        ProcessStartInfo start = new(words[0], words.Skip(1)) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string variable in start.Environment.Keys.Where(key => Foreign.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal))).ToList())
        {
            start.Environment.Remove(variable);
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            Absent = e.Message;
            return Answer.None(e.Message);
        }

        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            late.CancelAfter(Limit);
            try
            {
                await process.WaitForExitAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancel.ThrowIfCancellationRequested();
                return Answer.None($"no answer within {Limit.TotalMinutes} minutes");
            }

            // A signal to the whole group ends the peer as well, and that is no answer.
            cancel.ThrowIfCancellationRequested();
            return process.ExitCode == 0 ? Read(await output) : Answer.None($"exit code {process.ExitCode}: {LastLine(await error)}");
        }
    }

    private static Answer Read(string output)
    {
        try
        {
            JsonNode line = JsonNode.Parse(LastLine(output))!;
            if ((string?)line["unsupported"] is string reason)
            {
                return Answer.None(reason);
            }

            return (double?)(line["microseconds_per_step"] ?? line["microseconds"]) is double time
                ? new Answer(time, line, null)
                : Answer.None("an answer without a time");
        }
        catch (JsonException)
        {
            return Answer.None("an answer that is not JSON");
        }
    }

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
}

/// <summary>What came of one run.</summary>
/// <param name="Microseconds">The time of a step or product, where there is one.</param>
/// <param name="Line">The whole answer.</param>
/// <param name="Reason">Why there is none.</param>
internal sealed record Answer(double? Microseconds, JsonNode? Line, string? Reason)
{
    public static Answer None(string reason) => new(null, null, reason);
}
