using System.Text;
using Spectre.Console;

namespace Nabla.Cli;

/// <summary>Where results and messages go, and what the receiver of the messages can show.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    // Wide enough for every table here: a receiver that is no terminal has no width, and a wrapped row is hard to read by a program.
    private const int WidthOfFiles = 1000;

    /// <summary>stdout: results.</summary>
    public TextWriter Output { get; } = output;

    /// <summary>stderr: progress and messages.</summary>
    public TextWriter Error { get; } = error;

    /// <summary>Opens stdin.</summary>
    public Func<Stream> Input { get; init; } = Console.OpenStandardInput;

    /// <summary>Whether stdout is a terminal.</summary>
    public bool OutputIsTerminal { get; private init; }

    /// <summary>How many columns stdout has; a file has no width, and what is in it is easier to work with in whole lines.</summary>
    public int Width { get; init; } = int.MaxValue;

    /// <summary>Whether stderr can show something that changes in place.</summary>
    public bool ErrorIsLive { get; private init; }

    /// <summary>The streams of the process.</summary>
    public static Terminal OfProcess()
    {
        bool live = !Console.IsErrorRedirected
            && (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"));

        // Results that are lost are a failure. Messages that are lost are none: the work goes on, and the exit code says how it ended.
        return new(
            new GuardedWriter(Console.Out, e => throw new OutputException("the results cannot be written to the standard output", e)),
            live ? Console.Error : new GuardedWriter(Console.Error, _ => { }))
        {
            OutputIsTerminal = !Console.IsOutputRedirected,
            Width = Console.IsOutputRedirected ? int.MaxValue : WidthOf(Console.WindowWidth),
            ErrorIsLive = live,
        };
    }

    /// <summary>A terminal that does not say how wide it is has 80 columns.</summary>
    private static int WidthOf(int said) => said <= 0 ? 80 : Math.Max(said, 40);

    /// <summary>A console on stderr for live progress; without colours where NO_COLOR is set.</summary>
    public IAnsiConsole LiveConsole() => AnsiConsole.Create(new()
    {
        Ansi = AnsiSupport.Yes,
        ColorSystem = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            ? ColorSystemSupport.Detect
            : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.Yes,
        Out = new AnsiConsoleOutput(Error),
        Enrichment = new() { UseDefaultEnrichers = false },
    });

    /// <summary>Writes sentences that a user should read to stderr.</summary>
    public void WriteNotes(IEnumerable<string> notes)
    {
        foreach (string note in notes)
        {
            Error.WriteLine($"Note      {note}");
        }
    }

    /// <summary>Writes a table to stdout as plain text, without escape codes, empty lines and spaces at the ends of lines.</summary>
    public void Write(Table table)
    {
        StringWriter text = new();
        IAnsiConsole console = AnsiConsole.Create(new()
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
            Enrichment = new() { UseDefaultEnrichers = false },
        });
        console.Profile.Width = WidthOfFiles;
        console.Profile.Capabilities.Unicode = true;
        console.Write(table);
        StringBuilder trimmed = new();
        foreach (string line in text.ToString().Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            trimmed.Append(line.TrimEnd()).Append('\n');
        }

        Output.Write(trimmed);
    }
}
