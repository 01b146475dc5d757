using System.CommandLine;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Rendering;
using Nabla.Networks;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla derive</c>: the derivation of a network's gradients, as text, LaTeX or JSON.</summary>
internal static class DeriveCommand
{
    private static readonly string[] Formats = ["text", "latex", "json"];

    public static Command Create()
    {
        Argument<string> network = new("NETWORK") { Description = "The sizes of the layers, inputs first, such as 3-4-2." };
        Option<string> loss = new("--loss") { Description = $"One of {string.Join(", ", Loss.All.Keys)}.", DefaultValueFactory = _ => "squared-error" };
        Option<string> reduction = new("--reduction") { Description = "mean or sum over the batch.", DefaultValueFactory = _ => "mean" };
        Option<string> activation = new("--activation") { Description = $"One of {string.Join(", ", Activation.All.Keys)}.", DefaultValueFactory = _ => "sigmoid" };
        Option<string?> outputActivation = new("--output-activation") { Description = "The last layer's; by default what the loss is made for, else the hidden one." };
        Option<bool> noBias = new("--no-bias") { Description = "z = W a, without biases." };
        Option<bool> batch = new("--batch") { Description = "A batch of m samples, which are the columns of A and Z, instead of one sample." };
        Option<string> format = new("--format") { Description = "text, latex or json.", DefaultValueFactory = _ => "text" };
        Command command = new(
            "derive",
            """
            Derives the gradient of every weight and bias by matrix calculus and shows each step.

            Examples:
              nabla derive 3-4-2
              nabla derive 3-4-2 --batch
              nabla derive 784-30-10 --loss cross-entropy --activation relu
              nabla derive 3-4-4-1 --format latex > derivation.tex
            """)
        {
            network, loss, reduction, activation, outputActivation, noBias, batch, format,
        };
        command.SetAction(parsed =>
        {
            string chosen = parsed.GetValue(format)!;
            if (!Formats.Contains(chosen))
            {
                throw new ArgumentException(Suggestion.Unknown("format", chosen, Formats));
            }

            Loss lossOf = Loss.Named(parsed.GetValue(loss)!);
            Activation hidden = Activation.Named(parsed.GetValue(activation)!);
            Activation last = parsed.GetValue(outputActivation) is string name ? Activation.Named(name) : lossOf.OutputActivation ?? hidden;
            Network described = Network.Of(Network.ParseSizes(parsed.GetValue(network)!), hidden, last, !parsed.GetValue(noBias));
            Reduction reductionOf = ParseReduction(parsed.GetValue(reduction)!);
            LayeredNetwork expression = described.Express(lossOf, reductionOf, parsed.GetValue(batch));
            Derivation derivation = expression.Differentiate(assumptions: last.IsSoftmax ? [expression.TargetsSumToOne] : []);
            IReadOnlyList<Section> sections = TextbookDerivation.Of(expression, derivation);
            string title = $"The network {described} with {string.Join(", ", described.Layers.Select(layer => layer.Activation.Name).Distinct())} and {lossOf}"
                + (parsed.GetValue(batch) ? ", a batch of m samples" : ", one sample");
            Console.Out.Write(chosen switch
            {
                "latex" => DerivationLatex.Write(title, sections),
                "json" => DerivationJson.Write(title, sections) + "\n",
                _ => DerivationText.Write(title, sections),
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static Reduction ParseReduction(string name) => name switch
    {
        "mean" => Reduction.Mean,
        "sum" => Reduction.Sum,
        _ => throw new ArgumentException(Suggestion.Unknown("reduction", name, ["mean", "sum"])),
    };
}
