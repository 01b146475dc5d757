using System.CommandLine;

namespace Nabla.Cli.Commands;

internal static class PredictCommand
{
    public static Command Create(Terminal terminal)
    {
        Command command = new("predict", "");
        command.SetAction(_ => ExitCode.Failure);
        return command;
    }
}
