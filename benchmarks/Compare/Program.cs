using System.CommandLine;
using Nabla.Compare;

Option<string[]> only = new("--only") { Description = "Ask these alone: nabla, torchsharp, pytorch, numpy, scikit-learn", AllowMultipleArgumentsPerToken = true };
Option<string[]> filter = new("--rows") { Description = "The rows whose names contain one of these, such as '784-30-10,' or 'product'", AllowMultipleArgumentsPerToken = true };
Option<int> rounds = new("--rounds") { DefaultValueFactory = _ => 5 };
Option<double> seconds = new("--seconds") { Description = "Time for each answer after its warm-up", DefaultValueFactory = _ => 1 };
Option<string[]> command = new("--command")
{
    Description = "NAME=COMMAND: how one of them is started, as words between spaces; the environment variable NABLA_COMPARE_NAME does the same",
};
Option<string> machine = new("--machine") { Description = "The name of the results' file", DefaultValueFactory = _ => Machine.Name };
Option<string?> output = new("--out") { Description = "Where the table goes: a file, or - for stdout (default: benchmarks/results/MACHINE.md; stdout with --only or --rows)" };

RootCommand root = new("Runs Nabla and its peers in turn and writes a table of medians and ratios.") { only, filter, rounds, seconds, command, machine, output };
root.SetAction(async (parsed, cancel) =>
{
    string[] names = parsed.GetValue(only) ?? [];
    string[] filters = parsed.GetValue(filter) ?? [];
    Dictionary<string, string> commands = (parsed.GetValue(command) ?? []).Select(text => text.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
    string folder = Repository();
    IReadOnlyList<Contestant> all = Contestant.All(folder, commands);
    if (names.Concat(commands.Keys).FirstOrDefault(name => all.All(who => who.Name != name)) is string unknown)
    {
        Console.Error.WriteLine($"compare: there is no '{unknown}'; there are {string.Join(", ", all.Select(who => who.Name))}");
        return 2;
    }

    Row[] rows = [.. Row.All.Where(row => filters.Length == 0 || filters.Any(text => row.Name.Contains(text, StringComparison.OrdinalIgnoreCase)))];
    if (rows.Length == 0)
    {
        Console.Error.WriteLine($"compare: no row contains '{string.Join("' or '", filters)}'; the rows are\n{string.Join('\n', Row.All.Select(row => row.Name))}");
        return 2;
    }

    Results results = new([.. all.Where(who => names.Length == 0 || names.Contains(who.Name))], rows);
    string path = parsed.GetValue(output)
        ?? (names.Length + filters.Length > 0 ? "-" : Path.Combine(folder, "benchmarks", "results", $"{parsed.GetRequiredValue(machine)}.md"));
    bool interrupted = false;
    for (int round = 0; round < parsed.GetValue(rounds) && !interrupted; round++)
    {
        try
        {
            await results.RunRoundAsync(parsed.GetValue(seconds), Console.Error, cancel);
        }
        catch (OperationCanceledException)
        {
            interrupted = true;
        }

        if (path != "-")
        {
            // After each round, so that whatever ends the comparison leaves what it had.
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            await File.WriteAllTextAsync(path, Table.Of(results, parsed.GetValue(seconds), DateTimeOffset.UtcNow), CancellationToken.None);
        }
    }

    Console.WriteLine(path == "-" ? Table.Of(results, parsed.GetValue(seconds), DateTimeOffset.UtcNow) : $"written to {path}");
    if (interrupted)
    {
        return 130;
    }

    return results.Disagreements().Any() ? 4 : 0;
});
ParseResult result = root.Parse(args);
return result.Errors.Count > 0 ? Math.Max(2, await result.InvokeAsync()) : await result.InvokeAsync();

static string Repository()
{
    string? folder = AppContext.BaseDirectory;
    while (folder is not null && !File.Exists(Path.Combine(folder, "Nabla.slnx")))
    {
        folder = Path.GetDirectoryName(folder);
    }

    return folder ?? throw new InvalidOperationException("the repository was not found above the program");
}
