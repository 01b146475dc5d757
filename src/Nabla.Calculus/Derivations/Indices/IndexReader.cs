using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Derivations.Indices;

/// <summary>Writes an element of an expression as a formula of elements: (AB)ᵢⱼ = Σₖ Aᵢₖ Bₖⱼ.</summary>
/// <param name="letters">Where new indices get their letters.</param>
/// <param name="differentials">What stands for an element of dX; null where a dX is an element like any other.</param>
internal sealed class IndexReader(IndexLetters letters, Func<Differential, SumIndex?, SumIndex?, IndexFormula>? differentials = null)
{
    /// <summary>The element in a row and a column, which are null where the expression has only one.</summary>
    /// <exception cref="NotSupportedException">A differential stands inside what has no index form.</exception>
    public IndexFormula Read(Expr e, SumIndex? i, SumIndex? j)
    {
        IndexFormula Same(int operand) => Read(e.Operands[operand], i, j);
        switch (e)
        {
            case Differential d when differentials is not null:
                return differentials(d, i, j);
            case Constant c:
                return new IndexNumber(c.Value);
            case Ones:
                return Number(1);
            case Zeros:
                return Number(0);
            case Eye:
                return i is null || j is null ? Number(1) : new Kronecker(i, j);
            case Add:
                return Terms((Same(0), false), (Same(1), false));
            case Subtract:
                return Terms((Same(0), false), (Same(1), true));
            case Negate:
                return Terms((Same(0), true));
            case Scale scale:
                return Product(Read(scale.Factor, null, null), Read(scale.Of, i, j));
            case Divide divide:
                return new IndexQuotient(Read(divide.Of, i, j), Read(divide.Divisor, null, null));
            case MatMul { Operands: [var x, var y] }:
                SumIndex? k = letters.New(x.Shape.Columns);
                return Sum(k, Product(Read(x, i, k), Read(y, k, j)));
            case Hadamard:
                return Product(Same(0), Same(1));
            case Quotient:
                return new IndexQuotient(Same(0), Same(1));
            case Maximum or Minimum:
                return new IndexExtreme(Same(0), Same(1), e is Maximum);
            case Transpose:
                return Read(e.Operands[0], j, i);
            case Apply apply:
                return new IndexCall(apply.Function, Same(0));
            case ElementPower power:
                return new IndexPower(Read(power.Of, i, j), Read(power.Exponent, null, null));
            case Power { Shape.IsScalar: true } power:
                return new IndexPower(Same(0), Number(power.Exponent));
            case Expressions.Sum or SquaredNorm or Norm or Trace or Softmax or LogSumExp or Diag or DiagonalOf:
                return Reduced(e, i, j);
            default:
                return Expr.Parts(e).OfType<Differential>().Any()
                    ? throw new NotSupportedException($"{e.Describe()} has no form in elements")
                    : new Element(e, i, j);
        }
    }

    /// <summary>A number.</summary>
    public static IndexNumber Number(double value) => new(Coefficient.Of(value));

    /// <summary>Σ over an index; the body where there is none.</summary>
    public static IndexFormula Sum(SumIndex? index, IndexFormula body) => index is null ? body : new IndexSum(index, body);

    /// <summary>A product.</summary>
    public static IndexFormula Product(params ImmutableArray<IndexFormula> factors) => new IndexProduct(factors);

    private static IndexTerms Terms(params ImmutableArray<(IndexFormula, bool)> terms) => new(terms);

    private IndexFormula Reduced(Expr e, SumIndex? i, SumIndex? j)
    {
        Expr x = e.Operands[0];
        switch (e)
        {
            case Trace:
                SumIndex? d = letters.New(x.Shape.Rows);
                return Sum(d, Read(x, d, d));
            case DiagonalOf:
                return Read(x, i, i);
            case Diag:
                return i is null || j is null ? Read(x, i, null) : Product(new Kronecker(i, j), Read(x, i, null));
            case Softmax when differentials is null:
                SumIndex? p = letters.New(x.Shape.Rows);
                return new IndexQuotient(new IndexCall(Function.Exp, Read(x, i, j)), Sum(p, new IndexCall(Function.Exp, Read(x, p, j))));
            case Softmax:
                return new Element(e, i, j);
            case LogSumExp:
                SumIndex? q = letters.New(x.Shape.Rows);
                return new IndexCall(Function.Log, Sum(q, new IndexCall(Function.Exp, Read(x, q, j))));
            default:
                SumIndex? r = letters.New(x.Shape.Rows);
                SumIndex? c = letters.New(x.Shape.Columns);
                IndexFormula body = Read(x, r, c);
                IndexFormula all = Sum(r, Sum(c, e is Expressions.Sum ? body : new IndexPower(body, Number(2))));
                return e is Norm ? new IndexCall(Function.Sqrt, all) : all;
        }
    }
}
