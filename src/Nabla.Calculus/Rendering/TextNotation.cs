using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Rendering;

/// <summary>Formulas in Unicode, for a terminal.</summary>
internal sealed class TextNotation : Notation
{
    public override string DefinitionSign => "=";

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
        _ => throw new NotSupportedException($"{operation.Describe()} has no sign"),
    };

    private protected override string DimOf(Dim dim) => dim.Name;
}
