using System.CommandLine;
using Nabla.Calculus.Language;
using Nabla.Cli.CommandLine;
using Nabla.Cli.Commands;
using Nabla.Training;

namespace Nabla.Cli;

/// <summary>The command line as a whole: its commands, and what an error becomes.</summary>
internal static class Tool
{
    /// <summary>Runs one command line and gives its exit code.</summary>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="terminal">Where results and messages go; the streams of the process where it is null.</param>
    public static async Task<int> RunAsync(string[] args, Terminal? terminal = null)
    {
        terminal ??= Terminal.OfProcess();
        RootCommand root = new("Nabla trains neural networks with gradients that it derives itself.")
        {
            TrainCommand.Create(terminal),
            DeriveCommand.Create(terminal),
            CheckCommand.Create(terminal),
            BenchCommand.Create(terminal),
            PlanCommand.Create(terminal),
            EvaluateCommand.Create(terminal),
            PredictCommand.Create(terminal),
            InspectCommand.Create(terminal),
            ExportCommand.Create(terminal),
            ImportCommand.Create(terminal),
            StudioCommand.Create(terminal),
        };
        Help.AddTo(root);

        ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args, Configuration);
        if (parsed.Action is not Help && ParseErrors.Describe(parsed) is string error)
        {
            return Fail(terminal.Error, ExitCode.Usage, error);
        }

        try
        {
            return await parsed.InvokeAsync(new()
            {
                EnableDefaultExceptionHandler = false,

                // Signals are the business of the commands that have something to save.
                ProcessTerminationTimeout = null,
                Output = terminal.Output,
                Error = terminal.Error,
            });
        }
        catch (Exception e)
        {
            return Fail(terminal.Error, CodeOf(e), Sentence(e));
        }
    }

    /// <summary>How words are read. A formula may begin with @; it is not the name of a file with more arguments.</summary>
    public static ParserConfiguration Configuration { get; } = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <summary>Writes one sentence to stderr and gives the exit code back.</summary>
    public static int Fail(TextWriter error, int code, string sentence)
    {
        try
        {
            error.WriteLine($"nabla: {sentence}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // stderr is closed or full: the exit code is all that can still be said.
        }

        return code;
    }

    /// <summary>The message, whose lines may point at a place, without the name of a parameter, which means nothing to whoever typed the command.</summary>
    public static string MessageOf(Exception e) => e is ArgumentException { ParamName: string parameter }
        ? e.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal)
        : e.Message;

    private static int CodeOf(Exception e) => e switch
    {
        NonFiniteLossException => ExitCode.NonFinite,
        OperationCanceledException => ExitCode.Interrupted,
        OutputException => ExitCode.Failure,
        InvalidDataException or IOException or UnauthorizedAccessException => ExitCode.BadData,
        ArgumentException or LanguageException => ExitCode.Usage,
        _ => ExitCode.Failure,
    };

    private static string Sentence(Exception e) => e switch
    {
        // Its second line is the text and its third a caret under the place.
        LanguageException => e.Message,
        OutOfMemoryException => "there is not enough memory for this; a smaller network or batch takes less",
        NonFiniteLossException or OperationCanceledException or IOException or UnauthorizedAccessException or ArgumentException
            or InvalidDataException or InsufficientExecutionStackException => OneLine(e),

        // A fault of the program, since nothing of what a user can cause is reported so. The type is what a report of it needs first.
        _ => $"an error in the program itself: {OneLine(e)} ({e.GetType().Name})",
    };

    private static string OneLine(Exception e) =>
        string.Join(' ', MessageOf(e).Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
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
