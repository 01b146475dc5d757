using System.CommandLine;

namespace Nabla.Cli.Commands;

internal static class InspectCommand
{
    public static Command Create(Terminal terminal)
    {
        Command command = new("inspect", "");
        command.SetAction(_ => ExitCode.Failure);
        return command;
    }
}
