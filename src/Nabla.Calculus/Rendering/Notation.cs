using System.Globalization;
using System.Runtime.CompilerServices;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Rendering;

/// <summary>
/// Prints expressions. What is common to all notations, above all where parentheses go, stands here; a notation says how each
/// sign is written.
/// </summary>
public abstract partial class Notation
{
    private const int SumLevel = 1;
    private const int ProductLevel = 2;
    private const int FactorLevel = 3;
    private const int PostfixLevel = 4;
    private const int AtomLevel = 5;

    /// <summary>Unicode text.</summary>
    public static Notation Text { get; } = new TextNotation();

    /// <summary>LaTeX, for use in mathematics mode.</summary>
    public static Notation Latex { get; } = new LatexNotation();

    /// <summary>MathML Core, presentational: what stands inside a math element.</summary>
    public static Notation MathMl { get; } = new MathMlNotation();

    /// <summary>MathML Core in which each name says which it is: an element of the class <c>name</c> with the name in <c>data-name</c>, such as <c>δ²</c>.</summary>
    public static Notation MathMlWithNames { get; } = new MathMlNotation(marksNames: true);

    /// <summary>The formula of an expression. A name is printed as the name.</summary>
    /// <exception cref="InsufficientExecutionStackException">The expression is too deep for the stack of the calling thread.</exception>
    public string Print(Expr expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        try
        {
            return Write(expression).Text;
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new InsufficientExecutionStackException(
                $"{expression.Describe()} is {expression.Depth} operations deep, too deep to be printed on the stack of this thread; give intermediate results names", e);
        }
    }

    /// <summary>A line: left side, sign, right side.</summary>
    public string Print(Expr left, string sign, Expr right) => Print(left) + Relate(sign) + Print(right);

    /// <summary>A sign between two sides, with its spaces.</summary>
    private protected virtual string Relate(string sign) => $" {sign} ";

    /// <summary>A single letter or digit that is no name: the d of a differential, I, 0.</summary>
    private protected virtual string Letter(string letter) => letter;

    /// <summary>What stands between two factors of which the first is a scalar.</summary>
    private protected virtual string Space => " ";

    /// <summary>What stands between two arguments.</summary>
    private protected virtual string Comma => ", ";

    /// <summary>The sign of a definition.</summary>
    public abstract string DefinitionSign { get; }

    /// <summary>The sign between what differs.</summary>
    public abstract string UnequalSign { get; }

    /// <summary>The sign of an update.</summary>
    public abstract string UpdateSign { get; }

    /// <summary>A name.</summary>
    protected internal abstract string NameOf(Name name);

    /// <summary>A constant: a number times a quotient of products of dimensions.</summary>
    protected abstract string CoefficientOf(Coefficient value);

    /// <summary>Something in parentheses.</summary>
    protected abstract string Parentheses(string inner);

    /// <summary>A call of a named function.</summary>
    protected abstract string Call(string function, string argument);

    /// <summary>A function by a word of several letters.</summary>
    protected abstract string Word(string word);

    /// <summary>The name of an elementwise function.</summary>
    protected abstract string FunctionOf(Function function);

    /// <summary>The transpose of something printed.</summary>
    protected abstract string TransposeOf(string inner);

    /// <summary>‖x‖².</summary>
    protected abstract string SquaredNormOf(string inner);

    /// <summary>‖x‖.</summary>
    protected abstract string NormOf(string inner);

    /// <summary>x / s: the numerator and the divisor in a line, and as they stand where a fraction needs no parentheses.</summary>
    protected abstract string QuotientOf(string above, string aboveInner, string below, string belowInner);

    /// <summary>x with an exponent.</summary>
    protected abstract string RaisedTo(string x, string exponent);

    /// <summary>A letter with an index below.</summary>
    protected abstract string Indexed(string letter, string index);

    /// <summary>⟨X, Y⟩.</summary>
    protected abstract string InnerProductOf(string x, string y);

    /// <summary>∂f/∂x.</summary>
    protected abstract string Partial(string above, string below);

    /// <summary>The sign of a binary operation, with its spaces.</summary>
    protected abstract string Sign(Expr operation);

    /// <summary>The number one as a matrix.</summary>
    protected abstract string OnesOf(Shape shape);

    private (string Text, int Level) Write(Expr e)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        string At(Expr x, int level)
        {
            (string text, int own) = Write(x);
            return own >= level ? text : Parentheses(text);
        }

        string Inner(Expr x) => Write(x).Text;
        string Raisable(Expr x) => x is Symbol { Name.Superscript: "" } or Named { Name.Superscript: "" } ? Inner(x) : Parentheses(Inner(x));
        string Vectorized(Expr x) => x.Shape.IsColumn ? At(x, AtomLevel) : x is Named or Symbol ? Word("vec") + Space + Inner(x) : Call(Word("vec"), Inner(x));
        switch (e)
        {
            case Symbol symbol:
                return (NameOf(symbol.Name), AtomLevel);
            case Named named:
                return (NameOf(named.Name), AtomLevel);
            case Constant constant:
                return (CoefficientOf(constant.Value), constant.Value.Number < 0 ? SumLevel : AtomLevel);
            case Ones:
                return (OnesOf(e.Shape), AtomLevel);
            case Zeros:
                return (Letter("0"), AtomLevel);
            case Eye:
                return (Letter("I"), AtomLevel);
            case Differential { Of: var of }:
                return (Letter("d") + At(of, AtomLevel), FactorLevel);
            case Add { Operands: [var x, var y] }:
                return (At(x, SumLevel) + Sign(e) + At(y, BeginsWithSign(y) ? ProductLevel : SumLevel), SumLevel);
            case Subtract { Operands: [var x, var y] }:
                return (At(x, SumLevel) + Sign(e) + At(y, ProductLevel), SumLevel);
            case Negate { Operands: [var x] }:
                return (Sign(e) + At(x, ProductLevel), SumLevel);
            case Scale { Factor: var s, Of: var x }:
                return (At(s, FactorLevel) + Space + At(x, x is Scale { Factor: Constant } ? AtomLevel : ProductLevel), ProductLevel);
            case MatMul { Operands: [var x, var y] }:
                return (At(x, x is MatMul ? ProductLevel : FactorLevel) + Sign(e) + At(y, FactorLevel), ProductLevel);
            case Hadamard { Operands: [var x, var y] }:
                return (At(x, x is Hadamard ? ProductLevel : FactorLevel) + Sign(e) + At(y, y is Hadamard ? ProductLevel : FactorLevel), ProductLevel);
            case Quotient or Kron:
                return (At(e.Operands[0], FactorLevel) + Sign(e) + At(e.Operands[1], FactorLevel), ProductLevel);
            case Maximum or Minimum:
                return (Call(Sign(e), Inner(e.Operands[0]) + Comma + Inner(e.Operands[1])), AtomLevel);
            case Transpose { Operands: [var x] }:
                return (TransposeOf(x is Eye or Diag or Vec or Softmax or Apply or Unvec or DiagonalOf or Exponential ? Inner(x) : Raisable(x)), PostfixLevel);
            case Apply apply:
                return (Call(FunctionOf(apply.Function), Inner(apply.Operands[0])), AtomLevel);
            case SquaredNorm { Operands: [var x] }:
                return (SquaredNormOf(Inner(x)), AtomLevel);
            case Sum { Operands: [Hadamard { Operands: [var g, Differential dX] }] }:
                return (InnerProductOf(Inner(g), Inner(dX)), AtomLevel);
            case Sum { Operands: [var x] }:
                return (Call(Word("sum"), Inner(x)), AtomLevel);
            case Softmax { Operands: [var x] }:
                return (Call(Word("softmax"), Inner(x)), AtomLevel);
            case LogSumExp { Operands: [var x] }:
                return (Call(Word("lse"), Inner(x)), AtomLevel);
            case Diag { Operands: [var x] }:
                return (Call(Word("diag"), Inner(x)), AtomLevel);
            case Vec { Operands: [var x] }:
                return (Call(Word("vec"), Inner(x)), AtomLevel);
            case Divide { Of: var x, Divisor: var s }:
                return (QuotientOf(At(x, ProductLevel), Inner(x), At(s, PostfixLevel), Inner(s)), ProductLevel);
            case Trace:
                return (Call(Word("tr"), Inner(e.Operands[0])), AtomLevel);
            case Determinant:
                return (Call(Word("det"), Inner(e.Operands[0])), AtomLevel);
            case LogDeterminant:
                return (Call(Word("logdet"), Inner(e.Operands[0])), AtomLevel);
            case Inverse { Operands: [Transpose { Operands: [var x] }] }:
                return (RaisedTo(Raisable(x), "−ᵀ"), PostfixLevel);
            case Inverse { Operands: [var x] }:
                return (RaisedTo(Raisable(x), "−1"), PostfixLevel);
            case Power { Operands: [var x], Exponent: var k }:
                return (RaisedTo(Raisable(x), $"{k}".Replace('-', '−')), PostfixLevel);
            case ElementPower { Of: var x, Exponent: var p }:
                return (RaisedTo(Raisable(x), (x.Shape.IsScalar ? "" : "⊙") + Inner(p)), PostfixLevel);
            case DiagonalOf:
                return (Call(Word("diagvec"), Inner(e.Operands[0])), AtomLevel);
            case Unvec:
                return (Call(Word("unvec"), Inner(e.Operands[0])), AtomLevel);
            case Commutation { M: var m, N: var n }:
                return (Indexed(Letter("K"), $"{DimOf(m)}{Comma.TrimEnd()}{DimOf(n)}"), AtomLevel);
            case Exponential:
                return (Call(Word("expm"), Inner(e.Operands[0])), AtomLevel);
            case ExponentialDifferential:
                return (Call(Word("dexpm"), string.Join(Comma, e.Operands.Select(Inner))), AtomLevel);
            case Norm:
                return (NormOf(Inner(e.Operands[0])), AtomLevel);
            case LargestElement:
                return (Call(Sign(e), Inner(e.Operands[0])), AtomLevel);
            case Gradient { Operands: [var c, var x] }:
                return (Partial(At(c, AtomLevel), At(x, AtomLevel)), FactorLevel);
            case Jacobian { Operands: [var f, var x] }:
                return (Partial(Vectorized(f), Vectorized(x)), FactorLevel);
            default:
                throw new NotSupportedException($"{e.Describe()} has no notation");
        }
    }

    /// <summary>Whether a sum begins with a sign when it is printed, so that it needs parentheses behind another.</summary>
    private static bool BeginsWithSign(Expr x) => x switch
    {
        Negate or Constant { Value.Number: < 0 } => true,
        Add or Subtract => BeginsWithSign(x.Operands[0]),
        _ => false,
    };

    /// <summary>A number as a small fraction where it is one: its numerator and denominator.</summary>
    private protected static (int Above, int Below)? Fraction(double number)
    {
        for (int below = 1; below <= 12; below++)
        {
            // Rounded, so that the fraction must be asked whether it is the number: 3 · (2/3 + ε) is 2 as well.
            double above = Math.Round(number * below);
            if (Math.Abs(above) < 1e6 && above / below == number)
            {
                return ((int)above, below);
            }
        }

        return null;
    }

    /// <summary>A number in as few digits as give it back exactly; a very large or small one with a power of ten.</summary>
    private protected string Decimal(double number)
    {
        string digits = number.ToString("R", CultureInfo.InvariantCulture);
        int e = digits.IndexOf('E', StringComparison.Ordinal);
        return e < 0 ? digits : PowerOfTen(digits[..e] switch { "1" => "", "-1" => "-", var factor => factor }, int.Parse(digits[(e + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>factor · 10 to an exponent; the factor is empty or a sign where it is one.</summary>
    private protected abstract string PowerOfTen(string factor, int exponent);

    /// <summary>Numerator and denominator of a coefficient, as factors to be printed; the fraction of the number is split between them.</summary>
    private protected (IReadOnlyList<string> Above, IReadOnlyList<string> Below) Parts(Coefficient value)
    {
        (int Above, int Below)? fraction = Fraction(value.Number);
        List<string> above = [];
        List<string> below = [];
        if (fraction is (int up, int down))
        {
            above.AddRange(up == 1 ? [] : [$"{up}"]);
            below.AddRange(down == 1 ? [] : [$"{down}"]);
        }
        else
        {
            above.Add(Decimal(value.Number));
        }

        foreach ((Dim dim, int power) in value.Powers)
        {
            for (int i = 0; i < Math.Abs(power); i++)
            {
                (power > 0 ? above : below).Add(DimOf(dim));
            }
        }

        return (above, below);
    }

    /// <summary>A dimension as a number in a formula.</summary>
    private protected abstract string DimOf(Dim dim);
}
