using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Nabla.Cli.CommandLine;

/// <summary>The help of a command: examples first, then what the parser knows.</summary>
internal sealed class Help : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string[]> examples = new(StringComparer.Ordinal)
    {
        ["nabla"] =
        [
            "nabla train",
            "nabla train mnist --layers 784-30-10 --epochs 5 --out mnist.safetensors",
            "nabla derive 3-4-2",
            "nabla evaluate digits.safetensors digits",
        ],
        ["train"] =
        [
            "nabla train                                 learn the built-in digits in a few seconds",
            "nabla train book                            the whole example of the book",
            "nabla train mnist --layers 100-50           two hidden layers; the data fixes 784 inputs and 10 outputs",
            "nabla train mnist --layers 784-30-10 --activation sigmoid --loss squared-error --learning-rate 3 \\",
            "    --batch-size 10 --epochs 30 --init normal",
            "nabla train xor --json                      one JSON object a line: an event for each epoch, then 'done'",
        ],
        ["derive"] =
        [
            "nabla derive 3-4-2",
            "nabla derive 3-4-2 --batch --format latex",
        ],
        ["check"] =
        [
            "nabla check gradients/one-neuron.json       each tensor on three roads, with the worst element",
            "nabla check gradients/*.json",
            "nabla check gradients/*.json --json         one JSON object a line for each tensor",
            "nabla check gradients/deep.json --tolerance 1e-3",
        ],
        ["evaluate"] =
        [
            "nabla evaluate digits.safetensors digits    on the held-out digits of the seed that the model was trained with",
            "nabla evaluate digits.safetensors mnist --json",
        ],
        ["predict"] =
        [
            "nabla predict digits.safetensors digits --count 5",
            "nabla predict digits.safetensors mnist --json | head",
        ],
        ["inspect"] =
        [
            "nabla inspect digits.safetensors",
        ],
    };

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
        string name = parseResult.CommandResult == parseResult.RootCommandResult ? "nabla" : parseResult.CommandResult.Command.Name;
        if (examples.TryGetValue(name, out string[]? lines))
        {
            output.WriteLine("Examples:");
            foreach (string line in lines)
            {
                output.WriteLine($"  {line}");
            }

            output.WriteLine();
        }

        return rest.Invoke(parseResult);
    }
}
