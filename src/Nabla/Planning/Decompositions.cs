using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Planning;

/// <summary>
/// Operations that have no instruction of their own, written in others that have: X/s = (1/s) X, ‖X‖ = √‖X‖², tr(X) = Σ X ⊙ I. Each side has the
/// value of the other wherever that has one.
/// </summary>
internal static class Decompositions
{
    /// <summary>The largest whole exponent that is written as products; a larger one by exp and log.</summary>
    private const int LargestPower = 64;

    /// <summary>The same in other operations.</summary>
    /// <param name="x">The expression.</param>
    /// <param name="valueOf">The value of a constant.</param>
    /// <exception cref="NotSupportedException">There is none; the message names the operation.</exception>
    public static Expr Of(Expr x, Func<Constant, double> valueOf) => x switch
    {
        // x/s = x ⊘ s for a scalar x, X/s = (1/s) X for a matrix.
        Divide { Shape.IsScalar: true } divide => Expr.Quotient(divide.Of, divide.Divisor),
        Divide divide => Expr.Quotient(x.Pool.Constant(1), divide.Divisor) * divide.Of,
        Norm { Operands: [var of] } => Expr.Apply(Function.Sqrt, Expr.SquaredNorm(of)),
        Trace { Operands: [MatMul { Operands: [var left, var right] }] } => Expr.Inner(left.Transpose(), right),
        Trace { Operands: [var of] } => Expr.Inner(of, x.Pool.Eye(of.Shape.Rows)),
        Diag { Operands: [var column] } => Expr.Hadamard(Expr.BroadcastColumn(column, x.Shape.Columns), x.Pool.Eye(x.Shape.Rows)),
        DiagonalOf { Operands: [var of] } => Expr.RowSums(Expr.Hadamard(of, x.Pool.Eye(of.Shape.Rows))),
        ElementPower { Of: var of, Exponent: Constant exponent } => Powers(of, valueOf(exponent)),
        ElementPower => throw Refused(x, "whose exponent is not a constant"),
        Power { Shape.IsScalar: true } power => Powers(power.Operands[0], power.Exponent),
        Power { Exponent: > 0 } power => Repeated(power.Operands[0], power.Exponent, Expr.MatMul),
        _ => throw Refused(x),
    };

    /// <summary>Xᵖ element by element: products for a whole p, roots for a half, and exp(p log X) for any other, which has a value where X is positive.</summary>
    private static Expr Powers(Expr x, double p)
    {
        Expr ones = x.Pool.Ones(x.Shape.Rows, x.Shape.Columns);
        bool isWhole = p == Math.Round(p);
        return p switch
        {
            0 => ones,
            < 0 when isWhole || 2 * p == Math.Round(2 * p) => Expr.Quotient(ones, Powers(x, -p)),
            _ when isWhole && p <= LargestPower => Repeated(x, (int)p, Expr.Hadamard),
            _ when isWhole && p % 2 == 0 => ExpLog(Expr.Apply(Function.Abs, x), p),
            _ when isWhole => Expr.Hadamard(Expr.Apply(Function.Sign, x), ExpLog(Expr.Apply(Function.Abs, x), p)),
            0.5 => Expr.Apply(Function.Sqrt, x),
            _ when 2 * p == Math.Round(2 * p) && p <= LargestPower => Expr.Hadamard(Repeated(x, (int)p, Expr.Hadamard), Expr.Apply(Function.Sqrt, x)),
            _ => ExpLog(x, p),
        };
    }

    private static Expr ExpLog(Expr x, double p) => Expr.Apply(Function.Exp, p * Expr.Apply(Function.Log, x));

    /// <summary>Xᵏ by squaring.</summary>
    private static Expr Repeated(Expr x, int k, Func<Expr, Expr, Expr> product)
    {
        Expr half = k > 1 ? Repeated(x, k / 2, product) : x;
        return k == 1 ? x : k % 2 == 0 ? product(half, half) : product(product(half, half), x);
    }

    private static NotSupportedException Refused(Expr x, string which = "") => new(
        $"the operation {NameOf(x)}{(which.Length == 0 ? "" : " " + which)} cannot be compiled into training code, so no loss can be trained with that has it, or whose gradient has it");

    private static string NameOf(Expr x) => x switch
    {
        Inverse => "inv",
        Power => "^ with a negative exponent of a matrix",
        ElementPower => ".^",
        Determinant => "det",
        LogDeterminant => "logdet",
        Kron => "kron",
        Vec => "vec",
        Unvec => "unvec",
        Commutation => "commutation",
        Exponential => "expm",
        ExponentialDifferential => "dexpm",
        LargestElement => "max over all elements",
        _ => x.GetType().Name,
    };
}
