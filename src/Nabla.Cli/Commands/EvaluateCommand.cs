using System.CommandLine;

namespace Nabla.Cli.Commands;

internal static class EvaluateCommand
{
    public static Command Create(Terminal terminal)
    {
        Command command = new("evaluate", "");
        command.SetAction(_ => ExitCode.Failure);
        return command;
    }
}
