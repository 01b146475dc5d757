using System.CommandLine;
using System.Text.RegularExpressions;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification.Claims;
using Nabla.Cli.CommandLine;
using Nabla.Cli.Derive;
using Nabla.Cli.Train;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla derive</c>: the derivation of a network's gradients or of an expression's derivative, in three styles and six formats.</summary>
internal static partial class DeriveCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string?> what = new("NETWORK|EXPRESSION")
        {
            HelpName = "NETWORK|EXPRESSION",
            Description = "The sizes of the layers, inputs first, such as 3-4-2; or an expression, such as \"x'*A*x\"; nothing with --optimizer.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        OptimizerOptions optimizer = new(", whose equations are shown");
        Option<string?> where = Options.Text("--where", "DECLARATIONS", "The variables of the expression, such as \"A: n x n, x: n, S: n x n symmetric\"");
        Option<string?> wrt = Options.Text("--wrt", "NAME", "The variable to differentiate by; needed where more than one is declared");
        Option<string?> kind = Options.Choice("--kind", "What is derived (default gradient of a scalar, else jacobian)", "gradient", "jacobian", "hessian", "hvp");
        Option<string?> along = Options.Text("--along", "NAME", "The direction of a Hessian-vector product");
        Option<string?> loss = Options.Text(
            "--loss",
            "NAME|EXPRESSION",
            $"The loss: {string.Join(", ", Loss.All.Keys)} (default squared-error); or an expression of y, a, z, m and n, such as \"sum((y-a).^4)/m\"",
            [.. Loss.All.Keys]);
        Option<string?> reduction = Options.Choice("--reduction", "The mean over the batch (default), or the sum", "mean", "sum");
        Option<string?> activation = Options.Text(
            "--activation", "NAME", $"The hidden layers' activation: {string.Join(", ", Activation.All.Keys)} (default sigmoid)", [.. Activation.All.Keys]);
        Option<string?> outputActivation = Options.Text(
            "--output-activation", "NAME", "The last layer's; by default what the loss is made for, else the hidden one", [.. Activation.All.Keys]);
        Option<bool> noBias = new("--no-bias") { Description = "z = W a, without biases" };
        Option<bool> batch = new("--batch") { Description = "A batch of m samples instead of one sample" };
        Option<string?> style = Options.Choice("--style", "How it is derived (default textbook for networks, differential for expressions)", "textbook", "differential", "index");
        Option<string?> dialect = Options.Choice("--dialect", "δ = ∂C/∂z (nielsen, default), δ = ∂C/∂a (seed), or samples as rows (row-batch)", "nielsen", "seed", "row-batch");
        Option<string?> detail = Options.Choice("--detail", "An outline, the derivation (default 2), or every step of it", "1", "2", "3");
        Option<bool> values = new("--values") { Description = "Works a small example through with numbers of one decimal (text only)" };
        Option<string?> set = Options.Text("--set", "NAME=VALUE…", "Works it through with numbers of your own, such as \"W1 = [1 2; 3 4], eta = 0.5\"; the others are drawn");
        Option<ulong?> seed = Options.Seed("With --values: draws other numbers (default 1)");
        Option<string?> format = Options.Choice("--format", "How to print it (default text)", "text", "ascii", "latex", "mathml", "markdown", "json");
        Option<bool> document = new("--document") { Description = "With latex or mathml: a whole document instead of a fragment" };
        Command command = new ToolCommand(
            "derive",
            "Derives the gradients of a network, or the derivative of an expression, by matrix calculus and shows each step.",
            "nabla derive 3-4-2",
            "nabla derive 784-30-10 --loss cross-entropy --activation relu --batch",
            "nabla derive \"x'*A*x\" --where \"A: n x n, x: n\" --wrt x",
            "nabla derive \"softmax(z)\" --where \"z: n\" --style index",
            "nabla derive --optimizer adam",
            "nabla derive 3-4-4-1 --format latex --document > derivation.tex")
        {
            what, where, wrt, kind, along, loss, reduction, activation, outputActivation, noBias, batch, style, dialect, detail, values, set, seed, format, document,
        };
        foreach (Option option in optimizer.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            if (optimizer.Read(parsed) is Optimizer rule)
            {
                if (parsed.GetValue(what) is not null)
                {
                    throw new ArgumentException("--optimizer shows an update rule by itself; a network or an expression is derived without it");
                }

                Option[] ofOthers = [where, wrt, kind, along, loss, reduction, activation, outputActivation, noBias, batch, style, dialect, values, set, seed];
                Refuse(parsed, "a network or an expression", "an optimizer", ofOthers);
                return Rule(terminal, rule, new(parsed.GetValue(format) ?? "text", parsed.GetValue(detail) == "3", parsed.GetValue(document)));
            }

            string text = parsed.GetValue(what)
                ?? throw new ArgumentException("nothing is given to derive; nabla derive takes a network such as 3-4-2, an expression such as \"x'*A*x\", or --optimizer NAME");
            string chosen = parsed.GetValue(format) ?? "text";
            DerivationView view = new(chosen, parsed.GetValue(detail) == "3", parsed.GetValue(document));
            bool isNetwork = NetworkText().IsMatch(text) && parsed.GetValue(where) is null;
            GivenValues? given = parsed.GetValue(set) is string numbers ? GivenValues.Read(numbers) : parsed.GetValue(values) ? GivenValues.None : null;
            if (given is not null && chosen != "text")
            {
                throw new ArgumentException($"{(parsed.GetValue(values) ? "--values" : "--set")} prints numbers below lines of text; --format {chosen} has no place for them");
            }

            if (given is null && parsed.GetValue(seed) is not null)
            {
                throw new ArgumentException("--seed draws the numbers of --values, which is not given");
            }

            if (parsed.GetValue(document) && chosen is not ("latex" or "mathml"))
            {
                throw new ArgumentException($"--document belongs to --format latex or mathml, but the format is {chosen}");
            }

            Refuse(parsed, isNetwork ? "an expression" : "a network", isNetwork ? "a network" : "an expression", isNetwork ? [where, wrt, kind, along] : [loss, reduction, activation, outputActivation, noBias, batch, dialect]);
            Request request = new(view, StyleOf(parsed.GetValue(style)), parsed.GetValue(detail) == "1", given, (int)((parsed.GetValue(seed) ?? 1) % 1_000_000));
            if (!isNetwork)
            {
                ExpressionRequest expression = new(text, parsed.GetValue(where) ?? "", parsed.GetValue(wrt), parsed.GetValue(kind), parsed.GetValue(along));
                return Expression(terminal, request, expression);
            }

            Loss lossOf = Loss.NamedOrParsed(parsed.GetValue(loss) ?? "squared-error");
            Activation hidden = Activation.Named(parsed.GetValue(activation) ?? "sigmoid");
            Activation last = parsed.GetValue(outputActivation) is string name ? Activation.Named(name) : lossOf.OutputActivation ?? hidden;
            lossOf.RequireOutput(last);
            Network described = Network.Of(Network.ParseSizes(text), hidden, last, !parsed.GetValue(noBias));
            TrainingSetup.RequireOwnReduction(lossOf, parsed.GetValue(reduction) is null ? null : Reduction.Mean);
            Reduction reductionOf = parsed.GetValue(reduction) == "sum" ? Reduction.Sum : Reduction.Mean;
            LayeredNetwork network = described.Express(lossOf, reductionOf, parsed.GetValue(batch));
            string title = $"The network {described} with {string.Join(", ", described.Layers.Select(layer => layer.Activation.Name).Distinct())} and {lossOf}"
                + (parsed.GetValue(batch) ? ", a batch of m samples" : ", one sample");
            Dialect dialectOf = parsed.GetValue(dialect) switch { "seed" => Dialect.Seed, "row-batch" => Dialect.RowBatch, _ => Dialect.Nielsen };
            DerivationStyle styleOf = request.Style ?? (lossOf.NeedsPreActivations ? DerivationStyle.Differential : DerivationStyle.Textbook);
            if (styleOf == DerivationStyle.Textbook && lossOf.NeedsPreActivations)
            {
                throw new ArgumentException("the textbook style goes from the loss through the outputs a alone, but this loss is written in z; --style differential and index derive it");
            }

            NetworkDerivation derivation;
            try
            {
                derivation = NetworkDerivation.Of(network, styleOf, dialectOf, last.IsSoftmax);
            }
            catch (NotSupportedException e) when (lossOf.Text is not null)
            {
                return Tool.Fail(terminal.Error, ExitCode.Usage, $"--loss \"{lossOf}\": {e.Message}");
            }

            if (chosen == "ascii")
            {
                NetworkNames names = new(derivation.Network, derivation.Derivation);
                terminal.Output.Write(string.Concat(names.Definitions.Concat(names.Gradients).Select(line => line + "\n")));
                return ExitCode.Done;
            }

            Print(terminal, request, title, request.Outline ? derivation.Outline : derivation.Sections, derivation.Network.Parameters, last.IsSoftmax, derivation.Network.Target);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The equations of an update rule.</summary>
    private static int Rule(Terminal terminal, Optimizer rule, DerivationView view)
    {
        IReadOnlyList<Section> sections = UpdateDerivation.Of(rule);
        if (view.Format != "ascii")
        {
            terminal.Output.Write(view.Write($"The update rule {rule}", sections, null));
            return ExitCode.Done;
        }

        IReadOnlyList<Step> steps = sections[0].Steps;
        Scope scope = new([.. Expr.Reachable(steps.Select(step => step.Right)).Where(part => part is Nabla.Calculus.Expressions.Symbol or Named)]);
        foreach (Step step in steps)
        {
            terminal.Output.Write($"{AsciiNotation.Print(step.Left, scope)} = {AsciiNotation.Print(step.Right, scope)}\n");
        }

        return ExitCode.Done;
    }

    private static int Expression(Terminal terminal, Request request, ExpressionRequest expression)
    {
        Derivative derivative;
        try
        {
            derivative = expression.Find();
        }
        catch (LanguageException e)
        {
            terminal.Error.WriteLine($"nabla: {Tool.MessageOf(e)}");
            return ExitCode.Usage;
        }
        catch (NotSupportedException e)
        {
            terminal.Error.WriteLine($"nabla: {Tool.MessageOf(e)}");
            return ExitCode.Failure;
        }

        string by = Notation.Text.Print(derivative.By);
        string word = derivative.Kind switch
        {
            DerivativeKind.Gradient => "gradient",
            DerivativeKind.Jacobian => "Jacobian",
            DerivativeKind.Hessian => "Hessian",
            _ => "Hessian times a direction",
        };
        if (request.View.Format == "ascii")
        {
            if (derivative.Result is not Expr result)
            {
                terminal.Error.WriteLine($"nabla: the {word} has no form as products of matrices; --format text shows the linear map");
                return ExitCode.Failure;
            }

            terminal.Output.Write(AsciiNotation.Print(result) + "\n");
            return ExitCode.Done;
        }

        IReadOnlyList<Section> sections;
        try
        {
            sections = ExpressionDerivation.Of(derivative, request.Style ?? DerivationStyle.Differential);
        }
        catch (NotSupportedException e)
        {
            terminal.Error.WriteLine($"nabla: there is a result, which --format ascii prints, but no derivation of it line by line: {e.Message}");
            return ExitCode.Failure;
        }

        if (request.Outline)
        {
            sections = [sections[0] with { Steps = [.. sections[0].Steps.Take(1)] }, sections[^1] with { Steps = [.. sections[^1].Steps.TakeLast(derivative.CookbookForm is null ? 1 : 2)] }];
        }

        Print(terminal, request, $"The {word} of {expression.Text} by {by}", sections, [derivative.By], false, null);
        return ExitCode.Done;
    }

    private static void Print(
        Terminal terminal, Request request, string title, IReadOnlyList<Section> sections, IReadOnlyList<Expr> variables, bool probabilities, Expr? target)
    {
        Func<Step, IEnumerable<string>>? below = null;
        if (request.Values is GivenValues values)
        {
            WorkedValues worked = new(sections, variables, probabilities, target, values, request.Seed);
            title += "\n\n" + worked.Given(sections).TrimEnd('\n');
            below = worked.Below;
        }

        terminal.Output.Write(request.View.Write(title, sections, below));
    }

    private static DerivationStyle? StyleOf(string? style) => style switch
    {
        "textbook" => DerivationStyle.Textbook,
        "differential" => DerivationStyle.Differential,
        "index" => DerivationStyle.Index,
        _ => null,
    };

    /// <summary>An option that belongs to the other kind of derivation is a misunderstanding.</summary>
    private static void Refuse(ParseResult parsed, string belongs, string given, IReadOnlyList<Option> options)
    {
        if (options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is Option option)
        {
            throw new ArgumentException($"{option.Name} belongs to {belongs}, but {given} is given");
        }
    }

    [GeneratedRegex(@"^\s*\d*(-\d*)*\s*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NetworkText();

    /// <summary>What was asked for beside the formula.</summary>
    private sealed record Request(DerivationView View, DerivationStyle? Style, bool Outline, GivenValues? Values, int Seed);
}
