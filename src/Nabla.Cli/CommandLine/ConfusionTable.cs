using Nabla.Training;
using Spectre.Console;

namespace Nabla.Cli.CommandLine;

/// <summary>A confusion matrix as a table.</summary>
internal static class ConfusionTable
{
    public static void Write(Terminal terminal, ConfusionMatrix confusion, IReadOnlyList<string> classes)
    {
        terminal.Output.WriteLine("Confusion: a row for what a sample is, a column for what it was taken for");
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("").RightAligned());
        foreach (string name in classes)
        {
            table.AddColumn(new TableColumn(Markup.Escape(name)).RightAligned());
        }

        table.AddColumn(new TableColumn("right").RightAligned());
        for (int i = 0; i < confusion.Classes; i++)
        {
            long[] row = [.. Enumerable.Range(0, confusion.Classes).Select(j => confusion[i, j])];
            table.AddRow([
                Markup.Escape(classes[i]),
                .. row.Select(count => count == 0 ? "·" : $"{count}"),
                row.Sum() == 0 ? "" : $"{100.0 * row[i] / row.Sum():0.0} %",
            ]);
        }

        terminal.Write(table);
    }
}
