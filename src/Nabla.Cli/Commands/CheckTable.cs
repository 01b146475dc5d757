using System.Globalization;
using Nabla.Checking;

namespace Nabla.Cli.Commands;

/// <summary>The results of one checked file as a table of plain text.</summary>
internal static class CheckTable
{
    private const int Gap = 2;
    private const int MostNamed = 3;

    /// <summary>
    /// Every tensor with its roads, and under the table a sentence for each tensor that disagrees; tensors that disagree for one reason have one sentence. The steps
    /// of a trajectory are a row together.
    /// </summary>
    public static void Write(TextWriter output, string title, IReadOnlyList<ComparedTensor> all, int width = int.MaxValue)
    {
        Paragraph.Write(output, title, 2, width);
        IReadOnlyList<ComparedTensor> tensors = [.. Steps(all), .. all.Where(tensor => !IsStep(tensor))];
        List<string[]> rows = [["tensor", "road", "worst at", "given", "computed", "error", "tolerance", ""]];
        foreach (ComparedTensor tensor in tensors)
        {
            rows.AddRange(tensor.Roads.Select((road, i) => Row(i == 0 ? tensor.Id : "", road)));
        }

        IReadOnlyList<string> lines = Lines(rows);
        if (lines.Any(line => line.Length > width))
        {
            // Where the whole table has no room, each tensor has a line of its own, the computed number is left out, and the verdict may be broken.
            lines = [.. Narrow(rows)];
        }

        foreach (string line in lines)
        {
            Paragraph.Write(output, line, 6, width);
        }

        foreach (IGrouping<string, ComparedTensor> group in all.Where(tensor => tensor.Diagnosis is not null).GroupBy(tensor => tensor.Diagnosis!.Text))
        {
            // Where everything is wrong for one reason, a list of everything would only hide it.
            string who = group.Count() > MostNamed ? $"{group.First().Id} to {group.Last().Id}" : string.Join(", ", group.Select(tensor => tensor.Id));
            Paragraph.Write(output, $"  {who}: {group.Key}", 4, width);
        }

        output.WriteLine();
    }

    private static bool IsStep(ComparedTensor tensor) => tensor.Id.StartsWith("step.", StringComparison.Ordinal);

    /// <summary>The losses of all steps as one row for each road: how many disagree, and which is worst.</summary>
    private static IEnumerable<ComparedTensor> Steps(IReadOnlyList<ComparedTensor> all)
    {
        ComparedTensor[] steps = [.. all.Where(IsStep)];
        if (steps.Length == 0)
        {
            yield break;
        }

        yield return new("losses", 0, [.. steps[0].Roads.Select((road, i) =>
        {
            ComparedTensor worst = steps.MaxBy(step => step.Roads[i].Worst!.Error / step.Roads[i].Worst!.Tolerance)!;
            return new RoadResult(road.Road, steps.Length, steps.Count(step => !step.Roads[i].Agrees), worst.Roads[i].Worst! with { Place = worst.Id.Replace('.', ' ') });
        })], null);
    }

    private static IReadOnlyList<string> Lines(IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length) + Gap)];
        return [.. rows.Select(row => "  " + string.Concat(row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd())];
    }

    private static IEnumerable<string> Narrow(IReadOnlyList<string[]> rows)
    {
        string[] texts = [.. Lines([.. rows.Select(row => new[] { "", row[1], row[2], Shortened(row[3]), row[5], row[6], row[7] })])];
        for (int i = 0; i < rows.Count; i++)
        {
            if (i > 0 && rows[i][0].Length > 0)
            {
                yield return $"  {rows[i][0]}";
            }

            yield return texts[i];
        }
    }

    /// <summary>Six digits are enough to find a number again.</summary>
    private static string Shortened(string number) =>
        double.TryParse(number, CultureInfo.InvariantCulture, out double value) ? (value < 0 ? "" : " ") + value.ToString("G6", CultureInfo.InvariantCulture) : number;

    /// <summary>The last line: all files together.</summary>
    public static string Summary(int files, int unreadable, IReadOnlyList<ComparedTensor> compared)
    {
        int disagreeing = compared.Count(tensor => tensor.Agrees == false);
        int undecided = compared.Count(tensor => tensor.Agrees is null);
        int unasked = compared.Count(tensor => tensor.Roads.Any(road => road.Worst is null));
        string[] parts =
        [
            .. disagreeing > 0 ? [$"{disagreeing} of {Counted(compared.Count, "tensor")} disagree{(disagreeing == 1 ? "s" : "")}"] : Array.Empty<string>(),
            .. undecided > 0 ? [$"{undecided} of {Counted(compared.Count, "tensor")} {(undecided == 1 ? "is" : "are")} undecided"] : Array.Empty<string>(),
            .. compared.Count == 0 ? ["nothing was compared"]
                : disagreeing + undecided > 0 ? []
                : unasked == 0 ? [$"all {Counted(compared.Count, "tensor")} agree on every road"]
                : new[] { $"all {Counted(compared.Count, "tensor")} agree, {unasked} without finite differences, which say nothing where all is at kinks" },
            .. unreadable > 0 ? [$"{Counted(unreadable, "file")} could not be checked"] : Array.Empty<string>(),
        ];
        return $"{Counted(files, "file")}: {string.Join("; ", parts)}";
    }

    private static string[] Row(string id, RoadResult road)
    {
        string name = road.Road switch
        {
            CheckRoad.Evaluator => "evaluator",
            CheckRoad.FiniteDifferences => "finite differences",
            _ => "float plan",
        };
        string verdict = road.Worst is null ? (road.Agrees ? "says nothing" : "DISAGREES in its shape")
            : road.Agrees ? "agrees"
            : road.Compared == 1 ? "DISAGREES"
            : $"DISAGREES in {road.Disagreeing} of {road.Compared}";
        string[] notes =
        [
            .. road.Directions > 0 ? [$"{Counted(road.Directions, "direction")}, {Counted(road.Compared - road.Directions, "element")}"] : Array.Empty<string>(),
            .. road.AtKinks > 0 ? [$"{road.AtKinks} at kinks"] : Array.Empty<string>(),
            .. road.OfStableForm ? ["of the stable form of the loss"] : Array.Empty<string>(),
            .. road.Unsettled > 0 ? [$"{road.Unsettled} undecided"] : Array.Empty<string>(),
        ];
        return
        [
            id,
            name,
            road.Worst?.Place ?? "",
            Number(road.Worst?.Given),
            Number(road.Worst?.Computed),
            road.Worst is null ? "" : road.Worst.Error == 0 ? "0" : $"{road.Worst.Error:0.0e-00}",
            road.Worst is null ? "" : $"{road.Worst.Tolerance:0.0e-00}",
            notes.Length == 0 ? verdict : $"{verdict} ({string.Join("; ", notes)})",
        ];
    }

    /// <summary>As many digits as tell the number from its neighbours; a column of them starts at the digits, not at the sign.</summary>
    private static string Number(double? value) => value is not double number ? "" : (number < 0 ? "" : " ") + $"{number}";

    /// <summary>A number of things in words.</summary>
    public static string Counted(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
