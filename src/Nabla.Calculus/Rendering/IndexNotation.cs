using Nabla.Calculus.Derivations.Indices;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Rendering;

/// <summary>The part of a notation that writes formulas of elements.</summary>
public abstract partial class Notation
{
    /// <summary>The formula.</summary>
    public string Print(IndexFormula formula)
    {
        ArgumentNullException.ThrowIfNull(formula);
        return Write(formula).Text;
    }

    /// <summary>A line in elements.</summary>
    public string Print(IndexFormula left, string sign, IndexFormula right) => Print(left) + Relate(sign) + Print(right);

    /// <summary>Something with indices below.</summary>
    protected abstract string Below(string inner, IEnumerable<string> indices);

    /// <summary>The sign of a sum over an index, with its space.</summary>
    protected abstract string SumOver(string index);

    private (string Text, int Level) Write(IndexFormula formula)
    {
        string At(IndexFormula inner, int level)
        {
            (string text, int own) = Write(inner);
            return own >= level ? text : Parentheses(text);
        }

        switch (formula)
        {
            case Element element:
                return (Write(element), FactorLevel);
            case ElementDerivative { F: var f, X: var x }:
                return (Partial(Write(f), Write(x)), FactorLevel);
            case Kronecker { I: var i, J: var j }:
                return (Below(NameOf(new("δ")), [i.Name, j.Name]), AtomLevel);
            case IndexNumber number:
                return (CoefficientOf(number.Value), number.Value.Number < 0 ? SumLevel : AtomLevel);
            case IndexSum sum:
                return (SumOver(sum.Index.Name) + At(sum.Body, ProductLevel), ProductLevel);
            case IndexTerms terms:
                string text = "";
                foreach ((IndexFormula term, bool negative) in terms.Items)
                {
                    text += text.Length == 0 ? negative ? Minus : "" : negative ? Relate(MinusSign) : Relate("+");
                    text += At(term, ProductLevel);
                }

                return (text, SumLevel);
            case IndexProduct product:
                return (string.Join(Space, product.Factors.Select((factor, at) => At(factor, factor is IndexSum && at == product.Factors.Length - 1 ? ProductLevel : FactorLevel))), ProductLevel);
            case IndexQuotient quotient:
                return (QuotientOf(At(quotient.Above, FactorLevel), Print(quotient.Above), At(quotient.Below, PostfixLevel), Print(quotient.Below)), ProductLevel);
            case IndexCall call:
                return (Call(FunctionOf(call.Function), Print(call.Argument)), AtomLevel);
            case IndexPower power:
                return (RaisedTo(power.Base is Element { Of: Symbol { Name.Superscript: "" } or Named { Name.Superscript: "" } } ? Print(power.Base) : Parentheses(Print(power.Base)), power.Exponent is IndexNumber { Value: { Powers.IsEmpty: true, Number: var k } } && k == Math.Round(k)
                    ? $"{k}".Replace('-', '−') : Print(power.Exponent)), PostfixLevel);
            case IndexExtreme extreme:
                return (Call(Word(extreme.IsLarger ? "max" : "min"), Print(extreme.X) + Comma + Print(extreme.Y)), AtomLevel);
            default:
                throw new NotSupportedException($"{formula.GetType().Name} has no notation");
        }
    }

    private string Write(Element element)
    {
        string[] indices = [.. new[] { element.Row?.Name, element.Column?.Name }.OfType<string>()];
        if (element.Of is Gradient { Operands: [var c, var x] })
        {
            return Partial(Print(c), Write(new Element(x, element.Row, element.Column)));
        }

        if (element.Of is Differential { Of: var of })
        {
            return Letter("d") + Write(new Element(of, element.Row, element.Column));
        }

        string inner = Print(element.Of);
        string name = element.Of switch { Symbol symbol => symbol.Name.ToString(), Named named => named.Name.ToString(), _ => "?0" };
        bool simple = element.Of is Symbol or Named && !char.IsAsciiDigit(name[^1]) && name[^1] is not (>= '₀' and <= '₉');
        return indices.Length == 0 ? inner : Below(simple ? inner : Parentheses(inner), indices);
    }

    /// <summary>The sign of a difference.</summary>
    private protected virtual string MinusSign => "−";

    /// <summary>The sign of a negative.</summary>
    private protected virtual string Minus => MinusSign;
}
