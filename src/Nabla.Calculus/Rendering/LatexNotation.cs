using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Rendering;

/// <summary>Formulas in LaTeX.</summary>
internal sealed class LatexNotation : Notation
{
    public override string DefinitionSign => "=";

    public override string UnequalSign => @"\neq";

    public override string UpdateSign => @"\leftarrow";

    protected internal override string NameOf(Name name)
    {
        string index = string.Concat(name.Letter.Reverse().TakeWhile(sign => char.IsAsciiDigit(sign) || sign is >= '₀' and <= '₉').Reverse());
        string word = name.Letter[..^index.Length];
        string letter = Sign(word) is string sign ? sign : word.Length == 1 ? word : $@"\mathrm{{{word.Replace("_", @"\_", StringComparison.Ordinal)}}}";
        if (index.Length > 0)
        {
            letter += $"_{{{string.Concat(index.Select(digit => digit is >= '₀' and <= '₉' ? (char)(digit - '₀' + '0') : digit))}}}";
        }

        return name.Superscript.Length == 0 ? letter : $"{letter}^{{{name.Superscript}}}";
    }

    /// <summary>A Greek letter, or one with something above; null where it is neither.</summary>
    internal static string? Sign(string letter) => letter switch
    {
        "Γ" => @"\Gamma",
        "Δ" => @"\Delta",
        [>= 'α' and <= 'ω' and var small] => @"\" + new[]
        {
            "alpha", "beta", "gamma", "delta", "varepsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "varsigma",
            "sigma", "tau", "upsilon", "varphi", "chi", "psi", "omega",
        }[small - 'α'],
        [var plain, '\u0302'] => $@"\hat{{{plain}}}",
        _ => null,
    };

    protected override string CoefficientOf(Coefficient value)
    {
        (IReadOnlyList<string> above, IReadOnlyList<string> below) = Parts(value);
        string up = above.Count == 0 ? "1" : string.Join(@"\,", above);
        return below.Count == 0 ? up : $@"\tfrac{{{up}}}{{{string.Join(@"\,", below)}}}";
    }

    protected override string Parentheses(string inner) => IsTall(inner) ? $@"\left({inner}\right)" : $"({inner})";

    protected override string Call(string function, string argument) => function == Function.Sqrt.Latex ? $@"\sqrt{{{argument}}}" : function + Parentheses(argument);

    protected override string Word(string word) => $@"\operatorname{{{word}}}";

    protected override string FunctionOf(Function function) => function.Latex;

    protected override string TransposeOf(string inner) => $@"{Base(inner, "_{")}^{{\mathsf T}}";

    protected override string SquaredNormOf(string inner) => $@"\left\lVert {inner} \right\rVert^2";

    protected override string NormOf(string inner) => $@"\left\lVert {inner} \right\rVert";

    protected override string QuotientOf(string above, string aboveInner, string below, string belowInner) => $@"\frac{{{aboveInner}}}{{{belowInner}}}";

    protected override string RaisedTo(string x, string exponent) =>
        $"{Base(x, "_{")}^{{{exponent.Replace("−", "-", StringComparison.Ordinal).Replace("ᵀ", @"\mathsf T", StringComparison.Ordinal).Replace("⊙", @"\odot ", StringComparison.Ordinal)}}}";

    protected override string Indexed(string letter, string index) => $"{letter}_{{{index}}}";

    protected override string InnerProductOf(string x, string y) => $@"\left\langle {x}, {y} \right\rangle";

    protected override string Below(string inner, IEnumerable<string> indices) =>
        $"{Base(inner, "^{")}_{{{string.Concat(indices.Select(index => index.Length == 1 ? index : $"{index[0]}_{{{index[1..]}}}"))}}}";

    protected override string SumOver(string index) => $@"\sum_{{{(index.Length == 1 ? index : $"{index[0]}_{{{index[1..]}}}")}}} ";

    private protected override string MinusSign => "-";

    protected override string Partial(string above, string below) => $@"\frac{{\partial {above}}}{{\partial {below}}}";

    protected override string OnesOf(Shape shape) => shape.Rows.IsOne && !shape.IsScalar ? @"\mathbf 1^{\mathsf T}" : @"\mathbf 1";

    protected override string Sign(Expr operation) => operation switch
    {
        Add => " + ",
        Subtract => " - ",
        Negate => "-",
        MatMul => @"\, ",
        Hadamard => @" \odot ",
        Quotient => @" \oslash ",
        Kron => @" \otimes ",
        Maximum => @"\max",
        Minimum => @"\min",
        LargestElement => @"\max",
        _ => throw new NotSupportedException($"{operation.Describe()} has no sign"),
    };

    private protected override string PowerOfTen(string factor, int exponent) => $@"{factor}{(factor is "" or "-" ? "" : @" \cdot ")}10^{{{exponent}}}";

    /// <summary>Whether parentheses around it must grow. Those that need not are written plainly: \left sets a space before itself, as in σ (z).</summary>
    private static bool IsTall(string inner) =>
        inner.Contains("frac{", StringComparison.Ordinal) || inner.Contains(@"\sum_", StringComparison.Ordinal) || inner.Contains(@"\left", StringComparison.Ordinal);

    /// <summary>What an exponent or an index stands at. A letter with one of them gets the other above or below it, not beside it.</summary>
    private static string Base(string x, string has)
    {
        int script = x.IndexOf(has, StringComparison.Ordinal);
        string letter = script < 0 ? x : x[..script];
        bool simple = letter.Length > 0 && letter.Skip(letter[0] == '\\' ? 1 : 0).All(char.IsAsciiLetter)
            && (script < 0 ? letter.Length == 1 || letter[0] == '\\' : x.IndexOf('}', StringComparison.Ordinal) == x.Length - 1);
        return simple ? x : $"{{{x}}}";
    }

    private protected override string DimOf(Dim dim)
    {
        // n₁ is written with a subscript: the digits below are the layer.
        int index = dim.Name.IndexOfAny(['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉']);
        return index < 1 ? dim.Name : $"{dim.Name[..index]}_{{{string.Concat(dim.Name[index..].Select(digit => (char)('0' + digit - '₀')))}}}";
    }
}
