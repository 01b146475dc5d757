using System.CommandLine;

namespace Nabla.Cli.Commands;

internal static class CheckCommand
{
    public static Command Create()
    {
        Command command = new("check", "");
        command.SetAction(_ => ExitCode.Failure);
        return command;
    }
}
