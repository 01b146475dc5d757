using Nabla.Calculus.Language;
using Nabla.Calculus.Verification.Claims;
using Nabla.Checking;
using Nabla.Cli.CommandLine;

namespace Nabla.Cli.Commands;

/// <summary>The formulas that <c>nabla check</c> judges: one from the command line, or a suite of them.</summary>
internal static class ClaimChecks
{
    /// <summary>What the command line says of one formula.</summary>
    internal sealed record Request(string Expression, string? Where, string? Wrt, string? Claim)
    {
        /// <summary>The kind of derivative.</summary>
        public string? Kind { get; init; }

        /// <summary>The direction of a Hessian-vector product.</summary>
        public string? Along { get; init; }

        /// <summary><c>sum_to_one=y,z,positive_definite=S</c>.</summary>
        public string? Assume { get; init; }

        /// <summary>Names, separated by commas.</summary>
        public string? Positive { get; init; }

        /// <summary>Names, separated by commas.</summary>
        public string? WellConditioned { get; init; }
    }

    /// <summary>Checks the formula of a command line.</summary>
    public static int Run(Terminal terminal, Request request, bool json)
    {
        (string Option, string? Value)[] needed = [("--where", request.Where), ("--claim", request.Claim)];
        if (needed.FirstOrDefault(one => one.Value is null).Option is string missing)
        {
            return Tool.Fail(
                terminal.Error,
                ExitCode.Usage,
                $"a formula is checked with --where, --wrt and --claim, but {missing} is missing; for example: nabla check \"x'*A*x\" --where \"A: n x n, x: n\" --wrt x --claim \"(A+A')*x\"");
        }

        if (request.Kind == "hvp" && request.Along is null)
        {
            return Tool.Fail(terminal.Error, ExitCode.Usage, "--kind hvp needs a direction: --along NAME of a variable shaped like the one that is differentiated by");
        }

        if (request.Along is not null && request.Kind is not (null or "hvp"))
        {
            return Tool.Fail(terminal.Error, ExitCode.Usage, $"--along belongs to --kind hvp, but --kind {request.Kind} is given");
        }

        ClaimVerdict verdict;
        try
        {
            ClaimProblem problem = ClaimProblem.Read(
                request.Where!, request.Expression, request.Wrt ?? OnlyVariable(request), request.Kind, request.Along, [.. Named("positive", request.Positive), .. Named("well_conditioned", request.WellConditioned), .. Assumed(request.Assume)]);
            verdict = ClaimCheck.Of(problem).Judge(request.Claim!);
        }
        catch (Exception e) when (e is LanguageException or ArgumentException or InvalidOperationException)
        {
            terminal.Error.WriteLine($"nabla: {Tool.MessageOf(e)}");
            return ExitCode.Usage;
        }

        if (json)
        {
            WriteJson(terminal.Output, request.Claim!, verdict.Agrees, verdict.Error, verdict.Diagnosis?.Code, verdict.Diagnosis is null ? verdict.Undecided : TextOf(verdict));
        }
        else
        {
            ClaimText.Write(terminal.Output, verdict, terminal.Width);
        }

        return CodeOf(verdict.Agrees);
    }

    /// <summary>Checks a suite; null counts for entries that cannot be judged.</summary>
    public static (int Code, int Right, int All) RunSuite(Terminal terminal, string file, ReadOnlyMemory<byte> bytes, bool json)
    {
        List<(string Id, ClaimVerdict? Verdict, string? Problem)> results = [];
        foreach (SuiteEntry entry in IdentitySuite.Parse(file, bytes))
        {
            (string Id, ClaimVerdict? Verdict, string? Problem) result = Judge(file, entry);
            results.Add(result);
            if (json)
            {
                WriteJson(
                    terminal.Output,
                    entry.Id,
                    result.Verdict?.Agrees,
                    result.Verdict?.Error,
                    result.Problem is not null ? "unknown" : result.Verdict?.Diagnosis?.Code,
                    result.Problem?.Split('\n')[0] ?? (result.Verdict?.Diagnosis is null ? result.Verdict?.Undecided : TextOf(result.Verdict)));
            }
            else if (result.Verdict is ClaimVerdict verdict && verdict.Agrees != true)
            {
                Paragraph.Write(terminal.Output, $"{entry.Id}: {entry.Identity!.EqualTo}", 2, terminal.Width);
                ClaimText.Write(terminal.Output, verdict, terminal.Width);
                terminal.Output.WriteLine();
            }

            if (result.Problem is not null)
            {
                Tool.Fail(terminal.Error, ExitCode.BadData, result.Problem);
            }
        }

        int right = results.Count(result => result.Verdict?.Agrees == true);
        if (!json)
        {
            int wrong = results.Count(result => result.Verdict?.Agrees == false);
            int bad = results.Count(result => result.Problem is not null);
            int open = results.Count - right - wrong - bad;
            terminal.Output.WriteLine(
                $"{file}: {right} of {results.Count} identities are right" + (wrong > 0 ? $", {wrong} wrong" : "") + (open > 0 ? $", {open} undecided" : "") + (bad > 0 ? $", {bad} could not be checked" : ""));
        }

        int code = results.Exists(result => result.Problem is not null) ? ExitCode.BadData
            : results.Exists(result => result.Verdict!.Agrees == false) ? ExitCode.Mismatch
            : right < results.Count ? ExitCode.Failure
            : ExitCode.Done;
        return (code, right, results.Count);
    }

    private static (string Id, ClaimVerdict? Verdict, string? Problem) Judge(string file, SuiteEntry entry)
    {
        if (entry.Identity is null)
        {
            return (entry.Id, null, entry.Problem);
        }

        try
        {
            return (entry.Id, entry.Identity.Judge(), null);
        }
        catch (Exception e) when (e is LanguageException or ArgumentException or InvalidOperationException)
        {
            string field = e.Data[Identity.FieldKey] is string key ? $"{key}: " : "";
            return (entry.Id, null, $"{file}: {entry.Id}: {field}{Tool.MessageOf(e)}");
        }
    }

    private static string OnlyVariable(Request request)
    {
        string[] all = [.. Scope.Of(request.Where!).Variables.Keys];
        string[] names = all is [_] ? all : [.. all.Where(name => name != request.Along)];
        return names switch
        {
            [var only] => only,
            [] => throw new ArgumentException("--where declares no variable; it must declare those of the expression, such as --where \"A: n x n, x: n\""),
            _ => throw new ArgumentException($"--wrt is missing; it names the variable to differentiate by: {string.Join(", ", names[..^1])} or {names[^1]}"),
        };
    }

    private static int CodeOf(bool? agrees) => agrees switch
    {
        true => ExitCode.Done,
        false => ExitCode.Mismatch,
        null => ExitCode.Failure,
    };

    private static string TextOf(ClaimVerdict verdict) =>
        verdict.Diagnosis!.NearestForm is string nearest ? $"{verdict.Diagnosis.Text}; right is {nearest}" : verdict.Diagnosis.Text;

    private static IEnumerable<(string, string)> Named(string condition, string? names) => Words(names).Select(name => (condition, name));

    /// <summary>A word with = begins a condition, one without goes on with the last.</summary>
    private static IEnumerable<(string, string)> Assumed(string? text)
    {
        string? condition = null;
        foreach (string word in Words(text))
        {
            string[] parts = word.Split('=', 2, StringSplitOptions.TrimEntries);
            condition = parts.Length == 2 ? parts[0] : condition
                ?? throw new ArgumentException($"--assume takes conditions with the names of variables, such as sum_to_one=y, but '{word}' is given");
            yield return (condition, parts[^1]);
        }
    }

    private static string[] Words(string? text) => (text ?? "").Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static void WriteJson(TextWriter output, string id, bool? agrees, double? error, string? code, string? text) => JsonLine.Write(output, json =>
    {
        json.WriteString("id", id);
        if (agrees is bool known)
        {
            json.WriteBoolean("agrees", known);
        }
        else
        {
            json.WriteNull("agrees");
        }

        json.Write("error", error);
        if (text is null)
        {
            json.WriteNull("diagnosis");
            return;
        }

        json.WriteStartObject("diagnosis");
        json.WriteString("code", code ?? "unknown");
        json.WriteString("text", text);
        json.WriteEndObject();
    });
}
