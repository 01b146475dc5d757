using System.Buffers;
using System.Globalization;
using System.Text;

namespace Nabla.Calculus.Rendering;

/// <summary>Breaks formulas and sentences at the width of a terminal.</summary>
internal static class Wrapping
{
    private const string Operators = "+−⊙⊘⊗=";

    private static readonly SearchValues<char> Ends = SearchValues.Create("+-*/,)");

    /// <summary>The number of columns that a text takes.</summary>
    public static int Columns(string text) => new StringInfo(text).LengthInTextElements;

    /// <summary>
    /// A formula in lines of a width: broken before operators, as far outside of parentheses as there is one; each further line stands behind the
    /// sign between the two sides.
    /// </summary>
    public static IReadOnlyList<string> Formula(string before, string formula, int width)
    {
        List<string> lines = [];
        string head = before;
        string rest = formula;
        int sign = formula.IndexOf(" = ", StringComparison.Ordinal);
        int hang = Columns(before) + Math.Min(sign < 0 ? 2 : Columns(formula[..sign]) + 3, 28);
        while (Columns(head) + Columns(rest) > width)
        {
            int at = Break(rest, width - Columns(head));
            if (at <= 0)
            {
                break;
            }

            lines.Add(head + rest[..at]);
            rest = rest[(at + 1)..];
            head = new(' ', hang);
        }

        lines.Add(head + rest);
        return lines;
    }

    /// <summary>Words in lines of a width.</summary>
    public static void Words(StringBuilder text, string words, int indent, int width)
    {
        int column = 0;
        foreach (string word in words.Split(' ').SelectMany(word => Pieces(word, width - indent)))
        {
            if (column > 0 && column + 1 + Columns(word) > width)
            {
                text.Append('\n');
                column = 0;
            }

            if (column == 0)
            {
                text.Append(' ', indent);
                column = indent;
            }
            else
            {
                text.Append(' ');
                column++;
            }

            text.Append(word);
            column += Columns(word);
        }

        text.Append('\n');
    }

    /// <summary>A word that is longer than a line, such as an expression without spaces, in pieces that end at its signs.</summary>
    private static IEnumerable<string> Pieces(string word, int width)
    {
        while (Columns(word) > width)
        {
            int at = word.AsSpan(0, width).LastIndexOfAny(Ends);
            at = at < width / 2 ? width : at + 1;
            yield return word[..at];
            word = word[at..];
        }

        yield return word;
    }

    /// <summary>The space to break at, or −1: outermost, before an operator, as far to the right as it fits.</summary>
    private static int Break(string formula, int room)
    {
        int depth = 0;
        int best = -1;
        int bestRank = int.MaxValue;
        int columns = 0;
        int seen = 0;
        for (int at = 0; at < formula.Length; at++)
        {
            char sign = formula[at];
            if (char.GetUnicodeCategory(sign) != UnicodeCategory.NonSpacingMark)
            {
                columns++;
            }

            if (columns - 1 > room && best > 0)
            {
                break;
            }

            depth += sign is '(' or '⟨' ? 1 : sign is ')' or '⟩' ? -1 : 0;
            if (sign != ' ' || at + 1 >= formula.Length)
            {
                continue;
            }

            seen++;
            bool isOperator = Operators.Contains(formula[at + 1], StringComparison.Ordinal) && at + 2 < formula.Length && formula[at + 2] == ' ';
            bool afterOperator = at > 0 && Operators.Contains(formula[at - 1], StringComparison.Ordinal) && (at < 2 || formula[at - 2] == ' ');
            if (afterOperator && formula[at - 1] != '=')
            {
                continue;
            }

            int rank = (depth * 3) + (isOperator ? 0 : 2) + (columns < room / 3 ? 100 : 0) + (formula[at + 1] == '=' && isOperator ? 200 : 0);
            if (rank <= bestRank || columns - 1 > room)
            {
                (best, bestRank) = (at, rank);
            }
        }

        return best;
    }
}
