using System.Globalization;
using Nabla.Benchmarking;
using Nabla.Cli.CommandLine;
using Spectre.Console;

namespace Nabla.Cli.Bench;

/// <summary>Measures rows one after the other and shows their figures: as a table at the end, or a JSON object as soon as each is known.</summary>
internal sealed class BenchRun(Terminal terminal, bool json, TimeSpan length)
{
    private readonly List<(BenchRow Row, Measurement Measured)> done = [];

    /// <summary>Runs all rows. A row whose results are wrong has no figures and ends the run.</summary>
    /// <returns>The exit code.</returns>
    public int Run(IEnumerable<BenchRow> rows)
    {
        using Interruption interruption = new();
        try
        {
            foreach (BenchRow row in rows)
            {
                terminal.Error.WriteLine($"Measuring {Label(row)}");
                (Measurement measured, Verification verification) = row.Run(length, interruption.Token);
                if (!verification.Agrees)
                {
                    return Tool.Fail(terminal.Error, ExitCode.Mismatch, $"{Label(row)}: {verification.Text}");
                }

                terminal.Error.WriteLine($"Verified  {verification.Text}");
                done.Add((row, measured));
                if (json)
                {
                    JsonLine.Write(terminal.Output, writer => row.Write(writer, measured));
                }
            }
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return Tool.Fail(terminal.Error, interruption.ExitCode ?? ExitCode.Interrupted, $"interrupted; {done.Count} of the measurements were made");
        }
        finally
        {
            if (!json && done.Count > 0)
            {
                WriteTable();
            }
        }

        return ExitCode.Done;
    }

    private static string Label(BenchRow row) =>
        $"{row.Name}{(row.BatchSize is int batch ? $", batch {batch}" : "")}, {(row.Threads == 1 ? "1 thread" : $"{row.Threads} threads")}";

    private void WriteTable()
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn("what");
        foreach (string name in new[] { "batch", "threads", "path", "µs", "samples/s", "GFLOP/s", "peak", "of peak" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach ((BenchRow row, Measurement measured) in done)
        {
            table.AddRow(
                Markup.Escape(row.Name),
                $"{row.BatchSize}",
                $"{measured.Threads}",
                measured.Path,
                BenchRow.Microseconds(measured),
                row.BatchSize is int batch ? Number("#,0", batch / measured.Seconds) : "",
                Number("0.0", measured.Gigaflops),
                Number("0.0", measured.PeakGigaflops),
                Number("0 %", measured.Gigaflops / measured.PeakGigaflops));
        }

        terminal.Write(table);
    }

    private static string Number(string format, double value) => value.ToString(format, CultureInfo.InvariantCulture);
}
