using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Nabla.Cli.CommandLine;

/// <summary>A command with examples, which its help shows first.</summary>
internal sealed class ToolCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>The examples, a line each.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}

/// <summary>The help of a command: examples first, then what the parser knows.</summary>
internal sealed class Help : SynchronousCommandLineAction
{
    private static readonly string[] rootExamples =
    [
        "nabla train",
        "nabla train mnist --layers 784-30-10 --epochs 5 --out mnist.safetensors",
        "nabla derive 3-4-2",
        "nabla evaluate digits.safetensors digits",
        "nabla bench --layers 784-30-10 --batch-size 10",
    ];

    private readonly HelpAction rest = new();

    private Help()
    {
    }

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>Gives a root command and its subcommands this help.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (HelpOption option in root.Options.OfType<HelpOption>())
        {
            option.Action = new Help();
        }
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        TextWriter output = parseResult.InvocationConfiguration.Output;
        IReadOnlyList<string> examples = parseResult.CommandResult.Command is ToolCommand command ? command.Examples : rootExamples;
        output.WriteLine("Examples:");
        foreach (string line in examples)
        {
            output.WriteLine($"  {line}");
        }

        output.WriteLine();

        return rest.Invoke(parseResult);
    }
}
