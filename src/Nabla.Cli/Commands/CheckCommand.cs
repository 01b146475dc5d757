using System.CommandLine;
using Nabla.Calculus.Verification.Claims;
using Nabla.Checking;
using Nabla.Checking.Trajectories;
using Nabla.Cli.CommandLine;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla check FILE…</c>: other people's gradients beside the derived ones.</summary>
internal static class CheckCommand
{
    /// <summary>The name that stands for stdin.</summary>
    private const string StandardInput = "-";

    public static Command Create(Terminal terminal)
    {
        Argument<string[]> files = new("FILE|FORMULA")
        {
            HelpName = "FILE|FORMULA",
            Description = "Gradient cases, trajectories or suites of identities, JSON, where - is standard input; with --claim the expression that is differentiated",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string?> where = Options.Text("--where", "DECLARATIONS", "The variables of the expression and their shapes, such as \"A: m x n, x: n\"");
        Option<string?> wrt = Options.Text("--wrt", "NAME", "The variable by which the expression is differentiated");
        Option<string?> claim = Options.Text("--claim", "FORMULA", "The formula that is judged");
        Option<string?> kind = Options.Choice("--kind", "What is claimed (default: gradient of a scalar, else jacobian)", [.. ClaimProblem.KindNames]);
        Option<string?> along = Options.Text("--along", "NAME", "The direction of a Hessian-vector product");
        Option<string?> assume = Options.Text("--assume", "CONDITION=NAMES", $"What may be relied on: {string.Join(", ", ClaimProblem.ConditionNames)}; such as sum_to_one=y");
        Option<string?> positive = Options.Text("--positive", "NAMES", "Variables whose elements are positive");
        Option<string?> wellConditioned = Options.Text("--well-conditioned", "NAMES", "Square matrices away from the singular ones");
        Option<double?> tolerance = Options.Positive(
            "--tolerance", "The tolerance of the float plan, relative to each tensor's largest element (default: 1e-4)");
        Option<bool> json = Options.Json("One JSON object a line for each compared tensor, and nothing else there");
        Command command = new ToolCommand(
            "check",
            """
            Checks a formula for a derivative, a suite of them, or gradients that another program computed.

            With --claim, the formula is compared with the derived result at random points; where it is wrong, it is said why.
            A FILE with an array is a suite of identities; each is judged like that.

            A FILE with an optimizer is a trajectory: a network with its first weights, inputs and targets, the optimizer, and every step's loss and the
            last weights. They are compared with the same training in double precision and by the compiled float plan.

            Any other FILE is a gradient case: a network with its weights, inputs and targets, the loss and the gradients. Each is compared with
            the derived gradient in double precision, with finite differences of the loss, and with the compiled float plan.
            The exit code is 0 where all agree, 4 where something disagrees, 1 where finite differences leave something undecided,
            and 3 where a file cannot be read or uses something that is not supported.
            """,
            "nabla check \"x'*A*x\" --where \"A: n x n, x: n\" --wrt x --claim \"2*A*x\"",
            "nabla check identities.json",
            "nabla check gradients/*.json",
            "nabla check trajectories/adam.json",
            "nabla check gradients/one-neuron.json --json",
            "nabla check gradients/deep.json --tolerance 1e-3")
        {
            files, where, wrt, claim, kind, along, assume, positive, wellConditioned, tolerance, json,
        };
        Option<string?>[] ofFormulas = [where, wrt, claim, kind, along, assume, positive, wellConditioned];
        command.SetAction(parsed => ofFormulas.Any(option => parsed.GetValue(option) is not null) && parsed.GetValue(tolerance) is not null
            ? Tool.Fail(terminal.Error, ExitCode.Usage, $"--tolerance belongs to gradient cases, but {ofFormulas.First(option => parsed.GetValue(option) is not null).Name} is given")
            : ofFormulas.Any(option => parsed.GetValue(option) is not null)
            ? parsed.GetValue(files) is [string formula]
                ? ClaimChecks.Run(
                    terminal,
                    new(formula, parsed.GetValue(where), parsed.GetValue(wrt), parsed.GetValue(claim))
                    {
                        Kind = parsed.GetValue(kind),
                        Along = parsed.GetValue(along),
                        Assume = parsed.GetValue(assume),
                        Positive = parsed.GetValue(positive),
                        WellConditioned = parsed.GetValue(wellConditioned),
                    },
                    parsed.GetValue(json))
                : Tool.Fail(terminal.Error, ExitCode.Usage, $"with {ofFormulas.First(option => parsed.GetValue(option) is not null).Name} one expression is checked, but {parsed.GetValue(files)!.Length} are given")
            : Run(
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
        List<int> suites = [];
        List<ComparedTensor> all = [];
        foreach (string given in files)
        {
            string file = given == StandardInput ? "standard input" : given;
            IReadOnlyList<ComparedTensor> tensors;
            string title;
            try
            {
                byte[] bytes = Read(terminal, given);
                if (IdentitySuite.IsSuite(bytes))
                {
                    suites.Add(ClaimChecks.RunSuite(terminal, file, bytes, json).Code);
                    continue;
                }

                (title, tensors) = Trajectory.IsTrajectory(bytes) ? Compare(Trajectory.Parse(bytes, file), settings) : Compare(GradientCase.Parse(bytes, file), settings);
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
                CheckTable.Write(terminal.Output, $"{file}: {title}", tensors, terminal.Width);
            }
        }

        if (!json && suites.Count < files.Count)
        {
            Paragraph.Write(terminal.Output, CheckTable.Summary(files.Count - suites.Count, unreadable, all), 2, terminal.Width);
        }

        return unreadable > 0 || suites.Contains(ExitCode.BadData) ? ExitCode.BadData
            : all.Exists(tensor => tensor.Agrees == false) || suites.Contains(ExitCode.Mismatch) ? ExitCode.Mismatch
            : all.Exists(tensor => tensor.Agrees is null) || suites.Contains(ExitCode.Failure) ? ExitCode.Failure
            : ExitCode.Done;
    }

    private static (string Title, IReadOnlyList<ComparedTensor> Tensors) Compare(GradientCase of, GradientCheckSettings settings) =>
        ($"{of.Network}, {of.Loss}, {CheckTable.Counted(of.Inputs.Columns, "sample")}", GradientCheck.Run(of, settings));

    private static (string Title, IReadOnlyList<ComparedTensor> Tensors) Compare(Trajectory of, GradientCheckSettings settings) => (
        $"{of.Network}, {of.Loss}, {CheckTable.Counted(of.Inputs.Columns, "sample")}, {CheckTable.Counted(of.Losses.Length, "step")} of {of.Optimizer}, learning rate {of.LearningRate}",
        TrajectoryCheck.Run(of, settings.FloatTolerance));

    /// <summary>All bytes of a file, which is opened once: what comes through a pipe can be read only once, and its length is not known before.</summary>
    private static byte[] Read(Terminal terminal, string file)
    {
        if (Directory.Exists(file))
        {
            throw new InvalidDataException($"{file}: this is a folder, but it must be a file; to check all files of it, write {file}/*.json");
        }

        if (file != StandardInput && !File.Exists(file))
        {
            throw new InvalidDataException($"{file}: there is no such file{(file.AsSpan().IndexOfAny("'*(^+") >= 0 ? "; a formula is checked with --where, --wrt and --claim" : "")}");
        }

        using Stream stream = file == StandardInput ? terminal.Input() : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
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
