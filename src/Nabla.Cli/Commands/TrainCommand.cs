using System.CommandLine;

namespace Nabla.Cli.Commands;

internal static class TrainCommand
{
    public static Command Create()
    {
        Command command = new("train", "");
        command.SetAction(_ => ExitCode.Failure);
        return command;
    }
}
