using System.CommandLine;

namespace Nabla.Cli.Commands;

internal static class DeriveCommand
{
    public static Command Create()
    {
        Command command = new("derive", "");
        command.SetAction(_ => ExitCode.Failure);
        return command;
    }
}
