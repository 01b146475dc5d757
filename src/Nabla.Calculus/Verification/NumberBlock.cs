using System.Globalization;

namespace Nabla.Calculus.Verification;

/// <summary>Some lines of equal width.</summary>
internal sealed record NumberBlock(string[] Lines)
{
    public int Columns => Lines.Max(line => line.Length);

    public static NumberBlock Of(Matrix x)
    {
        string[][] cells = [.. Enumerable.Range(0, x.Rows).Select(i => Enumerable.Range(0, x.Columns).Select(j => Number(x[i, j])).ToArray())];
        if (x.Rows == 1 && x.Columns == 1)
        {
            return new([cells[0][0]]);
        }

        // Decimal points stand below one another; a zero that is exactly one stays short.
        for (int j = 0; j < x.Columns; j++)
        {
            int decimals = cells.Max(row => Decimals(row[j]));
            foreach (string[] row in cells.Where(row => decimals > 0 && row[j] != "0" && !row[j].Contains('e', StringComparison.Ordinal)))
            {
                row[j] = row[j] + (Decimals(row[j]) == 0 ? "." : "") + new string('0', decimals - Decimals(row[j]));
            }
        }

        int[] widths = [.. Enumerable.Range(0, x.Columns).Select(j => cells.Max(row => row[j].Length))];
        (char Left, char Right) Bracket(int i) => x.Rows == 1 ? ('[', ']') : i == 0 ? ('⎡', '⎤') : i == x.Rows - 1 ? ('⎣', '⎦') : ('⎢', '⎥');
        return new([.. cells.Select((row, i) => Bracket(i).Left + string.Join(' ', row.Select((cell, j) => cell.PadLeft(widths[j]))) + Bracket(i).Right)]);
    }

    public static NumberBlock Join(IReadOnlyList<NumberBlock> blocks)
    {
        int height = blocks.Max(block => block.Lines.Length);
        return new([.. Enumerable.Range(0, height).Select(i => string.Join(' ', blocks.Select(block =>
        {
            int above = (height - block.Lines.Length) / 2;
            return (i >= above && i < above + block.Lines.Length ? block.Lines[i - above] : "").PadRight(block.Columns);
        })))]);
    }

    private static int Decimals(string number) =>
        number.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point && !number.Contains('e', StringComparison.Ordinal) ? number.Length - point - 1 : 0;

    private static string Number(double value)
    {
        string text = Math.Abs(value) is >= 1e5 or (< 0.00005 and > 0) ? value.ToString("0.0e0", CultureInfo.InvariantCulture) : value.ToString("0.####", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text.Replace('-', '−');
    }
}
