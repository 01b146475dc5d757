using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Derivations;

/// <summary>The rewrites that are shown, in sets. Each entry's comment is its formula; each is tested by evaluating both sides at random points.</summary>
public static class RewriteRules
{
    /// <summary>How many nodes are rewritten before a stop is heard, some hundredths of a second; long products and sums count more, because rules go along them.</summary>
    private const int NeverStopped = 800;

    private const int LevelsPerNode = 8;

    /// <summary>Algebra of sums, products, signs, constants, transposes and ones.</summary>
    public static ImmutableArray<RewriteRule> Algebra { get; } =
    [
        RewriteRule.For<Ones>("one", "a 1×1 matrix of ones is 1", n => n.Shape.IsScalar ? n.Pool.Constant(1) : null),
        RewriteRule.For<Scale>("zero-factor", "0X = 0", n => IsNumber(n.Factor, 0) || n.Of is Zeros ? n.Pool.Zeros(n.Shape) : null),
        RewriteRule.For<Scale>("unit-factor", "1X = X", n => IsNumber(n.Factor, 1) ? n.Of : null),
        RewriteRule.For<Scale>("constants", "a·b is a number", n => (n.Factor, n.Of) switch
        {
            (Constant a, Constant b) => n.Pool.Constant(a.Value * b.Value),
            _ => null,
        }),
        RewriteRule.For<Scale>("scale-scale", "a(bX) = (ab)X", n => n.Of is Scale inner ? n.Factor * inner.Factor * inner.Of : null),
        RewriteRule.For<Scale>("scalar-one", "s1 = s where 1 is 1×1", n => IsNumber(n.Of, 1) ? n.Factor : null),
        RewriteRule.For<Scale>("negative-factor", "(−a)X = −(aX)", n => n.Factor switch
        {
            Constant { Value.Number: < 0 } c => -(-c.Value * n.Of),
            Negate s => -(s.Operands[0] * n.Of),
            _ => null,
        }),
        RewriteRule.For<Scale>("scale-negation", "a(−X) = −(aX)", n => n.Of is Negate x ? -(n.Factor * x.Operands[0]) : null),
        RewriteRule.For<Negate>("double-negation", "−(−X) = X", n => n.Operands[0] is Negate inner ? inner.Operands[0] : null),
        RewriteRule.For<Negate>("negative-zero", "−0 = 0", n => n.Operands[0] as Zeros),
        RewriteRule.For<Negate>("negated-difference", "−(X − Y) = Y − X", n => Negated(n.Operands[0])),
        RewriteRule.For<Add>("add-zero", "X + 0 = X", n => n.Operands[0] is Zeros ? n.Operands[1] : n.Operands[1] is Zeros ? n.Operands[0] : null),
        RewriteRule.For<Add>("add-negation", "X + (−Y) = X − Y", n =>
            n.Operands[1] is Negate y ? n.Operands[0] - y.Operands[0] : n.Operands[0] is Negate x ? n.Operands[1] - x.Operands[0] : null),
        RewriteRule.For<Subtract>("subtract-zero", "X − 0 = X, 0 − X = −X", n =>
            n.Operands[1] is Zeros ? n.Operands[0] : n.Operands[0] is Zeros ? -n.Operands[1] : null),
        RewriteRule.For<Subtract>("subtract-negation", "X − (−Y) = X + Y", n => n.Operands[1] is Negate y ? n.Operands[0] + y.Operands[0] : null),
        RewriteRule.For<Subtract>("negative-difference", "−X − Y = −(X + Y)", n => n.Operands[0] is Negate x ? -(x.Operands[0] + n.Operands[1]) : null),
        RewriteRule.For<Subtract>("subtract-itself", "X − X = 0", n => n.Operands[0] == n.Operands[1] ? n.Pool.Zeros(n.Shape) : null),
        RewriteRule.For<Add>("common-factor", "aX + aY = a(X + Y)", n => (n.Operands[0], n.Operands[1]) switch
        {
            (Scale x, Scale y) when x.Factor == y.Factor => x.Factor * (x.Of + y.Of),
            _ => n.Operands[0] == n.Operands[1] ? 2 * n.Operands[0] : null,
        }),
        RewriteRule.For<Subtract>("common-factor", "aX − aY = a(X − Y)", n => (n.Operands[0], n.Operands[1]) switch
        {
            (Scale x, Scale y) when x.Factor == y.Factor => x.Factor * (x.Of - y.Of),
            _ => null,
        }),
        RewriteRule.For<Subtract>("complements", "(1 − Y) ⊙ X − Y ⊙ (1 − X) = X − Y", n => (n.Operands[0], n.Operands[1]) switch
        {
            (Hadamard { Operands: [Subtract { Operands: [var one, var y] }, var x] }, Hadamard { Operands: [var y2, Subtract { Operands: [var one2, var x2] }] })
                when IsOne(one) && IsOne(one2) && x == x2 && y == y2 => x - y,
            _ => null,
        }),
        RewriteRule.For<MatMul>("scalar-product", "Xs = sX for a scalar s", n =>
            n.Operands[1].Shape.IsScalar ? n.Operands[1] * n.Operands[0] : n.Operands[0].Shape.IsScalar ? n.Operands[0] * n.Operands[1] : null),
        RewriteRule.For<MatMul>("product-of-ones", "1 1ᵀ is all ones, 1ᵀ1 = n", n => (n.Operands[0], n.Operands[1]) switch
        {
            (Ones x, Ones y) when x.Shape.Columns.IsOne => n.Pool.Ones(x.Shape.Rows, y.Shape.Columns),
            (Ones x, Ones y) => Coefficient.Of(x.Shape.Columns) * (Expr)n.Pool.Ones(x.Shape.Rows, y.Shape.Columns),
            _ => null,
        }),
        RewriteRule.For<MatMul>("product-factor", "(aX)Y = a(XY), X(aY) = a(XY)", n => MoveOut(n, Expr.MatMul)),
        RewriteRule.For<MatMul>("product-identity", "IX = X, XI = X", n =>
            n.Operands[0] is Eye ? n.Operands[1] : n.Operands[1] is Eye ? n.Operands[0] : null),
        RewriteRule.For<MatMul>("product-zero", "0X = 0, X0 = 0", n => n.Operands.Any(x => x is Zeros) ? n.Pool.Zeros(n.Shape) : null),
        RewriteRule.For<Hadamard>("hadamard-one", "X ⊙ 1 = X", n =>
            IsOne(n.Operands[1]) ? n.Operands[0]
            : IsOne(n.Operands[0]) ? n.Operands[1] : null),
        RewriteRule.For<Hadamard>("hadamard-zero", "X ⊙ 0 = 0", n => n.Operands.Any(x => x is Zeros) ? n.Pool.Zeros(n.Shape) : null),
        RewriteRule.For<Hadamard>("hadamard-factor", "(aX) ⊙ Y = a(X ⊙ Y)", n => MoveOut(n, Expr.Hadamard)),
        RewriteRule.For<Hadamard>("cancel", "(X ⊘ Y) ⊙ Y = X where no element of Y is 0", n => Cancelled(n)?.Operands[0]) with
        {
            Condition = n => Cancelled((Hadamard)n) is Quotient { Operands: [_, var y] } ? new(y, n.Pool.Zeros(y.Shape)) { IsInequality = true } : null,
        },
        RewriteRule.For<Hadamard>("reciprocal", "X ⊙ (1 ⊘ Y) = X ⊘ Y", n => n.Operands[1] is Quotient { Operands: [Ones, var y] } ? Expr.Quotient(n.Operands[0], y) : null),
        RewriteRule.For<Quotient>("quotient-one", "X ⊘ 1 = X", n => IsOne(n.Operands[1]) ? n.Operands[0] : null),
        RewriteRule.For<Quotient>("quotient-factor", "(aX) ⊘ Y = a(X ⊘ Y)", n => n.Operands[0] switch
        {
            Scale x => x.Factor * Expr.Quotient(x.Of, n.Operands[1]),
            Negate x => -Expr.Quotient(x.Operands[0], n.Operands[1]),
            _ => null,
        }),
        RewriteRule.For<Transpose>("transpose-twice", "(Xᵀ)ᵀ = X", n => n.Operands[0] is Transpose inner ? inner.Operands[0] : null),
        RewriteRule.For<Transpose>("transpose-simple", "sᵀ = s, Iᵀ = I, diag(v)ᵀ = diag(v), the transpose of ones is ones", n => n.Operands[0] switch
        {
            Ones x => n.Pool.Ones(x.Shape.Columns, x.Shape.Rows),
            Zeros x => n.Pool.Zeros(x.Shape.Transposed),
            Expr x when x is Eye or Diag || x.Shape.IsScalar => x,
            _ => null,
        }),
        RewriteRule.For<Transpose>("transpose-factor", "(aX)ᵀ = aXᵀ", n => n.Operands[0] switch
        {
            Scale x => x.Factor * x.Of.Transpose(),
            Negate x => -x.Operands[0].Transpose(),
            _ => null,
        }),
        RewriteRule.For<Sum>("sum-factor", "sum(aX) = a sum(X)", n => n.Operands[0] switch
        {
            Scale x => x.Factor * Expr.Sum(x.Of),
            Negate x => -Expr.Sum(x.Operands[0]),
            _ => null,
        }),
        RewriteRule.For<Sum>("sum-column", "sum(y) = 1ᵀy for a column y", n =>
            n.Operands[0] is Symbol or Named && n.Operands[0].Shape is { IsColumn: true, IsScalar: false } ? Expr.ColumnSums(n.Operands[0]) : null),
        RewriteRule.For<Sum>("sum-scalar", "sum(s) = s", n => n.Operands[0].Shape.IsScalar ? n.Operands[0] : null),
        RewriteRule.For<Apply>("identity-function", "id(X) = X", n => n.Function == Function.Identity ? n.Operands[0] : null),
        RewriteRule.For<ElementPower>("power-one", "X.^1 = X, X.^0 = 1", n => n.Exponent switch
        {
            _ when IsNumber(n.Exponent, 1) => n.Of,
            _ when IsNumber(n.Exponent, 0) => n.Pool.Ones(n.Shape.Rows, n.Shape.Columns),
            _ => null,
        }),
    ];

    /// <summary>Where a part is the definition of a name, the name stands for it: σ(z¹) is a¹.</summary>
    public static ImmutableArray<RewriteRule> Names(NameTable names) =>
    [
        new(new("rewrite.name", "an expression that has a name is called by it"), node => node is Constant or Ones or Zeros or Symbol ? null : names.Of(node) ?? names.TransposedOf(node)),
    ];

    /// <summary>
    /// f′(X) written out in X and Y = f(X), as the function's own file gives it: σ′(z) = a ⊙ (1 − a). And σ(−Z) by the name of σ(Z), where it
    /// has one.
    /// </summary>
    public static ImmutableArray<RewriteRule> Activations(NameTable names) =>
    [
        RewriteRule.For<Apply>("activation-derivative", "f′(X) in terms of X and Y = f(X)", n =>
        {
            if (n.Function.PrimeOf is not Function f)
            {
                return null;
            }

            Expr y = Expr.Apply(f, n.Operands[0]);
            return f.ExpandDerivative(n.Operands[0], names.Of(y) ?? y);
        }),
        RewriteRule.For<Apply>("sigmoid-complement", "σ(−Z) = 1 − σ(Z)", n =>
            n.Function == Function.Sigmoid && n.Operands[0] is Negate { Operands: [var z] } && names.Of(Expr.Apply(Function.Sigmoid, z)) is Named a
                ? n.Pool.Ones(n.Shape.Rows, n.Shape.Columns) - a
                : null),
    ];

    /// <summary>σ, tanh, softmax and lse, where they are written with exponentials.</summary>
    public static ImmutableArray<RewriteRule> Exponentials { get; } =
    [
        RewriteRule.For<Quotient>("sigmoid", "exp(X) ⊘ (1 + exp(X)) = σ(X), 1 ⊘ (1 + exp(X)) = σ(−X)", n => Sigmoid(n.Operands[0], n.Operands[1])),
        RewriteRule.For<Divide>("sigmoid", "eˣ/(1 + eˣ) = σ(x), 1/(1 + eˣ) = σ(−x)", n => n.Shape.IsScalar ? Sigmoid(n.Of, n.Divisor) : null),
        RewriteRule.For<Quotient>("tanh", "(exp(X) − exp(−X)) ⊘ (exp(X) + exp(−X)) = tanh(X)", n => Tanh(n.Operands[0], n.Operands[1])),
        RewriteRule.For<Divide>("tanh", "(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ) = tanh(x)", n => n.Shape.IsScalar ? Tanh(n.Of, n.Divisor) : null),
        RewriteRule.For<Divide>("softmax", "exp(z)/sum(exp(z)) = softmax(z) for a column", n => Exponent(n.Of) is Expr z && IsTotal(n.Divisor, n.Of) ? Expr.Softmax(z) : null),
        RewriteRule.For<Quotient>("softmax", "exp(Z) ⊘ (1 1ᵀexp(Z)) = softmax(Z)", n => (Exponent(n.Operands[0]), n.Operands[1]) switch
        {
            (Expr z, MatMul { Operands: [Ones { Shape.IsColumn: true }, MatMul { Operands: [Ones { Shape.Rows.IsOne: true }, var e] }] }) when e == n.Operands[0] => Expr.Softmax(z),
            (Expr z, MatMul { Operands: [Ones ones, var e] }) when e == n.Operands[0] && ones.Shape.Rows.Equals(ones.Shape.Columns) => Expr.Softmax(z),
            _ => null,
        }),
        RewriteRule.For<Apply>("log-sum-exp", "log(1ᵀexp(Z)) = lse(Z)", n => n.Function == Function.Log ? n.Operands[0] switch
        {
            Sum { Operands: [{ Shape.IsColumn: true } e] } when Exponent(e) is Expr z => Expr.LogSumExp(z),
            MatMul { Operands: [Ones { Shape.Rows.IsOne: true }, var e] } when Exponent(e) is Expr z => Expr.LogSumExp(z),
            _ => null,
        } : null),
    ];

    /// <summary>Forms that neither overflow nor cancel, for a loss before it is differentiated.</summary>
    public static ImmutableArray<RewriteRule> Stability { get; } =
    [
        .. Exponentials,
        RewriteRule.For<Apply>("log-softmax", "log softmax(Z) = Z − 1 lse(Z)", n => n.Function == Function.Log && n.Operands[0].Unfold() is Softmax p
            ? LogSoftmax.Of(p.Operands[0])
            : null),
        RewriteRule.For<Apply>("log-transpose", "log Xᵀ = (log X)ᵀ", n => n.Function == Function.Log && n.Operands[0].Unfold() is Transpose { Operands: [Softmax p] }
            ? Expr.Apply(Function.Log, p).Transpose()
            : null),
        RewriteRule.For<Apply>("log-sigmoid", "log σ(Z) = −softplus(−Z)", n => n.Function == Function.Log && SigmoidArgument(n.Operands[0]) is Expr z
            ? -Expr.Apply(Function.Softplus, -z)
            : null),
        RewriteRule.For<Apply>("log-one-minus-sigmoid", "log(1 − σ(Z)) = −softplus(Z)", n =>
            n.Function == Function.Log && n.Operands[0] is Subtract s && IsOne(s.Operands[0]) && SigmoidArgument(s.Operands[1]) is Expr z
                ? -Expr.Apply(Function.Softplus, z)
                : null),
        RewriteRule.For<Apply>("log-one-plus-exp", "log(1 + exp(Z)) = softplus(Z)", n => n.Function == Function.Log ? n.Operands[0] switch
        {
            Add { Operands: [var one, Apply { Operands: [var z] } e] } when IsOne(one) && e.Function == Function.Exp => Expr.Apply(Function.Softplus, z),
            Add { Operands: [Apply { Operands: [var z] } e, var one] } when IsOne(one) && e.Function == Function.Exp => Expr.Apply(Function.Softplus, z),
            _ => null,
        } : null),
        RewriteRule.For<Add>("negative-terms", "X ⊙ (−U) + Y ⊙ (−V) = −(X ⊙ U + Y ⊙ V)", n => (n.Operands[0], n.Operands[1]) switch
        {
            (Hadamard { Operands: [var x, Negate { Operands: [var u] }] }, Hadamard { Operands: [var y, Negate { Operands: [var v] }] }) =>
                -(Expr.Hadamard(x, u) + Expr.Hadamard(y, v)),
            _ => null,
        }),
    ];

    /// <summary>diag, vec and the Kronecker product: what local Jacobians are made of.</summary>
    public static ImmutableArray<RewriteRule> Structure { get; } =
    [
        RewriteRule.For<Transpose>("transpose-product", "(XY)ᵀ = YᵀXᵀ", n => n.Operands[0] is MatMul x ? Expr.MatMul(x.Operands[1].Transpose(), x.Operands[0].Transpose()) : null),
        RewriteRule.For<Transpose>("transpose-kronecker", "(X ⊗ Y)ᵀ = Xᵀ ⊗ Yᵀ", n => n.Operands[0] is Kron x ? Expr.Kron(x.Operands[0].Transpose(), x.Operands[1].Transpose()) : null),
        RewriteRule.For<MatMul>("diagonal-kronecker", "diag(u)(aᵀ ⊗ I) = aᵀ ⊗ diag(u)", n => (n.Operands[0], n.Operands[1]) switch
        {
            (Diag d, Kron { Operands: [var a, Eye] }) when a.Shape.Rows.IsOne => Expr.Kron(a, d),
            _ => null,
        }),
        RewriteRule.For<MatMul>("diagonal-vector", "diag(u) v = u ⊙ v", n => n.Operands[0] is Diag d && n.Shape.IsColumn
            ? (d.Operands[0], n.Operands[1]) switch
            {
                (Vec u, Vec v) => Expr.Vec(Expr.Hadamard(v.Operands[0], u.Operands[0])),
                (Expr u, Expr v) => Expr.Hadamard(v, u),
            }
            : null),
        RewriteRule.For<MatMul>("associate", "(XY)v = X(Yv)", n => n.Shape.IsColumn && n.Operands[0] is MatMul x
            ? Expr.MatMul(x.Operands[0], Expr.MatMul(x.Operands[1], n.Operands[1]))
            : null),
        RewriteRule.For<MatMul>("kronecker-vec", "(B ⊗ A) vec(X) = vec(A X Bᵀ)", n => (n.Operands[0], n.Operands[1]) switch
        {
            (Kron k, Vec x) => Expr.Vec(Expr.MatMul(Expr.MatMul(k.Operands[1], x.Operands[0]), k.Operands[0].Transpose())),
            (Kron k, Expr x) when k.Operands[0].Shape.IsColumn && x.Shape.IsColumn => Expr.Vec(Expr.MatMul(Expr.MatMul(k.Operands[1], x), k.Operands[0].Transpose())),
            _ => null,
        }),
        RewriteRule.For<Vec>("vec-factor", "vec(aX) = a vec(X)", n => n.Operands[0] switch
        {
            Scale x => x.Factor * Expr.Vec(x.Of),
            Negate x => -Expr.Vec(x.Operands[0]),
            _ => null,
        }),
        RewriteRule.For<Vec>("vec-ones", "vec of ones is ones", n => n.Operands[0] is Ones ? n.Pool.Ones(n.Shape.Rows, Dim.One) : null),
        RewriteRule.For<Diag>("diagonal-ones", "diag(1) = I", n => n.Operands[0] is Ones ? n.Pool.Eye(n.Shape.Rows) : null),
        RewriteRule.For<Kron>("kronecker-identity", "I ⊗ I = I", n => n.Operands is [Eye, Eye] ? n.Pool.Eye(n.Shape.Rows) : null),
    ];

    /// <summary>
    /// A rule that changes nothing; tried first at every node, it stops where a stop is asked for. What is small comes to its end all the same: on a busy machine
    /// the time of an ordinary formula says nothing about its length.
    /// </summary>
    internal static RewriteRule StoppedBy(CancellationToken cancellation)
    {
        int nodes = 0;
        return new(new("rewrite.nothing", "X = X"), node =>
        {
            nodes += 1 + (node.Depth / LevelsPerNode);
            if (nodes > NeverStopped)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            return null;
        });
    }

    /// <summary>A declared fact as a rewrite from left to right.</summary>
    public static RewriteRule From(Assumption assumption) =>
        new(new("rewrite.assumption", "by assumption"), node => !assumption.IsInequality && node == assumption.Left ? assumption.Right : null) { Condition = _ => assumption };

    /// <summary>X ⊘ Y in (X ⊘ Y) ⊙ Y, whichever comes first.</summary>
    private static Quotient? Cancelled(Hadamard n) => (n.Operands[0], n.Operands[1]) switch
    {
        (Quotient q, Expr y) when q.Operands[1] == y => q,
        (Expr y, Quotient q) when q.Operands[1] == y => q,
        _ => null,
    };

    /// <summary>(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ), which is tanh.</summary>
    private static Expr? Tanh(Expr above, Expr below) => (above, below) switch
    {
        (Subtract { Operands: [Apply { Function: var f, Operands: [var x] } e, Apply { Operands: [Negate { Operands: [var y] }] } g] }, Add { Operands: var terms })
            when f == Function.Exp && g.Function == Function.Exp && x == y && terms.Contains(e) && terms.Contains(g) => Expr.Apply(Function.Tanh, x),
        _ => null,
    };

    private static Expr? Sigmoid(Expr above, Expr below)
    {
        Expr? exp = below switch
        {
            Add { Operands: [var one, Apply e] } when IsOne(one) => e,
            Add { Operands: [Apply e, var one] } when IsOne(one) => e,
            _ => null,
        };
        return exp is Apply { Function: var f, Operands: [var x] } && f == Function.Exp
            ? above == exp ? Expr.Apply(Function.Sigmoid, x) : IsOne(above) ? Expr.Apply(Function.Sigmoid, -x) : null
            : null;
    }

    /// <summary>Z of exp(Z).</summary>
    private static Expr? Exponent(Expr x) => x is Apply { Operands: [var z] } e && e.Function == Function.Exp ? z : null;

    /// <summary>Whether a scalar is the sum of a column.</summary>
    private static bool IsTotal(Expr total, Expr column) => column.Shape.IsColumn && total switch
    {
        Sum { Operands: [var x] } => x == column,
        MatMul { Operands: [Ones { Shape.Rows.IsOne: true }, var x] } => x == column,
        _ => false,
    };

    private static bool IsNumber(Expr x, double value) => x is Constant { Value: { Powers.IsEmpty: true } c } && c.Number == value;

    private static bool IsOne(Expr x) => x is Ones || IsNumber(x, 1);

    private static Expr? SigmoidArgument(Expr a) => a.Unfold() is Apply { Operands: [var z] } apply && apply.Function == Function.Sigmoid ? z : null;

    /// <summary>
    /// −X without a sign, where a difference in X can be turned round: X itself, its multiple, its sum, a factor of it; not one that is
    /// further inside than <paramref name="levels"/>.
    /// </summary>
    private static Expr? Negated(Expr x, int levels = 8) => x.Unfold() is Subtract s ? s.Operands[1] - s.Operands[0] : levels == 0 ? null : x switch
    {
        Scale m => Negated(m.Of, levels - 1) is Expr y ? m.Factor * y : null,
        Sum m => Negated(m.Operands[0], levels - 1) is Expr y ? Expr.Sum(y) : null,
        Vec v => Negated(v.Operands[0], levels - 1) is Expr y ? Expr.Vec(y) : null,
        Hadamard h => Negated(h.Operands[0], levels - 1) is Expr y ? Expr.Hadamard(y, h.Operands[1]) : null,
        Quotient q => Negated(q.Operands[0], levels - 1) is Expr y ? Expr.Quotient(y, q.Operands[1]) : null,
        MatMul p => Negated(p.Operands[0], levels - 1) is Expr y ? Expr.MatMul(y, p.Operands[1])
            : Negated(p.Operands[1], levels - 1) is Expr z ? Expr.MatMul(p.Operands[0], z) : null,
        _ => null,
    };

    private static Expr? MoveOut(Expr product, Func<Expr, Expr, Expr> multiply) => (product.Operands[0], product.Operands[1]) switch
    {
        (Scale x, Expr y) => x.Factor * multiply(x.Of, y),
        (Expr x, Scale y) => y.Factor * multiply(x, y.Of),
        (Negate x, Expr y) => -multiply(x.Operands[0], y),
        (Expr x, Negate y) => -multiply(x, y.Operands[0]),
        _ => null,
    };
}
