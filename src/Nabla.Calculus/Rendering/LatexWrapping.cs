using System.Text;

namespace Nabla.Calculus.Rendering;

/// <summary>Breaks a displayed LaTeX formula that is wider than the page into lines of an aligned environment, which amsmath and KaTeX both know.</summary>
internal static class LatexWrapping
{
    private const double SpacedSign = 1.22;

    // What a formula may be broken before, with how reluctantly: sums first, then elementwise and Kronecker products, matrix products last.
    private static readonly (string Text, int Reluctance)[] Signs =
        [(" + ", 0), (" - ", 0), (" = ", 0), (@" \leftarrow ", 0), (@" \odot ", 1), (@" \oslash ", 1), (@" \otimes ", 1), (@"\, ", 2)];

    /// <summary>The formula as it is, or in lines of a width in em; lines after the first stand behind the sign between the two sides.</summary>
    public static string Displayed(string formula, double room)
    {
        if (Width(formula) <= room)
        {
            return formula;
        }

        // Between \left and \right there is no breaking; parentheses of a fixed size may stand in different lines.
        string open = Loosened(formula);
        int sign = Breaks(open).Where(place => place.Depth == 0 && open.AsSpan(place.At).StartsWith(" = ")).Select(place => place.At).FirstOrDefault(-1);
        double indent = sign < 0 ? 2 : Width(open[..sign]) + SpacedSign;
        bool isNarrow = indent <= room * 0.4;
        if (isNarrow && sign >= 0)
        {
            string[] lines = [.. Lines(open[(sign + 3)..], room - indent, room - indent)];
            return lines.Length == 1 ? formula : Aligned($"{open[..sign]} ={{}}& {lines[0]}", lines.Skip(1).Select(line => $"&{{}} {line}"));
        }

        // A long left side stands alone.
        string[] left = [.. Lines(sign < 0 ? open : open[..sign], room, room - 2)];
        string[] right = sign < 0 ? [] : [.. Lines(open[(sign + 1)..], room - 2, room - 4)];
        return left.Length + right.Length == 1 ? formula : Aligned($"& {left[0]}", left.Skip(1).Select(Indented(1)).Concat(right.Take(1).Select(Indented(1))).Concat(right.Skip(1).Select(Indented(2))));
    }

    private static Func<string, string> Indented(int quads) => line => "&" + string.Concat(Enumerable.Repeat(@"\quad ", quads)) + "{} " + line;

    private static string Aligned(string first, IEnumerable<string> further) => $"\\begin{{aligned}}\n  {string.Join(" \\\\\n  ", further.Prepend(first))}\n  \\end{{aligned}}";

    private static IEnumerable<string> Lines(string formula, double first, double further)
    {
        double room = first;
        while (Width(formula) > room)
        {
            int at = Break(formula, room);
            if (at < 0)
            {
                break;
            }

            yield return formula[..at];
            formula = formula[at..].TrimStart(' ');
            formula = formula.StartsWith(@"\, ", StringComparison.Ordinal) ? @"\cdot " + formula[3..] : formula;
            room = further;
        }

        yield return formula;
    }

    /// <summary>Where to break: outermost, as far to the right as it fits, but not in the first third.</summary>
    private static int Break(string formula, double room)
    {
        (int At, int Rank) best = (-1, int.MaxValue);
        foreach ((int at, int depth, int reluctance) in Breaks(formula))
        {
            double width = Width(formula[..at]);
            if (width > room && best.At >= 0)
            {
                break;
            }

            int rank = (depth * 3) + reluctance + (width < room / 3 ? 100 : 0) + (formula.AsSpan(at).StartsWith(" = ") ? 200 : 0);
            if (at > 0 && (rank <= best.Rank || width > room))
            {
                best = (at, rank);
            }
        }

        return best.At;
    }

    /// <summary>The places before signs that are in no argument and in no \left … \right, with the parentheses around them.</summary>
    private static IEnumerable<(int At, int Depth, int Reluctance)> Breaks(string formula)
    {
        int braces = 0;
        int parentheses = 0;
        for (int at = 0; at < formula.Length; at++)
        {
            char sign = formula[at];
            braces += sign == '{' || formula.AsSpan(at).StartsWith(@"\left\") || formula.AsSpan(at).StartsWith(@"\left(") ? 1
                : sign == '}' || formula.AsSpan(at).StartsWith(@"\right\") || formula.AsSpan(at).StartsWith(@"\right)") ? -1 : 0;
            parentheses += sign == '(' || formula.AsSpan(at).StartsWith(@"\langle") ? 1 : sign == ')' || formula.AsSpan(at).StartsWith(@"\rangle") ? -1 : 0;
            if (braces != 0)
            {
                continue;
            }

            foreach ((string text, int reluctance) in Signs)
            {
                if (formula.AsSpan(at).StartsWith(text))
                {
                    yield return (at, parentheses, reluctance);
                    break;
                }
            }
        }
    }

    private static string Loosened(string formula) => formula
        .Replace(@"\left\langle", @"\bigl\langle", StringComparison.Ordinal).Replace(@"\right\rangle", @"\bigr\rangle", StringComparison.Ordinal)
        .Replace(@"\left(", @"\bigl(", StringComparison.Ordinal).Replace(@"\right)", @"\bigr)", StringComparison.Ordinal);

    /// <summary>About how wide a formula is, in em: Computer Modern's average letters, signs with their spaces.</summary>
    internal static double Width(string formula)
    {
        int at = 0;
        return Sequence(formula, ref at);
    }

    private static double Sequence(string formula, ref int at)
    {
        double width = 0;
        while (at < formula.Length && formula[at] != '}')
        {
            char sign = formula[at];
            if (sign is '^' or '_')
            {
                at++;
                width += 0.72 * Argument(formula, ref at);
            }
            else if (sign is '{' or '\\')
            {
                width += Argument(formula, ref at);
            }
            else
            {
                at++;
                width += sign switch { ' ' or '&' => 0, '+' or '-' or '=' => SpacedSign, '(' or ')' => 0.39, ',' => 0.45, >= '0' and <= '9' => 0.5, >= 'A' and <= 'Z' => 0.78, _ => 0.53 };
            }
        }

        return width;
    }

    /// <summary>A group, a command with its arguments, or a single sign.</summary>
    private static double Argument(string formula, ref int at)
    {
        while (at < formula.Length && formula[at] == ' ')
        {
            at++;
        }

        if (at >= formula.Length)
        {
            return 0;
        }

        if (formula[at] == '{')
        {
            at++;
            double inner = Sequence(formula, ref at);
            at++;
            return inner;
        }

        if (formula[at] != '\\')
        {
            at++;
            return 0.55;
        }

        StringBuilder command = new();
        at++;
        while (at < formula.Length && char.IsAsciiLetter(formula[at]))
        {
            command.Append(formula[at++]);
        }

        if (command.Length == 0)
        {
            at++;
            return 0.17;
        }

        return command.ToString() switch
        {
            "frac" => Math.Max(Argument(formula, ref at), Argument(formula, ref at)) + 0.24,
            "tfrac" => (0.72 * Math.Max(Argument(formula, ref at), Argument(formula, ref at))) + 0.24,
            "sqrt" => Argument(formula, ref at) + 0.85,
            "operatorname" or "mathrm" or "mathsf" or "mathbf" or "hat" or "text" => Argument(formula, ref at) + 0.17,
            "left" or "right" or "bigl" or "bigr" => 0.1,
            "odot" or "oslash" or "otimes" or "leftarrow" or "neq" => SpacedSign,
            "sum" => 1.61,
            "quad" => 1,
            "langle" or "rangle" or "lVert" or "rVert" => 0.45,
            "log" or "exp" or "max" or "min" or "tanh" => (0.5 * command.Length) + 0.17,
            _ => 0.6,
        };
    }
}
