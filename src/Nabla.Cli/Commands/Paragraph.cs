using System.Globalization;

namespace Nabla.Cli.Commands;

/// <summary>Breaks long lines at the width of a terminal.</summary>
internal static class Paragraph
{
    private const string Operators = "+-*,";

    /// <summary>Text in lines of a width: broken at spaces, and a formula without any before its operators; further lines begin further in.</summary>
    /// <param name="output">Where it is written to.</param>
    /// <param name="text">One line, which may begin with spaces.</param>
    /// <param name="hang">With how many spaces further lines begin.</param>
    /// <param name="width">The width.</param>
    public static void Write(TextWriter output, string text, int hang, int width)
    {
        string rest = text;
        while (Columns(rest) > width && Break(rest, width, rest.Length - rest.TrimStart().Length) is > 0 and int at)
        {
            output.WriteLine(rest[..at].TrimEnd());
            rest = new string(' ', hang) + rest[at..].TrimStart();
        }

        output.WriteLine(rest);
    }

    private static int Columns(string text) => new StringInfo(text).LengthInTextElements;

    /// <summary>The last place to break at that fits; 0 where there is none.</summary>
    private static int Break(string text, int width, int indent)
    {
        (int space, int sign, int columns) = (0, 0, 0);
        for (int at = 0; at < text.Length; at++)
        {
            columns += char.GetUnicodeCategory(text[at]) == UnicodeCategory.NonSpacingMark ? 0 : 1;
            if (at > indent && text[at] == ' ' && columns - 1 <= width)
            {
                space = at;
            }

            if (columns > width)
            {
                break;
            }

            bool isSign = Operators.Contains(text[at], StringComparison.Ordinal) || (text[at] == '.' && at + 1 < text.Length && "*/^".Contains(text[at + 1], StringComparison.Ordinal));
            if (at > indent && isSign && text[at - 1] is not ('e' or 'E' or '.' or '('))
            {
                sign = text[at] == ',' && columns < width ? at + 1 : at;
            }
        }

        // A long formula is not left behind a nearly empty line.
        return space > indent + ((width - indent) / 3) ? space : sign > indent ? sign : space;
    }
}
