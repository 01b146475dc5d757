using System.CommandLine;
using Nabla.Checking;
using Nabla.Cli.CommandLine;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla check FILE…</c>: other people's gradients beside the derived ones.</summary>
internal static class CheckCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string[]> files = new("FILE") { Description = "The gradient cases, JSON", Arity = ArgumentArity.OneOrMore };
        Option<double?> tolerance = Options.Positive(
            "--tolerance", "The tolerance of the float plan, relative to each tensor's largest element (default: 1e-4)");
        Option<bool> json = Options.Json("One JSON object a line for each compared tensor, and nothing else there");
        Command command = new ToolCommand(
            "check",
            """
            Checks gradients that another program computed, element by element, against the derived ones.

            A FILE is a gradient case: a network with its weights, inputs and targets, the loss and the gradients. Each is compared with
            the derived gradient in double precision, with finite differences of the loss, and with the compiled float plan.
            The exit code is 0 where all agree, 4 where something disagrees, 1 where finite differences leave something undecided,
            and 3 where a file cannot be read or uses something that is not supported.
            """,
            "nabla check gradients/one-neuron.json",
            "nabla check gradients/*.json",
            "nabla check gradients/one-neuron.json --json",
            "nabla check gradients/deep.json --tolerance 1e-3")
        {
            files, tolerance, json,
        };
        command.SetAction(parsed => Run(
            terminal,
            parsed.GetValue(files)!,
            parsed.GetValue(tolerance) is double relative ? new() { FloatTolerance = relative } : new(),
            parsed.GetValue(json)));
        return command;
    }

    /// <summary>
    /// Checks every file, whatever the ones before it gave. A file that cannot be checked outweighs a mismatch: of it nothing is known.
    /// </summary>
    private static int Run(Terminal terminal, IReadOnlyList<string> files, GradientCheckSettings settings, bool json)
    {
        int unreadable = 0;
        List<ComparedTensor> all = [];
        foreach (string file in files)
        {
            IReadOnlyList<ComparedTensor> tensors;
            GradientCase gradientCase;
            try
            {
                gradientCase = Read(file);
                tensors = GradientCheck.Run(gradientCase, settings);
            }
            catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                unreadable++;
                Tool.Fail(terminal.Error, ExitCode.BadData, error.Message);
                continue;
            }

            all.AddRange(tensors);
            if (json)
            {
                WriteJson(terminal.Output, file, tensors);
            }
            else
            {
                CheckTable.Write(terminal.Output, file, gradientCase, tensors);
            }
        }

        if (!json)
        {
            terminal.Output.WriteLine(CheckTable.Summary(files.Count, unreadable, all));
        }

        return unreadable > 0 ? ExitCode.BadData
            : all.Exists(tensor => tensor.Agrees == false) ? ExitCode.Mismatch
            : all.Exists(tensor => tensor.Agrees is null) ? ExitCode.Failure
            : ExitCode.Done;
    }

    private static GradientCase Read(string file)
    {
        if (Directory.Exists(file))
        {
            throw new InvalidDataException($"{file}: this is a folder, but it must be a file; to check all files of it, write {file}/*.json");
        }

        return File.Exists(file)
            ? GradientCase.Read(file)
            : throw new InvalidDataException($"{file}: there is no such file");
    }

    private static void WriteJson(TextWriter output, string file, IReadOnlyList<ComparedTensor> tensors)
    {
        foreach (ComparedTensor tensor in tensors)
        {
            JsonLine.Write(output, json =>
            {
                json.WriteString("id", $"{file}:{tensor.Id}");
                if (tensor.Agrees is bool agrees)
                {
                    json.WriteBoolean("agrees", agrees);
                }
                else
                {
                    json.WriteNull("agrees");
                }

                json.Write("error", tensor.Error);
                if (tensor.Diagnosis is Diagnosis diagnosis)
                {
                    json.WriteStartObject("diagnosis");
                    json.WriteString("code", diagnosis.Code);
                    json.WriteString("text", diagnosis.Text);
                    json.WriteEndObject();
                }
                else
                {
                    json.WriteNull("diagnosis");
                }
            });
        }
    }
}
