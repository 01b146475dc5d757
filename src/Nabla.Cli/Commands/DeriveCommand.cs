using System.CommandLine;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Rendering;
using Nabla.Cli.CommandLine;
using Nabla.Networks;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla derive</c>: the derivation of a network's gradients, as text, LaTeX or JSON.</summary>
internal static class DeriveCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> network = new("NETWORK") { Description = "The sizes of the layers, inputs first, such as 3-4-2." };
        Option<string?> loss = Options.Text("--loss", "NAME", $"The loss: {string.Join(", ", Loss.All.Keys)} (default squared-error)", [.. Loss.All.Keys]);
        Option<string?> reduction = Options.Choice("--reduction", "The mean over the batch (default), or the sum", "mean", "sum");
        Option<string?> activation = Options.Text(
            "--activation", "NAME", $"The hidden layers' activation: {string.Join(", ", Activation.All.Keys)} (default sigmoid)", [.. Activation.All.Keys]);
        Option<string?> outputActivation = Options.Text(
            "--output-activation", "NAME", "The last layer's; by default what the loss is made for, else the hidden one", [.. Activation.All.Keys]);
        Option<bool> noBias = new("--no-bias") { Description = "z = W a, without biases" };
        Option<bool> batch = new("--batch") { Description = "A batch of m samples, the columns of A and Z, instead of one sample" };
        Option<string?> format = Options.Choice("--format", "How to print it (default text)", "text", "latex", "json");
        Command command = new ToolCommand(
            "derive",
            "Derives the gradient of every weight and bias by matrix calculus and shows each step.",
            "nabla derive 3-4-2",
            "nabla derive 3-4-2 --batch",
            "nabla derive 784-30-10 --loss cross-entropy --activation relu",
            "nabla derive 3-4-4-1 --format latex > derivation.tex")
        {
            network, loss, reduction, activation, outputActivation, noBias, batch, format,
        };
        command.SetAction(parsed =>
        {
            Loss lossOf = Loss.Named(parsed.GetValue(loss) ?? "squared-error");
            Activation hidden = Activation.Named(parsed.GetValue(activation) ?? "sigmoid");
            Activation last = parsed.GetValue(outputActivation) is string name ? Activation.Named(name) : lossOf.OutputActivation ?? hidden;
            lossOf.RequireOutput(last);
            Network described = Network.Of(Network.ParseSizes(parsed.GetValue(network)!), hidden, last, !parsed.GetValue(noBias));
            Reduction reductionOf = parsed.GetValue(reduction) == "sum" ? Reduction.Sum : Reduction.Mean;
            LayeredNetwork expression = described.Express(lossOf, reductionOf, parsed.GetValue(batch));
            Derivation derivation = expression.Differentiate(assumptions: last.IsSoftmax ? [expression.TargetsSumToOne] : []);
            IReadOnlyList<Section> sections = TextbookDerivation.Of(expression, derivation);
            string title = $"The network {described} with {string.Join(", ", described.Layers.Select(layer => layer.Activation.Name).Distinct())} and {lossOf}"
                + (parsed.GetValue(batch) ? ", a batch of m samples" : ", one sample");
            terminal.Output.Write(parsed.GetValue(format) switch
            {
                "latex" => DerivationLatex.Write(title, sections),
                "json" => DerivationJson.Write(title, sections) + "\n",
                _ => DerivationText.Write(title, sections),
            });
            return ExitCode.Done;
        });
        return command;
    }
}
