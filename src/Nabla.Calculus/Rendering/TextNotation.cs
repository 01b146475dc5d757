using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Rendering;

/// <summary>Formulas in Unicode, for a terminal.</summary>
internal sealed class TextNotation : Notation
{
    private static readonly IReadOnlyDictionary<char, char> Raised = "0123456789−ᵀ".Zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ").ToDictionary(pair => pair.First, pair => pair.Second);

    public override string DefinitionSign => "=";

    public override string UnequalSign => "≠";

    public override string UpdateSign => "←";

    protected internal override string NameOf(Name name) => name.ToString();

    protected override string CoefficientOf(Coefficient value)
    {
        (IReadOnlyList<string> above, IReadOnlyList<string> below) = Parts(value);
        return (above, below) switch
        {
            ([], ["2"]) => "½",
            ([], ["4"]) => "¼",
            (_, []) => above.Count == 0 ? "1" : string.Concat(above),
            _ => $"({(above.Count == 0 ? "1" : string.Concat(above))}/{(below.Count == 1 ? below[0] : $"({string.Concat(below)})")})",
        };
    }

    protected override string Parentheses(string inner) => $"({inner})";

    protected override string Call(string function, string argument) => $"{function}({argument})";

    protected override string Word(string word) => word;

    protected override string FunctionOf(Function function) => function.Symbol;

    protected override string TransposeOf(string inner) => inner + "ᵀ";

    protected override string SquaredNormOf(string inner) => $"‖{inner}‖²";

    protected override string NormOf(string inner) => $"‖{inner}‖";

    protected override string QuotientOf(string above, string aboveInner, string below, string belowInner) => $"{above}/{below}";

    protected override string RaisedTo(string x, string exponent) =>
        exponent.All(Raised.ContainsKey) ? x + string.Concat(exponent.Select(sign => Raised[sign])) : $"{x}^{(exponent.Length > 2 ? Parentheses(exponent) : exponent)}";

    protected override string Indexed(string letter, string index) => $"{letter}({index})";

    protected override string InnerProductOf(string x, string y) => $"⟨{x}, {y}⟩";

    protected override string Below(string inner, IEnumerable<string> indices) => inner + string.Concat(string.Concat(indices).Select(Lower));

    protected override string SumOver(string index) => "Σ" + string.Concat(index.Select(Lower)) + " ";

    private static char Lower(char letter) => "ijklprsthouvxea0123456789".IndexOf(letter, StringComparison.Ordinal) is >= 0 and var at
        ? "ᵢⱼₖₗₚᵣₛₜₕₒᵤᵥₓₑₐ₀₁₂₃₄₅₆₇₈₉"[at] : letter;

    protected override string Partial(string above, string below) => $"∂{above}/∂{below}";

    protected override string OnesOf(Shape shape) => shape.Rows.IsOne && !shape.IsScalar ? "1ᵀ" : "1";

    protected override string Sign(Expr operation) => operation switch
    {
        Add => " + ",
        Subtract => " − ",
        Negate => "−",
        MatMul => " ",
        Hadamard => " ⊙ ",
        Quotient => " ⊘ ",
        Kron => " ⊗ ",
        Maximum => "max",
        Minimum => "min",
        LargestElement => "max",
        _ => throw new NotSupportedException($"{operation.Describe()} has no sign"),
    };

    private protected override string DimOf(Dim dim) => dim.Name;

    private protected override string PowerOfTen(string factor, int exponent) =>
        $"{factor}{(factor is "" or "-" ? "" : "·")}10{(exponent < 0 ? "⁻" : "")}{new Name("", $"{Math.Abs(exponent)}")}";
}
