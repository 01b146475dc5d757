using System.Text;
using System.Text.RegularExpressions;
using Nabla.Calculus.Language;
using Nabla.Networks;

namespace Nabla.Studio.Mathematics;

/// <summary>
/// Formulas about a network as books, papers, "nabla derive" and the page print them, put into the input language: δ² or \delta^2 is delta2, w¹ is W1, σ′(z²) is the
/// derivative of the second layer's activation, a dot, a cross or nothing at all between factors is *, (a⁰)ᵀ is (a0)'. For one sample A, Δ and m of a batch are a, δ
/// and 1. What is in the input language already stays as it is.
/// </summary>
internal static partial class PrintedFormula
{
    private const string Raised = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    private const int FunctionApplication = 0x2061;
    private const int InvisibleTimes = 0x2062;

    /// <summary>Unicode's mathematical alphabets that formulas of the page are copied in: bold and slanted Latin, slanted Greek, bold digits.</summary>
    private static readonly (int First, int Last, char Letter)[] alphabets =
        [(0x1D400, 0x1D419, 'A'), (0x1D41A, 0x1D433, 'a'), (0x1D434, 0x1D44D, 'A'), (0x1D44E, 0x1D467, 'a'), (0x1D6E2, 0x1D6FA, 'Α'), (0x1D6FC, 0x1D714, 'α'), (0x1D7CE, 0x1D7D7, '0')];

    /// <summary>What a whole line says: by which parameter it differentiates, if it is an equation for that, and its right side.</summary>
    /// <param name="line">∂C/∂W² = δ² (a¹)ᵀ, as text or LaTeX, with a label before and shapes behind where they were copied too; or the right side alone.</param>
    public static (string? Parameter, string Formula) Side(string line)
    {
        line = Plain(line);
        Match match = Equation().Match(line);
        return match.Success
            ? ($"{match.Groups["letter"].Value}{Digits(match.Groups["index"].Value)}", ShapesBehind().Replace(match.Groups["right"].Value, ""))
            : (null, line);
    }

    /// <summary>
    /// MathML that was copied from a page has a line for every sign, slanted letters, and invisible signs for products and calls: the letters become plain ones, the
    /// lines one, and a product a space.
    /// </summary>
    private static string Plain(string text)
    {
        StringBuilder plain = new();
        bool isMathMl = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            (int first, int last, char letter) = alphabets.FirstOrDefault(alphabet => rune.Value >= alphabet.First && rune.Value <= alphabet.Last);
            isMathMl |= first > 0 || rune.Value is InvisibleTimes or FunctionApplication;
            plain.Append(first > 0 ? $"{(char)(letter + rune.Value - first)}" : rune.ToString());
        }

        return isMathMl
            ? WhiteSpace().Replace(plain.ToString(), "").Replace((char)InvisibleTimes, ' ').Replace($"{(char)FunctionApplication}", "", StringComparison.Ordinal)
            : text;
    }

    /// <summary>Whether a formula is written in elements: with indices below, or with a sum over one.</summary>
    public static bool IsInElements(string text) => Elements().IsMatch(text);

    /// <summary>The formula in the input language.</summary>
    /// <param name="text">The formula as somebody wrote it.</param>
    /// <param name="scope">The names of the network.</param>
    /// <param name="network">The network, which knows the activation of each layer.</param>
    public static string Read(string text, Scope scope, Network network)
    {
        text = Tag().Replace(text, "");
        text = Operator().Replace(text, "${name}");
        text = Fraction().Replace(text, "((${above})/(${below}))");
        text = LatexWord().Replace(text, word => word.Groups["word"].Value switch
        {
            "delta" => "δ",
            "Delta" => "Δ",
            "sigma" => "σ",
            "odot" or "circ" => "⊙",
            "cdot" or "times" => "*",
            "top" => "T",
            "left" or "right" or "," or ";" or "mathsf" or "mathbf" or "mathrm" => " ",
            string function when word.Value.Length > 2 && text.AsSpan(word.Index + word.Length).TrimStart() is ['(' or '\'' or '{', ..] => function,
            _ => word.Value,
        });
        text = Transpose().Replace(text, "'");
        text = text.Replace('·', '*').Replace('⋅', '*').Replace('×', '*').Replace("∘", ".*", StringComparison.Ordinal).Replace('′', '\'').Replace('ᵀ', '\'').Replace('’', '\'').Replace("^{'}", "'", StringComparison.Ordinal)
            .Replace("½", "(1/2)", StringComparison.Ordinal).Replace("¼", "(1/4)", StringComparison.Ordinal);
        text = Indexed().Replace(text, name => $"{NameIn(scope, name.Groups["letter"].Value, name.Groups["index"].Value) ?? name.Value}{(IsWord(text, name.Index + name.Length) ? " " : "")}");
        text = BareTranspose().Replace(text, "'");
        text = text.Replace('{', '(').Replace('}', ')');
        text = Bracketed().Replace(text, "${name}'");
        text = AnyActivation().Replace(text, call =>
        {
            // The layer is the argument's; of another argument the first one's.
            int layer = int.TryParse(call.Groups["layer"].Value, out int known) && known <= network.Layers.Length ? known : 1;
            Activation activation = network.Layers[layer - 1].Activation;
            return $"{activation.Name.Replace('-', '_')}{call.Groups["prime"].Value}(";
        });
        return WithProducts(text, scope).Trim();
    }

    /// <summary>
    /// Puts a * where two factors stand beside each other, and a vector of ones for the 1 of 1 − a. A name that is no variable may be a function: before a bracket it is
    /// left as a call.
    /// </summary>
    private static string WithProducts(string text, Scope scope)
    {
        StringBuilder all = new();
        Match[] tokens = [.. Token().Matches(text).Cast<Match>()];
        (bool isOperand, bool isFirst) = (false, true);
        for (int i = 0; i < tokens.Length; i++)
        {
            string word = tokens[i].Value;
            if (string.IsNullOrWhiteSpace(word))
            {
                all.Append(word);
                continue;
            }

            (bool isName, bool isNumber) = (tokens[i].Groups["name"].Success, tokens[i].Groups["number"].Success);
            if (isName && word.Length == 1 && !scope.Variables.ContainsKey(word))
            {
                // What a batch has in capitals and m times has one sample in small letters and once.
                string small = word.ToLowerInvariant();
                word = scope.Variables.ContainsKey(small) ? small : word == "m" ? "1" : word;
            }

            if (isOperand && (isName || isNumber || word == "("))
            {
                all.Length -= all[^1] == ' ' ? 1 : 0;
                all.Append('*');
            }

            all.Append(word == "1" && isFirst ? OnesBeside(tokens.AsSpan(i + 1), scope) ?? word : word);
            isOperand = isName ? scope.Variables.ContainsKey(word) || char.IsAsciiDigit(word[0]) : isNumber || word is ")" or "]" || (isOperand && word == "'");
            isFirst = word == "(";
        }

        return all.ToString();
    }

    /// <summary>The ones that a printed 1 stands for where something is added to it or subtracted: as many as the next name has; null where it is the number.</summary>
    private static string? OnesBeside(ReadOnlySpan<Match> after, Scope scope)
    {
        bool isSum = false;
        foreach (Match token in after)
        {
            if (token.Value is "-" or "−" or "+")
            {
                isSum = true;
            }
            else if (isSum && scope.Variables.TryGetValue(token.Value, out Calculus.Expressions.Expr? name))
            {
                return name.Shape.IsScalar ? null : AsciiNotation.Print(name.Pool.Ones(name.Shape.Rows, name.Shape.Columns));
            }
            else if (!isSum && !string.IsNullOrWhiteSpace(token.Value))
            {
                return null;
            }
        }

        return null;
    }

    private static bool IsWord(string text, int at) => at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '_');

    /// <summary>
    /// The name of the scope that a letter with an index means. Where there is none it is a name that nobody knows, of which the checker says so; null where it is the
    /// power of a name, as y².
    /// </summary>
    private static string? NameIn(Scope scope, string letter, string index)
    {
        string[] written = [.. new[] { letter, letter.ToUpperInvariant(), letter.ToLowerInvariant() }.Select(one => AsciiNotation.NameOf(new Calculus.Expressions.Name(one, Digits(index))))];
        return written.FirstOrDefault(scope.Variables.ContainsKey) ?? (index.Any(char.IsAsciiDigit) || scope.Variables.ContainsKey(letter) ? null : written[0]);
    }

    private static string Digits(string index) => string.Concat(index.Select(digit => Raised.IndexOf(digit, StringComparison.Ordinal) is >= 0 and var value ? (char)('0' + value) : digit));

    [GeneratedRegex(@"(d\s*C\s*/\s*d|∂\s*C\s*/?\s*∂|\\[td]?frac\s*\{\s*\\partial\s+C\s*\}\s*\{\s*\\partial)\s*(?<letter>[WwBb])(\^?\{\s*(?<index>\d{1,2})\s*\}|\^?(?<index>\d{1,2})|(?<index>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))\s*\}?\s*&?=(?<right>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Equation();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"\s{2,}[\dm]+×[\dm×·⊗+= ]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ShapesBehind();

    [GeneratedRegex(@"[ᵢⱼₖₗₚᵣₛₜ]|Σ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Elements();

    [GeneratedRegex(@"\\tag\{[^{}]*\}|\\\\\s*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\\operatorname\s*\{(?<name>[A-Za-z]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Operator();

    [GeneratedRegex(@"\\[td]?frac\s*\{(?<above>[^{}]*)\}\s*\{(?<below>[^{}]*)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fraction();

    [GeneratedRegex(@"\\(?<word>[A-Za-z]+|[,;])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LatexWord();

    [GeneratedRegex(@"\^(T|\{\s*T\s*\})(?![\p{L}\d])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Transpose();

    [GeneratedRegex(@"(?<=\))T(?![\p{L}\d_])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BareTranspose();

    [GeneratedRegex(@"(?<![\p{L}\d_])(?<letter>\p{L})(\^?\{\s*(?<index>\d{1,2})\s*\}|\^?(?<index>\d{1,2})(?![\p{L}\d_])|(?<index>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Indexed();

    [GeneratedRegex(@"(?<![\p{L}\d_'])\(\s*(?<name>\p{L}\d{1,2})\s*\)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"(?<![\p{L}\d_])[σf](?<prime>'?)\s*\((?=\s*(z(?<layer>\d{1,2}))?)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AnyActivation();

    [GeneratedRegex(@"(?<name>[\p{L}_][\p{L}\d_]*)|(?<number>\d+(\.\d+)?([eE][+-]?\d+)?)|\s+|.", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Token();
}
