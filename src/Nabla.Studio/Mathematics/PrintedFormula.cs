using System.Text.RegularExpressions;
using Nabla.Calculus.Language;
using Nabla.Networks;

namespace Nabla.Studio.Mathematics;

/// <summary>
/// Formulas about a network as books and papers print them, put into the input language: δ² or \delta^2 is delta2, w¹ is W1, σ′(z²) is the derivative of the second
/// layer's activation, a dot or a cross between factors is *, (a⁰)ᵀ is (a0)'. What is in the input language already stays as it is.
/// </summary>
internal static partial class PrintedFormula
{
    private const string Raised = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    /// <summary>The formula in the input language.</summary>
    /// <param name="text">The formula as somebody wrote it.</param>
    /// <param name="scope">The names of the network.</param>
    /// <param name="network">The network, which knows the activation of each layer.</param>
    public static string Read(string text, Scope scope, Network network)
    {
        text = LatexWord().Replace(text, word => word.Groups["word"].Value switch
        {
            "delta" => "δ",
            "sigma" => "σ",
            "odot" or "circ" => "⊙",
            "cdot" or "times" => "*",
            "top" => "T",
            "left" or "right" or "," or ";" => "",
            _ => word.Value,
        });
        text = Transpose().Replace(text, "'");
        text = text.Replace('·', '*').Replace('⋅', '*').Replace('×', '*').Replace("∘", ".*", StringComparison.Ordinal).Replace('′', '\'').Replace('ᵀ', '\'').Replace('’', '\'').Replace("^{'}", "'", StringComparison.Ordinal);
        text = Indexed().Replace(text, name => NameIn(scope, name.Groups["letter"].Value, name.Groups["index"].Value) ?? name.Value);
        text = Bracketed().Replace(text, "${name}'");
        return AnyActivation().Replace(text, call =>
        {
            // The layer is the argument's; of another argument the first one's.
            int layer = int.TryParse(call.Groups["layer"].Value, out int known) && known <= network.Layers.Length ? known : 1;
            Activation activation = network.Layers[layer - 1].Activation;
            return $"{activation.Name.Replace('-', '_')}{call.Groups["prime"].Value}(";
        });
    }

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

    [GeneratedRegex(@"\\(?<word>[A-Za-z]+|[,;])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LatexWord();

    [GeneratedRegex(@"\^(T|\{\s*T\s*\})(?![\p{L}\d])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Transpose();

    [GeneratedRegex(@"(?<![\p{L}\d_])(?<letter>\p{L})(\^?\{\s*(?<index>\d{1,2})\s*\}|\^?(?<index>\d{1,2})|(?<index>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))(?![\p{L}\d_])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Indexed();

    [GeneratedRegex(@"(?<![\p{L}\d_'])\(\s*(?<name>\p{L}\d{1,2})\s*\)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"(?<![\p{L}\d_])[σf](?<prime>'?)\s*\((?=\s*(z(?<layer>\d{1,2}))?)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AnyActivation();
}
