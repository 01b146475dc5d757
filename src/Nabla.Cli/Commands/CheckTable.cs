using Nabla.Checking;

namespace Nabla.Cli.Commands;

/// <summary>The results of one checked file as a table of plain text.</summary>
internal static class CheckTable
{
    private const int Gap = 2;

    /// <summary>Every tensor with its roads, and under the table a sentence for each tensor that disagrees.</summary>
    public static void Write(TextWriter output, string file, GradientCase gradientCase, IReadOnlyList<ComparedTensor> tensors)
    {
        int samples = gradientCase.Inputs.Columns;
        output.WriteLine($"{file}: {gradientCase.Network}, {gradientCase.Loss}, {Counted(samples, "sample")}");
        List<string[]> rows = [["tensor", "road", "worst at", "given", "computed", "error", "tolerance", ""]];
        foreach (ComparedTensor tensor in tensors)
        {
            rows.AddRange(tensor.Roads.Select((road, i) => Row(i == 0 ? tensor.Id : "", road)));
        }

        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length) + Gap)];
        foreach (string[] row in rows)
        {
            output.WriteLine("  " + string.Concat(row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }

        foreach (ComparedTensor tensor in tensors)
        {
            if (tensor.Diagnosis is Diagnosis diagnosis)
            {
                output.WriteLine($"  {tensor.Id}: {diagnosis.Text}");
            }
        }

        output.WriteLine();
    }

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
        string verdict = road.Worst is null ? "says nothing"
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

    private static string Counted(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
