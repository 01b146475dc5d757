using System.CommandLine;
using System.Globalization;
using Nabla.Benchmarking;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Cli.Bench;
using Nabla.Cli.CommandLine;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla plan</c>.</summary>
internal static class PlanCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> layers = new("NETWORK") { Description = "All sizes of the network, inputs first, as in 784-30-10" };
        StepOptions step = new();
        Option<bool> json = Options.Json("One JSON object a line on stdout for each instruction");
        Command command = new ToolCommand(
            "plan",
            "Shows what runs in a step of training: the instructions in their order, the equations that each carries out, what is fused into one, the "
            + "floating-point operations, and the bytes of the matrices that are read and written. Threads wait for each other between two phases.",
            "nabla plan 784-30-10 --batch-size 10",
            "nabla plan 784-128-10 --activation relu --loss cross-entropy --optimizer adam --threads 2",
            "nabla plan 3-4-2 --loss \"sum((y-a).^4)/m\" --json")
        {
            layers, step.Threads, step.Path, json,
        };
        foreach (Option option in step.OfSteps)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            try
            {
                StepSettings settings = step.Read(parsed, parsed.GetValue(layers)!);
                Model<float> model = new(settings.Network, settings.Loss, Reduction.Mean, settings.Path);
                Derivation derivation = model.Expression.Differentiate(
                    assumptions: settings.Loss.OutputActivation is null ? [] : [model.Expression.TargetsSumToOne]);
                Plan<float> plan = settings.InferenceOnly
                    ? model.CompileInference(settings.BatchSize, settings.Threads)
                    : model.CompileStep(derivation, settings.Optimizer, settings.BatchSize, settings.Threads);
                Labels labels = new(model.Expression, derivation);
                if (parsed.GetValue(json))
                {
                    WriteJson(terminal, plan, labels);
                }
                else
                {
                    WriteText(terminal.Output, plan, labels, model);
                }

                return ExitCode.Done;
            }
            catch (PlatformNotSupportedException e)
            {
                return Tool.Fail(terminal.Error, ExitCode.Usage, $"--path {parsed.GetValue(step.Path)}: {e.Message}");
            }
            catch (NotSupportedException e) when (step.LossIn(parsed) is string text)
            {
                return Tool.Fail(terminal.Error, ExitCode.Usage, $"--loss \"{text}\": {e.Message}");
            }
        });
        return command;
    }

    private static void WriteText(TextWriter output, Plan<float> plan, Labels labels, Model<float> model)
    {
        IReadOnlyList<PlanLine> lines = plan.Listing;
        output.WriteLine(
            $"{Count(lines.Count, "instruction")} in {Count(lines[^1].Phase + 1, "phase")}, {plan.PathName}, {Count(plan.Members, "thread")}; "
            + $"{Scaled(lines.Sum(line => line.Operations), "")}FLOP; buffer {Scaled(plan.Bytes)}, parameters {Scaled(model.Parameters.Bytes)}");
        for (int i = 0; i < lines.Count; i++)
        {
            PlanLine line = lines[i];
            output.WriteLine();
            output.WriteLine($"{i + 1,3}  {line.Operation}");
            output.WriteLine(
                $"     {line.Rows}×{line.Columns}, {Scaled(line.Operations, "")}FLOP, {Scaled(line.Bytes)}, phase {line.Phase + 1}, by {(line.Split == "none" ? "one thread" : line.Split)}");

            // What has no name is a part of what has one, where there is one.
            bool isNamed = line.Equations.Any(equation => equation.Left != equation.Right);
            foreach (PlanEquation equation in line.Equations.Where(equation => !isNamed || equation.Left != equation.Right))
            {
                output.WriteLine($"       {labels.Of(equation),-5} {Text(equation, line.IsUpdate)}");
            }
        }
    }

    private static void WriteJson(Terminal terminal, Plan<float> plan, Labels labels)
    {
        foreach (PlanLine line in plan.Listing)
        {
            JsonLine.Write(terminal.Output, writer =>
            {
                writer.WriteString("operation", line.Operation);
                writer.WriteStartArray("equations");
                foreach (PlanEquation equation in line.Equations)
                {
                    writer.WriteStartObject();
                    writer.WriteString("label", labels.Of(equation));
                    writer.WriteString("text", Text(equation, line.IsUpdate));
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteNumber("rows", line.Rows);
                writer.WriteNumber("columns", line.Columns);
                writer.WriteNumber("flop", line.Operations);
                writer.WriteNumber("bytes", line.Bytes);
                writer.WriteNumber("phase", line.Phase + 1);
                writer.WriteString("split", line.Split);
                writer.WriteBoolean("update", line.IsUpdate);
            });
        }
    }

    private static string Text(PlanEquation equation, bool isUpdate) => equation.Left == equation.Right
        ? Notation.Text.Print(equation.Left)
        : $"{Notation.Text.Print(equation.Left)} {(isUpdate ? "←" : "=")} {Notation.Text.Print(equation.Right)}";

    private static string Count(int n, string what) => n == 1 ? $"1 {what}" : $"{n} {what}s";

    private static string Scaled(double x, string unit = "B")
    {
        (double scaled, string prefix) = x switch
        {
            >= 1e9 => (x / 1e9, "G"),
            >= 1e6 => (x / 1e6, "M"),
            >= 1e3 => (x / 1e3, "k"),
            _ => (x, ""),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{scaled:G3} {prefix}{unit}");
    }

    /// <summary>The labels of the equations of backpropagation that instructions carry out.</summary>
    private sealed class Labels(LayeredNetwork network, Derivation derivation)
    {
        /// <summary>An adjoint's label is that of what it belongs to; a parameter's line is the update by the gradient that the label gives.</summary>
        public string Of(PlanEquation equation) => equation.Left switch
        {
            Named name => PartOf(name) is Expr part ? network.LabelOf(part) : "",
            Expr other => network.LabelOf(other),
        };

        private Expr? PartOf(Named adjoint) => network.Layers.Select(layer => layer.PreActivation).FirstOrDefault(part => derivation.AdjointNameOf(part) == adjoint);
    }
}
