using System.Text;

namespace Nabla.Compare;

/// <summary>The results as Markdown.</summary>
internal static class Table
{
    public static string Of(Results results, double seconds, DateTimeOffset now)
    {
        StringBuilder text = new();
        Contestant[] present = [.. results.Contestants.Where(who => results.Rows.Any(row => results.Time(who, row) is not null))];
        Contestant? nabla = Array.Find(present, who => who.Name == "nabla");
        text.AppendLine($"# {Machine.Processor}, {Environment.ProcessorCount} logical processors").AppendLine();
        text.AppendLine($"Written by `benchmarks/Compare` on {now:yyyy-MM-dd}: medians of {results.Rounds} {(results.Rounds == 1 ? "round" : "rounds")}, in each of which everyone was asked in turn "
            + $"and measured for {seconds} s after its warm-up, with the fastest of its settings. Times are microseconds for a training step, a product or an inference. "
            + "A ratio is the peer's time divided by Nabla's in the same round: the median, and in brackets the least and the greatest. Above 1 Nabla is faster.");
        AppendTimes(text, results, present, nabla);
        AppendSettings(text, results, present);

        text.AppendLine().AppendLine("## Versions and machine").AppendLine().AppendLine("| | |").AppendLine("|---|---|");
        foreach (Contestant who in present)
        {
            string[] said = [.. results.Said(who, null, "version"), .. results.Said(who, null, "path").Select(path => $"path {path}")];
            text.AppendLine($"| {who.Title} | {(said.Length == 0 ? "–" : string.Join("; ", said))} |");
        }

        if (nabla is not null && results.Said(nabla, null, "peak_gflops") is [_, ..] peaks)
        {
            double[] peak = [.. peaks.Select(double.Parse)];
            text.AppendLine($"| measured peak | {peak.Min():F0}–{peak.Max():F0} GFLOP/s |");
        }

        foreach ((string name, string value) in Machine.Describe())
        {
            text.AppendLine($"| {name} | {value} |");
        }

        AppendNotRun(text, results, present);
        return text.ToString();
    }

    /// <summary>Three significant digits, and whole numbers from a hundred.</summary>
    public static string Time(double microseconds) => microseconds switch
    {
        < 1 => $"{microseconds:F3}",
        < 10 => $"{microseconds:F2}",
        < 100 => $"{microseconds:F1}",
        _ => $"{microseconds:N0}",
    };

    private static void AppendTimes(StringBuilder text, Results results, Contestant[] present, Contestant? nabla)
    {
        string[] heads = ["work", "threads", .. present.SelectMany(who => who == nabla || nabla is null ? [who.Title] : new[] { who.Title, "ratio" })];
        text.AppendLine().AppendLine($"| {string.Join(" | ", heads)} |").AppendLine($"|---|{string.Concat(Enumerable.Repeat("---:|", heads.Length - 1))}");
        foreach (Row row in results.Rows)
        {
            List<string> cells = [row.Work, $"{row.Threads}"];
            foreach (Contestant who in present)
            {
                cells.Add(results.Time(who, row) is double time ? Time(time) : "–");
                if (nabla is not null && who != nabla)
                {
                    cells.Add(results.Ratio(who, nabla, row) is (double median, double least, double most)
                        ? $"**{Ratio(median)}** ({Ratio(least)}–{Ratio(most)})"
                        : "–");
                }
            }

            text.AppendLine($"| {string.Join(" | ", cells)} |");
        }
    }

    private static void AppendSettings(StringBuilder text, Results results, Contestant[] present)
    {
        Contestant[] several = [.. present.Where(who => results.Said(who, null, "setting").Count > 0)];
        if (several.Length == 0)
        {
            return;
        }

        text.AppendLine().AppendLine("## The fastest settings").AppendLine();
        text.AppendLine("Where rounds differed, all that won one, the most frequent first.").AppendLine();
        text.AppendLine($"| work | threads | {string.Join(" | ", several.Select(who => who.Title))} |");
        text.AppendLine($"|---|---:|{string.Concat(Enumerable.Repeat("---|", several.Length))}");
        foreach (Row row in results.Rows)
        {
            IEnumerable<string> cells = several.Select(who => results.Said(who, row, "setting") is [_, ..] settings ? string.Join("; ", settings) : "–");
            text.AppendLine($"| {row.Work} | {row.Threads} | {string.Join(" | ", cells)} |");
        }
    }

    private static void AppendNotRun(StringBuilder text, Results results, Contestant[] present)
    {
        List<string> missing = [];
        foreach (Contestant who in results.Contestants)
        {
            (Row Row, string Reason)[] reasons =
                [.. from row in results.Rows let reason = results.Reason(who, row) where reason is not null select (row, reason)];
            if (!present.Contains(who))
            {
                missing.Add($"{who.Title}: not run here ({who.Absent ?? reasons.FirstOrDefault().Reason ?? "not asked"})");
                continue;
            }

            missing.AddRange(reasons.GroupBy(pair => pair.Reason).Select(same => $"{who.Title}: {same.Key} ({string.Join("; ", same.Select(pair => pair.Row.Name))})"));
        }

        missing.AddRange(results.Disagreements().Select(sentence => $"**Disagreement.** {sentence}"));
        if (missing.Count > 0)
        {
            text.AppendLine().AppendLine("## Not run").AppendLine();
            missing.ForEach(sentence => text.AppendLine($"- {sentence}"));
        }
    }

    private static string Ratio(double ratio) => ratio < 10 ? $"{ratio:F2}" : ratio < 100 ? $"{ratio:F1}" : $"{ratio:F0}";
}
