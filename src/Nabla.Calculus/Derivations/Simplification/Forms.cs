using System.Collections.Immutable;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Simplification;

/// <summary>The forms that sums and products are taken apart into, and put together from.</summary>
internal static class Forms
{
    /// <summary>Products and sums of shared parts may have more factors than memory has room for; beyond this many the rest is left whole.</summary>
    private const int LongestProduct = 512;

    /// <summary>The factors of a matrix product, from left to right.</summary>
    public static ImmutableArray<Expr> Chain(Expr product)
    {
        ImmutableArray<Expr>.Builder factors = ImmutableArray.CreateBuilder<Expr>();
        Collect<MatMul>(product, factors);
        return factors.ToImmutable();
    }

    /// <summary>The factors of a Hadamard product.</summary>
    public static ImmutableArray<Expr> HadamardFactors(Expr product)
    {
        ImmutableArray<Expr>.Builder factors = ImmutableArray.CreateBuilder<Expr>();
        Collect<Hadamard>(product, factors);
        return factors.ToImmutable();
    }

    /// <summary>The terms of a sum with their numbers: 2A − B/s is 2·A, −1·(B/s).</summary>
    public static ImmutableArray<(Coefficient Number, Expr Body)> Terms(Expr sum)
    {
        ImmutableArray<(Coefficient, Expr)>.Builder terms = ImmutableArray.CreateBuilder<(Coefficient, Expr)>();
        Stack<(Expr Term, Coefficient Number)> open = new([(sum, Coefficient.One)]);
        while (open.TryPop(out (Expr Term, Coefficient Number) next))
        {
            switch (next.Term)
            {
                case Add or Subtract when terms.Count + open.Count >= LongestProduct:
                    terms.Add((next.Number, next.Term));
                    break;
                case Add { Operands: [var x, var y] }:
                    open.Push((y, next.Number));
                    open.Push((x, next.Number));
                    break;
                case Subtract { Operands: [var x, var y] }:
                    open.Push((y, -next.Number));
                    open.Push((x, next.Number));
                    break;
                case Negate { Operands: [var x] }:
                    open.Push((x, -next.Number));
                    break;
                case Scale { Factor: Constant c, Of: var x } when x is not (Add or Subtract) && !IsMean(next.Term):
                    open.Push((x, c.Value * next.Number));
                    break;
                case Divide { Of: Scale { Factor: Constant c, Of: var x } above, Divisor: var s } when !IsMean(above):
                    open.Push((Expr.Divide(x, s), c.Value * next.Number));
                    break;
                case Constant c when !c.Value.IsOne:
                    open.Push((c.Pool.Constant(1), c.Value * next.Number));
                    break;
                default:
                    terms.Add((next.Number, next.Term));
                    break;
            }
        }

        return terms.ToImmutable();
    }

    /// <summary>A number times an expression; the number outside a quotient's numerator, the sign outside all.</summary>
    public static Expr Times(Coefficient number, Expr body)
    {
        Expr positive = number.Number < 0
            ? Times(-number, body)
            : number.IsOne ? body
            : body is Constant c ? body.Pool.Constant(number * c.Value)
            : body is Divide d ? Expr.Divide(Times(number, d.Of), d.Divisor)
            : number * body;
        return number.Number < 0 ? Negated(positive) : positive;
    }

    /// <summary>The sum of terms: the positive ones first where the first is not, so that no sign stands in front needlessly.</summary>
    public static Expr Sum(IReadOnlyList<(Coefficient Number, Expr Body)> terms, ExprPool pool, Shape shape)
    {
        if (terms.Count == 0)
        {
            return Zero(pool, shape);
        }

        int first = 0;
        while (first < terms.Count && terms[first].Number.Number < 0)
        {
            first++;
        }

        if (first == terms.Count)
        {
            return Negated(Sum([.. terms.Select(term => (-term.Number, term.Body))], pool, shape));
        }

        Expr total = Times(terms[first].Number, terms[first].Body);
        foreach ((Coefficient number, Expr body) in terms.Where((_, i) => i != first))
        {
            total = number.Number < 0 ? total - Times(-number, body) : total + Times(number, body);
        }

        return total;
    }

    /// <summary>Whether an expression is a sum over its number of elements, where this has a dimension: a mean, which is not taken apart.</summary>
    public static bool IsMean(Expr x) =>
        x is Scale { Factor: Constant c, Of: Sum { Operands: [var all] } } && Coefficient.Of(all.Shape.Size) is { Powers.IsEmpty: false } count && c.Value.Equals(Coefficient.One / count);

    /// <summary>X + Y; X − Z where Y is −Z.</summary>
    public static Expr Plus(Expr x, Expr y) => y is Negate { Operands: [var z] } ? x - z : x + y;

    /// <summary>−X; of a number the negative number.</summary>
    public static Expr Negated(Expr x) => x is Constant c ? x.Pool.Constant(-c.Value) : -x;

    /// <summary>A product of a column and a row, where the chain of factors has an inner dimension of 1; null where it has none.</summary>
    public static (Expr Column, Expr Row)? Outer(Expr product)
    {
        ImmutableArray<Expr> chain = Chain(product);
        for (int i = 0; i + 1 < chain.Length; i++)
        {
            if (chain[i].Shape.Columns.IsOne)
            {
                return (Product(chain.Take(i + 1)), Product(chain.Skip(i + 1)));
            }
        }

        return null;
    }

    /// <summary>The matrix product of factors from left to right.</summary>
    public static Expr Product(IEnumerable<Expr> factors) => factors.Aggregate(Expr.MatMul);

    /// <summary>The Hadamard product of factors.</summary>
    public static Expr HadamardProduct(IEnumerable<Expr> factors) => factors.Aggregate(Expr.Hadamard);

    /// <summary>0 as a number or a matrix.</summary>
    public static Expr Zero(ExprPool pool, Shape shape) => shape.IsScalar ? pool.Constant(0) : pool.Zeros(shape);

    /// <summary>Whether an expression is 0.</summary>
    public static bool IsZero(Expr x) => x is Zeros or Constant { Value.Number: 0 };

    /// <summary>Xᵀ with the transposes at the symbols: (XY)ᵀ = YᵀXᵀ, (X + Y)ᵀ = Xᵀ + Yᵀ, (X⁻¹)ᵀ = (Xᵀ)⁻¹ and so on.</summary>
    public static Expr Transposed(Expr x) => Transposed(x, new(ReferenceEqualityComparer.Instance));

    /// <summary>The product with its factors transposed, in the other order: xᵀAᵀy of yᵀAx.</summary>
    public static Expr TransposedProduct(Expr product) => Product(Chain(product).Reverse().Select(factor => Transposed(factor)));

    private static Expr Transposed(Expr x, Dictionary<Expr, Expr> done)
    {
        if (x.Shape.IsScalar)
        {
            return x;
        }

        if (done.TryGetValue(x, out Expr? known))
        {
            return known;
        }

        Expr Inner(int operand) => Transposed(x.Operands[operand], done);
        return done[x] = x switch
        {
            Transpose t => t.Operands[0],
            Symbol { IsSymmetric: true } or Eye or Diag => x,
            Ones => x.Pool.Ones(x.Shape.Columns, x.Shape.Rows),
            Zeros => x.Pool.Zeros(x.Shape.Transposed),
            Commutation k => x.Pool.Commutation(k.N, k.M),
            Add => Inner(0) + Inner(1),
            Subtract => Inner(0) - Inner(1),
            Negate => -Inner(0),
            Scale s => s.Factor * Inner(1),
            Divide d => Expr.Divide(Inner(0), d.Divisor),
            MatMul => Product(Chain(x).Reverse().Select(factor => Transposed(factor, done))),
            Apply or ElementPower when Inner(0) == x.Operands[0] => x,
            Hadamard => Expr.Hadamard(Inner(0), Inner(1)),
            Quotient => Expr.Quotient(Inner(0), Inner(1)),
            Maximum => Expr.Maximum(Inner(0), Inner(1)),
            Minimum => Expr.Minimum(Inner(0), Inner(1)),
            Kron => Expr.Kron(Inner(0), Inner(1)),
            Inverse => Expr.Inverse(Inner(0)),
            Power p => Expr.Power(Inner(0), p.Exponent),
            Exponential => Expr.Exponential(Inner(0)),
            ExponentialDifferential => x.With([.. x.Operands.Select((_, i) => Inner(i))]),
            _ => x.Transpose(),
        };
    }

    private static void Collect<TNode>(Expr product, ImmutableArray<Expr>.Builder factors)
        where TNode : Expr
    {
        Stack<Expr> open = new([product]);
        while (open.TryPop(out Expr? next))
        {
            if (next is TNode && factors.Count + open.Count < LongestProduct)
            {
                open.Push(next.Operands[1]);
                open.Push(next.Operands[0]);
            }
            else
            {
                factors.Add(next);
            }
        }
    }
}
