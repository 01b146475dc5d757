using System.Diagnostics;
using System.Text.Json;

namespace Nabla.Cli.Tests;

/// <summary>What a run of the tool left behind.</summary>
internal sealed record Run(int Code, string Output, string Error)
{
    /// <summary>The lines of stdout as JSON objects.</summary>
    public IReadOnlyList<JsonElement> Objects =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>An error as users see it: this exit code, one sentence on stderr, nothing on stdout, and no stack trace.</summary>
    public string Refused(int code)
    {
        Assert.Equal(code, Code);
        Assert.Empty(Output);
        Assert.StartsWith("nabla: ", Error);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", Error, StringComparison.Ordinal);
        return Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries))["nabla: ".Length..];
    }
}

/// <summary>Runs the tool, in this process or as one of its own.</summary>
internal static class CommandLine
{
    /// <summary>Runs the tool in this process, with streams that are no terminals.</summary>
    public static async Task<Run> RunAsync(params string[] args)
    {
        StringWriter output = new();
        StringWriter error = new();
        int code = await Tool.RunAsync(args, new Terminal(output, error));
        return new(code, $"{output}", $"{error}");
    }

    /// <summary>Runs the tool as a process in a folder, and does something while it runs.</summary>
    public static async Task<Run> StartAsync(string folder, string[] args, Func<Process, Task>? meanwhile = null)
    {
        ProcessStartInfo start = Start("dotnet", folder, [Path.Combine(AppContext.BaseDirectory, "nabla.dll"), .. args]);
        return await FinishAsync(start, meanwhile);
    }

    /// <summary>Starts a process of its own that the test ends, or waits for, itself.</summary>
    public static Process Open(string folder, params string[] args) => Process.Start(Start("dotnet", folder, [Path.Combine(AppContext.BaseDirectory, "nabla.dll"), .. args]))!;

    /// <summary>Runs a line of shell in which $NABLA is the tool.</summary>
    public static async Task<Run> ShellAsync(string folder, string line)
    {
        ProcessStartInfo start = Start("/bin/sh", folder, ["-c", line]);
        start.Environment["NABLA"] = $"dotnet {Path.Combine(AppContext.BaseDirectory, "nabla.dll")}";
        return await FinishAsync(start, meanwhile: null);
    }

    private static ProcessStartInfo Start(string program, string folder, string[] args) => new(program, args)
    {
        UseShellExecute = false,
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,

        // What makes other programs print colours into pipes must not do so here.
        Environment = { ["GITHUB_ACTIONS"] = "true", ["TERM"] = "xterm-256color", ["COLORTERM"] = "truecolor" },
    };

    private static async Task<Run> FinishAsync(ProcessStartInfo start, Func<Process, Task>? meanwhile)
    {
        using Process process = Process.Start(start)!;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        // A process that does not end, as one that was started with signals ignored, fails its test instead of holding up all others.
        end.CancelAfter(TimeSpan.FromMinutes(5));
        CancellationToken stop = end.Token;
        try
        {
            Task<string> error = process.StandardError.ReadToEndAsync(stop);
            string before = "";
            if (meanwhile is not null)
            {
                // The first line of stdout says that the tool is at work.
                before = await process.StandardOutput.ReadLineAsync(stop) + "\n";
                await meanwhile(process);
            }

            string output = before + await process.StandardOutput.ReadToEndAsync(stop);
            await process.WaitForExitAsync(stop);
            return new(process.ExitCode, output, await error);
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
