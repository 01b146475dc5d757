using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Derivations.Simplification;

/// <summary>The facts about factors that meet in a product, one entry each; each is tested by evaluating both sides at random points.</summary>
internal static class ProductRules
{
    /// <summary>Facts about two neighbours in a matrix product; I stands for nothing.</summary>
    public static ImmutableArray<RewriteRule> Products { get; } =
    [
        Neighbours("product-diagonal", "diag(u)diag(v) = diag(u ⊙ v), diag(u)v = u ⊙ v, diag(u)1 = u", (a, b) => (a, b) switch
        {
            (Diag u, Diag v) => Expr.Diag(Expr.Hadamard(u.Operands[0], v.Operands[0])),
            (Diag { Operands: [Vec s] }, Vec x) when s.Operands[0].Shape == x.Operands[0].Shape => Expr.Vec(Expr.Hadamard(s.Operands[0], x.Operands[0])),
            (Diag u, { Shape.IsColumn: true } v) => Expr.Hadamard(u.Operands[0], v),
            ({ Shape.Rows.IsOne: true } v, Diag u) => Forms.Transposed(Expr.Hadamard(Forms.Transposed(v), u.Operands[0])),
            _ => null,
        }),
        RewriteRule.For<MatMul>("product-diagonal-column", "diag(u)Xv = u ⊙ (Xv) for a column v", n =>
        {
            ImmutableArray<Expr> chain = Forms.Chain(n);
            return n.Shape.IsColumn && chain.LastOrDefault(factor => factor is Diag) is Diag u && chain.LastIndexOf(u) is var at && at + 1 < chain.Length
                ? Forms.Product([.. chain.Take(at), Expr.Hadamard(u.Operands[0], Forms.Product(chain.Skip(at + 1)))])
                : null;
        }),
        RewriteRule.For<MatMul>("product-selection", "Eᵀ(A ⊗ B)E = A ⊙ B, EᵀE = I, (vᵀ ⊗ A)E = A diag(v), (Xᵀ ⊗ I)E = diag(vec(X))(1 ⊗ I) with E = diag(vec(I))(1 ⊗ I), vec(diag(v)) = E v", Selected),
        Neighbours("product-kronecker", "(A ⊗ B)(C ⊗ D) = AC ⊗ BD, (B ⊗ A)vec(X) = vec(AXBᵀ), vec(X)ᵀ(B ⊗ A) = vec(AᵀXB)ᵀ", (a, b) => (a, b) switch
        {
            (Kron { Operands: [var p, var q] }, Kron { Operands: [var r, var s] }) when Fit(p, r) && Fit(q, s) => Expr.Kron(Expr.MatMul(p, r), Expr.MatMul(q, s)),
            (Kron { Operands: [var p, var q] }, Vec { Operands: [var x] }) when Fit(q, x) && x.Shape.Columns.Equals(p.Shape.Columns) =>
                Expr.Vec(Expr.MatMul(Expr.MatMul(q, x), Forms.Transposed(p))),
            (Transpose { Operands: [Vec { Operands: [var x] }] }, Kron { Operands: [var p, var q] }) when x.Shape.Rows.Equals(q.Shape.Rows) && x.Shape.Columns.Equals(p.Shape.Rows) =>
                Expr.Vec(Expr.MatMul(Expr.MatMul(Forms.Transposed(q), x), p)).Transpose(),
            _ => null,
        }),
        Neighbours("product-eye-kronecker", "(I ⊗ u)x = x ⊗ u, xᵀ(I ⊗ uᵀ) = xᵀ ⊗ uᵀ, (u ⊗ I)A = u ⊗ A for a column u", (a, b) => (a, b) switch
        {
            (Kron { Operands: [Eye, { Shape.IsColumn: true } u] }, { Shape.IsColumn: true } x) => Expr.Kron(x, u),
            (Kron { Operands: [{ Shape.IsColumn: true } u, Eye] }, { Shape.IsColumn: true } x) => Expr.Kron(u, x),
            (Kron { Operands: [{ Shape.IsColumn: true } u, Eye] }, var x) => Expr.Kron(u, x),
            ({ Shape.Rows.IsOne: true } x, Kron { Operands: [Eye, { Shape.Rows.IsOne: true } u] }) => Expr.Kron(x, u),
            (var x, Kron { Operands: [{ Shape.Rows.IsOne: true } u, Eye] }) => Expr.Kron(u, x),
            _ => null,
        }),
        Neighbours("product-commutation", "K vec(X) = vec(Xᵀ), K(m,n)K(n,m) = I, K(u ⊗ X) = X ⊗ u for a column u, (v ⊗ X)K = X ⊗ v for a row v", (a, b) => (a, b) switch
        {
            (Commutation k, Vec { Operands: [var x] }) when x.Shape.Rows.Equals(k.M) && x.Shape.Columns.Equals(k.N) => Expr.Vec(Forms.Transposed(x)),
            (Commutation k, Kron { Operands: [var x, var y] }) when (x.Shape.IsColumn || y.Shape.IsColumn) && k.M.Equals(y.Shape.Rows) && k.N.Equals(x.Shape.Rows) => Expr.Kron(y, x),
            (Kron { Operands: [var x, var y] }, Commutation k) when (x.Shape.Rows.IsOne || y.Shape.Rows.IsOne) && k.M.Equals(x.Shape.Columns) && k.N.Equals(y.Shape.Columns) => Expr.Kron(y, x),
            (Commutation k, Commutation l) when l.M.Equals(k.N) && l.N.Equals(k.M) => k.Pool.Eye(k.Shape.Rows),
            (Transpose { Operands: [Vec { Operands: [var x] }] }, Commutation k) when x.Shape.Rows.Equals(k.N) && x.Shape.Columns.Equals(k.M) => Expr.Vec(Forms.Transposed(x)).Transpose(),
            _ => null,
        }),
        Neighbours("product-softmax", "1ᵀ softmax(Z) = 1ᵀ", (a, b) => (a, b) switch
        {
            (Ones { Shape.Rows.IsOne: true }, Softmax p) => p.Pool.Ones(Dim.One, p.Shape.Columns),
            (Transpose { Operands: [Softmax p] }, Ones { Shape.IsColumn: true }) => p.Pool.Ones(p.Shape.Columns, Dim.One),
            _ => null,
        }),
        Neighbours("product-sum", "1ᵀv = sum(v), vᵀ1 = sum(v), 1 1ᵀv = sum(v) 1", (a, b) => (a, b) switch
        {
            (Ones { Shape.Rows.IsOne: true }, { Shape.IsColumn: true } v) when v is not Ones => Expr.Sum(v),
            ({ Shape.Rows.IsOne: true } v, Ones { Shape.IsColumn: true }) when v is not Ones => Expr.Sum(Forms.Transposed(v)),
            (Ones { Shape.Columns.IsOne: false } x, { Shape.IsColumn: true } v) when v is not Ones => Expr.Sum(v) * x.Pool.Ones(x.Shape.Rows, Dim.One),
            _ => null,
        }),
        Neighbours("product-of-ones", "1 1ᵀ is all ones, 1ᵀ1 = n", (a, b) => (a, b) switch
        {
            (Ones x, Ones y) when !x.Shape.IsScalar && !y.Shape.IsScalar => Coefficient.Of(x.Shape.Columns) * (Expr)x.Pool.Ones(x.Shape.Rows, y.Shape.Columns),
            _ => null,
        }),
        Neighbours("product-broadcast", "(X ⊘ (u 1ᵀ))1 = (X1) ⊘ u, (X ⊙ (u 1ᵀ))1 = (X1) ⊙ u", (a, b) => (a, b) switch
        {
            (Hadamard or Quotient, Ones ones) => Broadcast(a, ones),
            (Ones ones, Hadamard or Quotient) => Broadcast(Forms.Transposed(b), (Ones)Forms.Transposed(ones)) is Expr other ? Forms.Transposed(other) : null,
            _ => null,
        }),
        Neighbours("product-zero", "0X = 0", (a, b) => a is Zeros || b is Zeros ? Forms.Zero(a.Pool, new(a.Shape.Rows, b.Shape.Columns)) : null),
        Neighbours("product-polynomial", "(I + X²)⁻¹X = X(I + X²)⁻¹: functions of one matrix change places", (a, b) => (a, b) switch
        {
            (Inverse { Operands: [Add or Subtract] } x, Symbol or Named or Power) when !b.Shape.IsScalar && MatrixRules.Commute(x, b) => Expr.MatMul(b, a),
            _ => null,
        }),
        Neighbours("product-exponential", "exp(X)exp(−X) = I, exp(X)Xᵏ = Xᵏexp(X)", (a, b) => (a, b) switch
        {
            (Exponential x, not Exponential) when MatrixRules.Commute(x, b) => Expr.MatMul(b, a),
            (Exponential x, Exponential { Operands: [Negate y] }) when x.Operands[0] == y.Operands[0] => a.Pool.Eye(a.Shape.Rows),
            (Exponential { Operands: [Negate x] }, Exponential y) when x.Operands[0] == y.Operands[0] => a.Pool.Eye(a.Shape.Rows),
            _ => null,
        }),
    ];

    /// <summary>Facts about two factors of a Hadamard product.</summary>
    public static ImmutableArray<RewriteRule> HadamardProducts { get; } =
    [
        Factors("hadamard-step", "[X > 0] ⊙ [X > 0] = [X > 0], relu(X) ⊙ [X > 0] = relu(X)", (a, b) => (a, b) switch
        {
            (Apply f, Apply g) when f.Operands[0] == g.Operands[0] && g.Function == Function.Step && (f.Function == Function.Step || f.Function == Function.Relu) => f,
            _ => null,
        }),
        Factors("hadamard-sign", "sign(X) ⊙ X = |X|, sign(X) ⊙ |X| = X, sign(X) ⊙ |X|.^p = X ⊙ |X|.^(p−1)", (a, b) => (a, b) switch
        {
            (Apply { Function: var f, Operands: [var x] }, ElementPower { Of: Apply { Function: var g, Operands: [var y] }, Exponent: Constant { Value: { Powers.IsEmpty: true, Number: > 1 } p } })
                when f == Function.Sign && g == Function.Abs && x == y => Expr.Hadamard(x, Expr.ElementPower(Expr.Apply(g, x), x.Pool.Constant(p.Number - 1))),
            (Apply { Function: var f, Operands: [var x] }, ElementPower { Of: var y, Exponent: Constant { Value: { Powers.IsEmpty: true, Number: > 1 } p } })
                when f == Function.Sign && x == y && p.Number % 2 == 0 => Expr.Hadamard(Expr.Apply(Function.Abs, x), Expr.ElementPower(x, x.Pool.Constant(p.Number - 1))),
            (Apply { Function: var f, Operands: [var x] }, var y) when f == Function.Sign && x == y => Expr.Apply(Function.Abs, x),
            (Apply { Function: var f, Operands: [var x] }, Apply { Function: var g, Operands: [var y] }) when f == Function.Sign && g == Function.Abs && x == y => x,
            _ => null,
        }),
        Factors("hadamard-identity", "I ⊙ X = diag(diagvec(X)), diag(u) ⊙ X = diag(u ⊙ diagvec(X))", (a, b) => (a, b) switch
        {
            (Eye, var x) => Expr.Diag(Expr.DiagonalOf(x)),
            (Diag u, var x) => Expr.Diag(Expr.Hadamard(u.Operands[0], Expr.DiagonalOf(x))),
            _ => null,
        }),
        Factors("hadamard-outer", "u vᵀ ⊙ w zᵀ = (u ⊙ w)(v ⊙ z)ᵀ", (a, b) => Forms.Outer(a) is (Expr u, Expr v) && Forms.Outer(b) is (Expr w, Expr z)
            ? Expr.MatMul(Expr.Hadamard(u, w), Expr.Hadamard(v, z))
            : null),
        Factors("hadamard-broadcast", "u 1ᵀ ⊙ X = diag(u)X, 1 vᵀ ⊙ X = X diag(v)", (a, b) => (Forms.Chain(a), b) switch
        {
            ([{ Shape.IsColumn: true } u, Ones { Shape.Rows.IsOne: true }], var x) => Expr.MatMul(Expr.Diag(u), x),
            ([Ones { Shape.IsColumn: true }, { Shape.Rows.IsOne: true } v], var x) => Expr.MatMul(x, Expr.Diag(Forms.Transposed(v))),
            _ => null,
        }),
    ];

    /// <summary>What E, with which vec(diag(v)) = E v, makes of the factors beside it.</summary>
    private static Expr? Selected(MatMul n)
    {
        ImmutableArray<Expr> chain = Forms.Chain(n);
        for (int i = 0; i + 1 < chain.Length; i++)
        {
            bool down = IsSelection(chain, i);
            bool across = IsSelection([.. chain.Select(factor => factor is Kron or Diag ? Forms.Transposed(factor) : factor).Reverse()], chain.Length - 2 - i);
            (int Length, Expr By)? found = (chain.ElementAtOrDefault(i - 1), chain.ElementAtOrDefault(i + 2)) switch
            {
                // Eᵀ(A ⊗ B)E.
                (_, Kron { Operands: [var a, var b] }) when across && a.Shape == b.Shape && IsSelection(chain, i + 3) => (5, Expr.Hadamard(a, b)),
                (_, Kron { Operands: [{ Shape.IsColumn: true } v, var b] }) when across && v.Shape.Rows.Equals(b.Shape.Rows) => (3, Expr.MatMul(Expr.Diag(v), b)),
                (_, Kron { Operands: [var a, { Shape.IsColumn: true } v] }) when across && v.Shape.Rows.Equals(a.Shape.Rows) => (3, Expr.MatMul(Expr.Diag(v), a)),
                (Kron { Operands: [{ Shape.Rows.IsOne: true } v, var b] }, _) when down && v.Shape.Columns.Equals(b.Shape.Columns) => (-3, Expr.MatMul(b, Expr.Diag(Forms.Transposed(v)))),
                (Kron { Operands: [var a, { Shape.Rows.IsOne: true } v] }, _) when down && v.Shape.Columns.Equals(a.Shape.Columns) => (-3, Expr.MatMul(a, Expr.Diag(Forms.Transposed(v)))),
                // vec(diag(v)X) = diag(vec(X))(1 ⊗ I)v, vec(X diag(v)) = diag(vec(X))(I ⊗ 1)v.
                (Kron { Operands: [var a, Eye one] }, _) when down =>
                    (-3, Expr.MatMul(Expr.Diag(Expr.Vec(Forms.Transposed(a))), Expr.Kron(n.Pool.Ones(a.Shape.Rows, Dim.One), one))),
                (Kron { Operands: [Eye one, var b] }, _) when down =>
                    (-3, Expr.MatMul(Expr.Diag(Expr.Vec(b)), Expr.Kron(one, n.Pool.Ones(b.Shape.Rows, Dim.One)))),
                // E Eᵀ = diag(vec(I)).
                _ when chain[i] is Diag && i + 2 < chain.Length && chain[i] == chain[i + 2] && IsSelected(chain[i]) && chain[i + 1] is Kron { Operands: [Ones, Eye] } => (3, chain[i]),
                _ => null,
            };
            if (found is (int length, Expr by))
            {
                int from = length < 0 ? i - 1 : i;
                return Assemble(chain.RemoveRange(from, Math.Abs(length) - 1), from, by);
            }
        }

        return null;
    }

    /// <summary>Whether two factors are diag(vec(I))(1 ⊗ I).</summary>
    private static bool IsSelection(ImmutableArray<Expr> chain, int at) => at >= 0 && at + 1 < chain.Length
        && IsSelected(chain[at]) && chain[at + 1] is Kron { Operands: [Ones { Shape.IsColumn: true } ones, Eye eye] } && ones.Shape.Rows.Equals(eye.Shape.Rows);

    private static bool IsSelected(Expr x) => x is Diag { Operands: [Vec { Operands: [Eye] }] };

    /// <summary>(X ⊙ Y)1 where the columns of Y are equal.</summary>
    private static Expr? Broadcast(Expr product, Ones ones)
    {
        Dim columns = ones.Shape.Columns;
        (Expr x, Expr y) = (product.Operands[0], product.Operands[1]);
        if (Narrowed(y, columns) is Expr narrow)
        {
            return product.With([Expr.MatMul(x, ones), narrow]);
        }

        return product is Hadamard && Narrowed(x, columns) is Expr other ? Expr.Hadamard(other, Expr.MatMul(y, ones)) : null;
    }

    /// <summary>A matrix whose columns are all equal with another number of them; null where that cannot be seen.</summary>
    private static Expr? Narrowed(Expr x, Dim columns) => x switch
    {
        Ones => x.Pool.Ones(x.Shape.Rows, columns),
        MatMul { Operands: [var left, var right] } => Narrowed(right, columns) is Expr narrow ? Expr.MatMul(left, narrow) : null,
        ElementPower p => Narrowed(p.Of, columns) is Expr narrow ? Expr.ElementPower(narrow, p.Exponent) : null,
        Apply f => Narrowed(f.Operands[0], columns) is Expr narrow ? Expr.Apply(f.Function, narrow) : null,
        _ => null,
    };

    private static RewriteRule Neighbours(string id, string statement, Func<Expr, Expr, Expr?> combine) =>
        RewriteRule.For<MatMul>(id, statement, n =>
        {
            ImmutableArray<Expr> chain = Forms.Chain(n);
            for (int i = 0; i + 1 < chain.Length; i++)
            {
                if (combine(chain[i], chain[i + 1]) is Expr both)
                {
                    return Assemble(chain.RemoveAt(i), i, both);
                }
            }

            return null;
        });

    private static RewriteRule Factors(string id, string statement, Func<Expr, Expr, Expr?> combine) =>
        RewriteRule.For<Hadamard>(id, statement, n =>
        {
            ImmutableArray<Expr> factors = Forms.HadamardFactors(n);
            for (int i = 0; i < factors.Length; i++)
            {
                for (int j = 0; j < factors.Length; j++)
                {
                    if (i != j && combine(factors[i], factors[j]) is Expr both)
                    {
                        return Forms.HadamardProduct(factors.SetItem(Math.Min(i, j), both).RemoveAt(Math.Max(i, j)));
                    }
                }
            }

            return null;
        });

    /// <summary>The product with what two neighbours came to in the place of one of them; a scalar goes to the front.</summary>
    public static Expr Assemble(ImmutableArray<Expr> chain, int at, Expr replacement)
    {
        if (chain.Length == 1)
        {
            return replacement;
        }

        return replacement is Eye || (replacement.Shape.IsScalar && !chain[at].Shape.IsScalar)
            ? replacement.Shape.IsScalar ? replacement * Forms.Product(chain.RemoveAt(at)) : Forms.Product(chain.RemoveAt(at))
            : Forms.Product(chain.SetItem(at, replacement));
    }

    private static bool Fit(Expr x, Expr y) => x.Shape.Columns.Equals(y.Shape.Rows);
}
