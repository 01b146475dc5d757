using System.CommandLine;
using Nabla.Cli.Commands;
using Nabla.Training;

namespace Nabla.Cli;

/// <summary>The command line as a whole: its commands, and what an error becomes.</summary>
internal static class Tool
{
    /// <summary>Runs one command line and gives its exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        RootCommand root = new("Nabla trains neural networks with gradients that it derives itself.")
        {
            TrainCommand.Create(),
            DeriveCommand.Create(),
            CheckCommand.Create(),
            EvaluateCommand.Create(),
            PredictCommand.Create(),
            InspectCommand.Create(),
        };
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return Fail(ExitCode.Usage, string.Join(" ", parsed.Errors.Select(error => error.Message)));
        }

        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (CodeOf(e) is int code)
        {
            return Fail(code, e.Message);
        }
    }

    /// <summary>Writes one sentence to stderr and gives the exit code back.</summary>
    public static int Fail(int code, string sentence)
    {
        Console.Error.WriteLine($"nabla: {sentence}");
        return code;
    }

    /// <summary>The exit code for an error that a user can cause; null for a fault of the program.</summary>
    private static int? CodeOf(Exception e) => e switch
    {
        NonFiniteLossException => ExitCode.NonFinite,
        OperationCanceledException => ExitCode.Interrupted,
        InvalidDataException or IOException or UnauthorizedAccessException => ExitCode.BadData,
        ArgumentException => ExitCode.Usage,
        _ => null,
    };
}

/// <summary>The exit codes of the contract.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failure = 1;
    public const int Usage = 2;
    public const int BadData = 3;
    public const int Mismatch = 4;
    public const int NonFinite = 5;
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
