using System.Collections.Immutable;
using System.Text;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Language;

/// <summary>
/// Prints expressions in the language that <see cref="Parser"/> reads, as short as it allows. Read again in the same pool, the text is the
/// same expression, but for constants: -(2), 2*3 and 1/2 of nodes are read as one number. Differentials, gradients and Jacobians that are
/// still questions are printed as calls that cannot be read.
/// </summary>
public static class AsciiNotation
{
    private const string Greek = "αβγδεζηθικλμνξοπρστυφχψω";

    private static readonly string[] letters =
    [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "omicron", "pi",
        "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    ];

    /// <summary>The text of an expression, names written out, such as <c>A'*(A*x-b)</c>.</summary>
    /// <exception cref="InvalidOperationException">Written out, the expression would have millions of characters.</exception>
    public static string Print(Expr expression) => ToSyntax(expression).ToString();

    /// <summary>The text of an expression; the names that a scope knows stay names.</summary>
    public static string Print(Expr expression, Scope scope) => ToSyntax(expression, scope).ToString();

    /// <summary>The syntax of an expression. What the expression shares, its syntax shares, so names written out need no memory.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="scope">The names that stay names; without it names are written out.</param>
    public static Syntax ToSyntax(Expr expression, Scope? scope = null)
    {
        ArgumentNullException.ThrowIfNull(expression);
        IReadOnlyList<Expr> nodes = Expr.Reachable(expression);
        HashSet<string> taken = [.. scope?.Variables.Keys ?? nodes.OfType<Symbol>().Select(symbol => NameOf(symbol.Name))];
        Dictionary<Expr, Syntax> done = new(ReferenceEqualityComparer.Instance);
        foreach (Expr node in nodes)
        {
            done[node] = node switch
            {
                Symbol symbol => new NameSyntax(NameOf(symbol.Name)),
                Named named => scope?.Variables.GetValueOrDefault(NameOf(named.Name)) == named ? new NameSyntax(NameOf(named.Name)) : done[named.Definition],
                _ => Of(node, [.. node.Operands.Select(operand => done[operand])], taken),
            };
        }

        return done[expression];
    }

    /// <summary>A name in ASCII where its letters have one: W² is W2, δ¹ is delta1.</summary>
    public static string NameOf(Name name) => Ascii(name.Letter + name.Superscript);

    /// <summary>A dimension's name in ASCII: n₁ is n1.</summary>
    public static string NameOf(Dim dim)
    {
        ArgumentNullException.ThrowIfNull(dim);
        return Ascii(dim.Name);
    }

    /// <summary>A dimension as an argument: a name, a number or a product.</summary>
    public static Syntax SyntaxOf(Dim dim)
    {
        ArgumentNullException.ThrowIfNull(dim);
        return dim.IsOne ? new NumberSyntax(1) : Product(dim.Factors.Select(factor => factor.IsNumber ? new NumberSyntax(factor.Value!.Value) : (Syntax)new NameSyntax(NameOf(factor))));
    }

    private static Syntax Of(Expr e, ImmutableArray<Syntax> x, HashSet<string> taken) => e switch
    {
        Constant constant => Coefficient(constant.Value, taken),
        Ones or Zeros => Call(e is Ones ? "ones" : "zeros", e.Shape.IsColumn ? [SyntaxOf(e.Shape.Rows)] : [SyntaxOf(e.Shape.Rows), SyntaxOf(e.Shape.Columns)]),
        Eye => Call("eye", SyntaxOf(e.Shape.Rows)),
        Commutation k => Call("commutation", SyntaxOf(k.M), SyntaxOf(k.N)),
        Add => Binary(x, BinaryOperator.Add),
        Subtract => Binary(x, BinaryOperator.Subtract),
        Negate => new MinusSyntax(x[0]),
        Scale { Factor: Constant { Value: var factor }, Of: Sum { Operands: [var all] } } when factor.Equals(One / SizeOf(all.Shape)) =>
            Call("mean", Argument(x[1], "sum")),
        Scale { Factor: Constant { Value: var factor } } => Multiple(factor, x[1], taken),
        Scale => Binary(x, BinaryOperator.Multiply),
        Divide => Binary(x, BinaryOperator.Divide),
        MatMul { Operands: [Ones left, var right] } when left.Shape.Rows.IsOne && left.Shape.Columns.Equals(right.Shape.Rows) => Call("colsum", x[1]),
        MatMul { Operands: [_, Ones { Shape.IsColumn: true }] } => Call("rowsum", x[0]),
        MatMul => Binary(x, BinaryOperator.Multiply),
        Hadamard => Binary(x, BinaryOperator.Hadamard),
        Quotient => Binary(x, BinaryOperator.Quotient),
        Power power => new BinarySyntax(x[0], BinaryOperator.Power, Number(power.Exponent)),
        ElementPower { Of.Shape.IsScalar: true, Exponent: var p } when !IsInteger(p) => Binary(x, BinaryOperator.Power),
        ElementPower => Binary(x, BinaryOperator.ElementPower),
        Transpose => new TransposeSyntax(x[0]),
        Apply apply => Call(Functions.NameOf(apply.Function), x),
        Sum { Operands: [Hadamard] } when x[0] is BinarySyntax product => Call("dot", product.Left, product.Right),
        Sum { Operands: [Apply { Function: var f }] } when f == Expressions.Functions.Function.Abs => Call("norm1", Argument(x[0], "abs")),
        SquaredNorm => new BinarySyntax(Call("norm2", x), BinaryOperator.Power, new NumberSyntax(2)),
        Unvec => Call("unvec", x[0], SyntaxOf(e.Shape.Rows), SyntaxOf(e.Shape.Columns)),
        _ => Call(WordOf(e), x),
    };

    private static string WordOf(Expr e) => e switch
    {
        Sum => "sum",
        Trace => "tr",
        Determinant => "det",
        LogDeterminant => "logdet",
        Inverse => "inv",
        Norm => "norm2",
        LargestElement or Maximum => "max",
        Minimum => "min",
        Diag => "diag",
        DiagonalOf => "diagvec",
        Vec => "vec",
        Kron => "kron",
        Exponential => "expm",
        ExponentialDifferential => "dexpm",
        Softmax => "softmax",
        LogSumExp => "logsumexp",
        Differential => "d",
        Gradient => "gradient",
        Jacobian => "jacobian",
        _ => throw new NotSupportedException($"{e.Describe()} has no form in the language"),
    };

    private static Coefficient One => Expressions.Coefficient.One;

    private static Coefficient SizeOf(Shape shape) => Expressions.Coefficient.Of(shape.Rows) * Expressions.Coefficient.Of(shape.Columns);

    private static bool IsInteger(Expr exponent) => exponent is Constant { Value: { Powers.IsEmpty: true, Number: var number } } && number == Math.Round(number);

    /// <summary>The argument of a sum that was printed as something shorter.</summary>
    private static Syntax Argument(Syntax printed, string function) => printed switch
    {
        CallSyntax { Function: "dot", Arguments: [var x, var y] } => new BinarySyntax(x, BinaryOperator.Hadamard, y),
        CallSyntax { Function: "norm1", Arguments: [var x] } => Call("abs", x),
        CallSyntax call when call.Function == function => call.Arguments[0],
        _ => printed,
    };

    /// <summary>A constant times something: X/n where that is shorter than 1/n*X.</summary>
    private static Syntax Multiple(Coefficient factor, Syntax x, HashSet<string> taken)
    {
        Coefficient inverse = One / factor;
        Syntax below = Coefficient(inverse, taken);
        Syntax above = Coefficient(factor, taken);
        return below.Size < above.Size && (One / inverse).Equals(factor)
            ? new BinarySyntax(x, BinaryOperator.Divide, below)
            : new BinarySyntax(above, BinaryOperator.Multiply, x);
    }

    private static Syntax Coefficient(Coefficient value, HashSet<string> taken)
    {
        double number = Math.Abs(value.Number);
        if (!double.IsFinite(number))
        {
            throw new NotSupportedException($"the constant {value.Number} cannot be written");
        }

        (double above, int below) = Fraction(number);
        List<Syntax> factors = [];
        List<Syntax> divisors = below == 1 ? [] : [new NumberSyntax(below)];
        foreach ((Dim dim, int power) in value.Powers)
        {
            string name = NameOf(dim);
            Syntax dimension = taken.Contains(name) ? Call("sum", Call("ones", new NameSyntax(name))) : new NameSyntax(name);
            (power > 0 ? factors : divisors).AddRange(Enumerable.Repeat(dimension, Math.Abs(power)));
        }

        Syntax first = new NumberSyntax(above);
        Syntax product = factors.Count == 0 ? first : above == 1 ? Product(factors) : new BinarySyntax(first, BinaryOperator.Multiply, Product(factors));
        Syntax size = divisors.Aggregate(product, (left, right) => new BinarySyntax(left, BinaryOperator.Divide, right));
        return value.Number < 0 ? new MinusSyntax(size) : size;
    }

    /// <summary>A fraction with a small denominator where the decimal form is long and the fraction is the same number.</summary>
    private static (double Above, int Below) Fraction(double number)
    {
        const int LongestDecimal = 6;
        if ($"{number:R}".Length > LongestDecimal)
        {
            for (int below = 3; below <= 100; below++)
            {
                double above = Math.Round(number * below);
                if (above is > 0 and < 1e6 && above / below == number)
                {
                    return (above, below);
                }
            }
        }

        return (number, 1);
    }

    private static Syntax Product(IEnumerable<Syntax> factors) =>
        factors.Aggregate((left, right) => new BinarySyntax(left, BinaryOperator.Multiply, right));

    private static BinarySyntax Binary(ImmutableArray<Syntax> x, BinaryOperator sign) => new(x[0], sign, x[1]);

    private static CallSyntax Call(string function, params ImmutableArray<Syntax> arguments) => new(function, arguments);

    private static Syntax Number(int value) => value < 0 ? new MinusSyntax(new NumberSyntax(-(double)value)) : new NumberSyntax(value);

    private static string Ascii(string name)
    {
        StringBuilder ascii = new();
        foreach (char c in name)
        {
            int greek = Greek.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
            if (greek >= 0)
            {
                string letter = letters[greek];
                ascii.Append(char.IsUpper(c) ? char.ToUpperInvariant(letter[0]) + letter[1..] : letter);
            }
            else
            {
                ascii.Append(c is >= '₀' and <= '₉' ? (char)(c - '₀' + '0') : char.IsLetterOrDigit(c) && c != 'ᵀ' ? c : '_');
            }
        }

        return ascii.ToString();
    }
}
