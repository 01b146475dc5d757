using System.Net;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Rendering;

/// <summary>Formulas in MathML Core: the elements that stand inside a math element.</summary>
/// <param name="marksNames">Whether each name says which it is, in an attribute data-name, so that a page can answer when it is pointed at.</param>
internal sealed class MathMlNotation(bool marksNames = false) : Notation
{
    // What stands between two factors, in the width of TeX's thin space.
    private const string Thin = "0.1667em";

    // MathML Core knows no bold digit but the bold digit itself.
    private const string Ones = "<mn>𝟏</mn>";

    private static readonly string Root = Identifier(Function.Sqrt.Symbol);

    public override string DefinitionSign => "=";

    public override string UnequalSign => "≠";

    public override string UpdateSign => "←";

    private protected override string Space => $"<mspace width=\"{Thin}\"/>";

    private protected override string Comma => "<mo separator=\"true\">,</mo>";

    private protected override string Minus => "<mo form=\"prefix\">−</mo>";

    protected internal override string NameOf(Name name) =>
        marksNames ? $"<mrow class=\"name\" data-name=\"{WebUtility.HtmlEncode(name.ToString())}\">{Letters(name)}</mrow>" : Letters(name);

    private static string Letters(Name name)
    {
        string index = string.Concat(name.Letter.Reverse().TakeWhile(sign => char.IsAsciiDigit(sign) || sign is >= '₀' and <= '₉').Reverse());
        string letter = Identifier(name.Letter[..^index.Length]);
        string below = string.Concat(index.Select(digit => digit is >= '₀' and <= '₉' ? (char)(digit - '₀' + '0') : digit));
        return (index.Length, name.Superscript.Length) switch
        {
            (0, 0) => letter,
            (0, _) => $"<msup>{letter}<mn>{name.Superscript}</mn></msup>",
            (_, 0) => $"<msub>{letter}<mn>{below}</mn></msub>",
            _ => $"<msubsup>{letter}<mn>{below}</mn><mn>{name.Superscript}</mn></msubsup>",
        };
    }

    private protected override string Relate(string sign) => $"<mo>{WebUtility.HtmlEncode(sign)}</mo>";

    private protected override string Letter(string letter) => char.IsAsciiDigit(letter[0]) ? $"<mn>{letter}</mn>" : $"<mi>{letter}</mi>";

    protected override string CoefficientOf(Coefficient value)
    {
        (IReadOnlyList<string> above, IReadOnlyList<string> below) = Parts(value);
        static string Token(string part) => part.StartsWith('<') ? part : part.StartsWith('-') ? $"<mo form=\"prefix\">−</mo><mn>{part[1..]}</mn>" : $"<mn>{part}</mn>";
        string up = above.Count == 0 ? "<mn>1</mn>" : string.Concat(above.Select(Token));
        return below.Count == 0 ? up : $"<mfrac>{Row(up)}{Row(string.Concat(below.Select(Token)))}</mfrac>";
    }

    protected override string Parentheses(string inner) => IsTall(inner)
        ? $"<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>"
        : $"<mrow><mo stretchy=\"false\">(</mo>{inner}<mo stretchy=\"false\">)</mo></mrow>";

    protected override string Call(string function, string argument) => function == Root
        ? $"<msqrt>{Row(argument)}</msqrt>"
        : $"<mrow>{(function.StartsWith('<') ? function : Identifier(function))}<mo>&#x2061;</mo>{Parentheses(argument)}</mrow>";

    protected override string Word(string word) => $"<mi>{word}</mi>";

    protected override string FunctionOf(Function function) => Identifier(function.Symbol);

    protected override string TransposeOf(string inner) => Raised(inner, "<mi mathvariant=\"normal\">T</mi>");

    protected override string SquaredNormOf(string inner) => $"<msup>{NormOf(inner)}<mn>2</mn></msup>";

    protected override string NormOf(string inner) => $"<mrow><mo fence=\"true\">‖</mo>{inner}<mo fence=\"true\">‖</mo></mrow>";

    protected override string InnerProductOf(string x, string y) => $"<mrow><mo>⟨</mo>{x}{Comma}{y}<mo>⟩</mo></mrow>";

    protected override string QuotientOf(string above, string aboveInner, string below, string belowInner) => $"<mfrac>{Row(aboveInner)}{Row(belowInner)}</mfrac>";

    protected override string RaisedTo(string x, string exponent)
    {
        string above = exponent switch
        {
            "−ᵀ" => "<mo form=\"prefix\">−</mo><mi mathvariant=\"normal\">T</mi>",
            ['−', .. var number] => $"<mo form=\"prefix\">−</mo><mn>{number}</mn>",
            ['⊙', .. var power] => $"<mo form=\"prefix\">⊙</mo>{(power.StartsWith('<') ? power : $"<mn>{power}</mn>")}",
            _ => exponent.StartsWith('<') ? exponent : $"<mn>{exponent}</mn>",
        };
        return Raised(x, Row(above));
    }

    protected override string Indexed(string letter, string index) => $"<msub>{Row(letter)}{Row(index)}</msub>";

    protected override string Below(string inner, IEnumerable<string> indices)
    {
        const string Open = "<msup><mi>", Close = "</mn></msup>";
        string below = Row(string.Concat(indices.Select(index => $"<mi>{index}</mi>")));
        int superscript = inner.LastIndexOf("<mn>", StringComparison.Ordinal);
        return inner.StartsWith(Open, StringComparison.Ordinal) && inner.IndexOf(Close, StringComparison.Ordinal) == inner.Length - Close.Length
            ? $"<msubsup>{inner["<msup>".Length..superscript]}{below}{inner[superscript..^"</msup>".Length]}</msubsup>"
            : $"<msub>{Row(inner)}{below}</msub>";
    }

    protected override string SumOver(string index) => $"<munder><mo movablelimits=\"false\">∑</mo><mi>{index}</mi></munder>";

    protected override string Partial(string above, string below) => $"<mfrac><mrow><mo>∂</mo>{above}</mrow><mrow><mo>∂</mo>{below}</mrow></mfrac>";

    protected override string OnesOf(Shape shape) => shape.Rows.IsOne && !shape.IsScalar ? TransposeOf(Ones) : Ones;

    protected override string Sign(Expr operation) => operation switch
    {
        Add => "<mo>+</mo>",
        Subtract => "<mo>−</mo>",
        Negate => Minus,
        MatMul => $"<mo lspace=\"0em\" rspace=\"{Thin}\">&#x2062;</mo>",
        Hadamard => "<mo>⊙</mo>",
        Quotient => "<mo>⊘</mo>",
        Kron => "<mo>⊗</mo>",
        Maximum or LargestElement => "<mi>max</mi>",
        Minimum => "<mi>min</mi>",
        _ => throw new NotSupportedException($"{operation.Describe()} has no sign"),
    };

    private protected override string DimOf(Dim dim) => dim.IsNumber ? $"<mn>{dim.Value}</mn>" : string.Concat(dim.Factors.Select(factor => Letters(new(factor.Name))));

    private protected override string PowerOfTen(string factor, int exponent) =>
        $"<mrow>{(factor is "" or "-" ? factor == "-" ? Minus : "" : $"<mn>{factor}</mn><mo>·</mo>")}<msup><mn>10</mn>{(exponent < 0 ? Row($"{Minus}<mn>{-exponent}</mn>") : $"<mn>{exponent}</mn>")}</msup></mrow>";

    /// <summary>x with something above; an index below x stays below it, not beside it.</summary>
    private static string Raised(string x, string above)
    {
        const string Open = "<msub>", Close = "</msub>";
        return x.StartsWith(Open, StringComparison.Ordinal) && x.IndexOf(Close, StringComparison.Ordinal) == x.Length - Close.Length
            ? $"<msubsup>{x[Open.Length..^Close.Length]}{above}</msubsup>"
            : $"<msup>{Row(x)}{above}</msup>";
    }

    private static string Row(string inner) => $"<mrow>{inner}</mrow>";

    /// <summary>Whether parentheses around it must grow; around an exponent alone they had better not.</summary>
    private static bool IsTall(string inner) =>
        inner.Contains("<mfrac>", StringComparison.Ordinal) || inner.Contains("<munder>", StringComparison.Ordinal) || inner.Contains("<mo>(", StringComparison.Ordinal);

    /// <summary>A name; the sign of a derivative is high by itself and is not raised once more.</summary>
    private static string Identifier(string name)
    {
        string plain = WebUtility.HtmlEncode(name.TrimEnd('′', '\''));
        return name.EndsWith('′') || name.EndsWith('\'') ? $"<mrow><mi>{plain}</mi><mo lspace=\"0em\" rspace=\"0em\">′</mo></mrow>" : $"<mi>{plain}</mi>";
    }
}
