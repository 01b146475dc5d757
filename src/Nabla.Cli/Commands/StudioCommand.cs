using System.CommandLine;
using Nabla.Cli.CommandLine;
#if STUDIO
using Nabla.Studio.Server;
#endif

namespace Nabla.Cli.Commands;

/// <summary><c>nabla studio</c>, where the tool has the web server: the one in native code has not.</summary>
internal static class StudioCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<int?> port = Options.Whole("--port", "The port on this machine's loopback address (default: a free one)");
        Option<bool> noBrowser = new("--no-browser") { Description = "Prints the address without opening a browser" };
        Option<string?> dataFolder = Options.DataFolder();
        Command command = new ToolCommand(
            "studio",
            "Opens a page on this machine that shows the derivation of a network beside its training. The address that is printed has a token; nobody gets in without it.",
            "nabla studio",
            "nabla studio --port 8080 --no-browser")
        {
            port, noBrowser, dataFolder,
        };
        command.SetAction((parsed, cancellationToken) => Open(
            terminal, parsed.GetValue(port), !parsed.GetValue(noBrowser), parsed.GetValue(dataFolder), cancellationToken));
        return command;
    }

#if STUDIO
    private static Task<int> Open(Terminal terminal, int? port, bool opensBrowser, string? dataFolder, CancellationToken cancellationToken)
    {
        if (port > ushort.MaxValue)
        {
            throw new ArgumentException($"--port takes a whole number from 1 to {ushort.MaxValue}, but '{port}' is given");
        }

        return StudioServer.RunAsync(new() { Port = port ?? 0, OpensBrowser = opensBrowser, DataFolder = dataFolder }, terminal.Output, terminal.Error, cancellationToken);
    }
#else
    private static Task<int> Open(Terminal terminal, int? port, bool opensBrowser, string? dataFolder, CancellationToken cancellationToken) => Task.FromResult(Tool.Fail(
        terminal.Error,
        ExitCode.Failure,
        "this tool is native code, which the studio's web page cannot be part of; the tool of the .NET SDK opens it (dotnet tool install Nabla.Cli, or dotnet run --project src/Nabla.Studio)"));
#endif
}
