using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Derivations.Simplification;

/// <summary>The facts about matrix functions that a simplification may use, one entry each; each is tested by evaluating both sides at random points.</summary>
internal static class MatrixRules
{
    /// <summary>Facts about one operation.</summary>
    public static ImmutableArray<RewriteRule> Single { get; } =
    [
        RewriteRule.For<Transpose>("transpose-inside", "(X + Y)ᵀ = Xᵀ + Yᵀ, (XY)ᵀ = YᵀXᵀ, (X⁻¹)ᵀ = (Xᵀ)⁻¹, Aᵀ = A where A is symmetric", n => Forms.Transposed(n.Operands[0])),
        RewriteRule.For<Apply>("transpose-outside", "f(Xᵀ) = f(X)ᵀ", n => n.Operands[0] is Transpose t ? Expr.Apply(n.Function, t.Operands[0]).Transpose() : null),
        RewriteRule.For<ElementPower>("transpose-outside", "(Xᵀ).^p = (X.^p)ᵀ", n => n.Of is Transpose t ? Expr.ElementPower(t.Operands[0], n.Exponent).Transpose() : null),
        RewriteRule.For<ElementPower>("element-power", "X.^1 = X, X.^0 = 1, s.^k = sᵏ", n => n.Exponent switch
        {
            Constant { Value: { Number: 1, Powers.IsEmpty: true } } => n.Of,
            Constant { Value.Number: 0 } => n.Pool.Ones(n.Shape.Rows, n.Shape.Columns),
            Constant { Value: { Number: >= -100 and <= 100, Powers.IsEmpty: true } c } when n.Shape.IsScalar && c.Number == Math.Round(c.Number) => Expr.Power(n.Of, (int)c.Number),
            _ => null,
        }),
        RewriteRule.For<Sum>("sum-one", "sum of ones is their number, sum(I) = n, sum(diag(v)) = sum(v), sum(diagvec(X)) = tr(X), sum(Xᵀ) = sum(X)", n => n.Operands[0] switch
        {
            Ones x => n.Pool.Constant(Coefficient.Of(x.Shape.Size)),
            Zeros => n.Pool.Constant(0),
            Eye x => n.Pool.Constant(Coefficient.Of(x.Shape.Rows)),
            Diag x => Expr.Sum(x.Operands[0]),
            DiagonalOf x => Expr.Trace(x.Operands[0]),
            Transpose x => Expr.Sum(x.Operands[0]),
            _ => null,
        }),
        RewriteRule.For<Sum>("sum-product", "sum(X1) = sum(1ᵀX) = sum(X), sum(u vᵀ) = sum(u) sum(v)", n => Forms.Chain(n.Operands[0]) switch
        {
            [Ones { Shape.Rows.IsOne: true }, .. var rest] when rest.Length > 0 => Expr.Sum(Forms.Product(rest)),
            [.. var rest, Ones { Shape.IsColumn: true }] when rest.Length > 0 => Expr.Sum(Forms.Product(rest)),
            _ => Forms.Outer(n.Operands[0]) is (Expr u, Expr v) ? Expr.Sum(u) * Expr.Sum(Forms.Transposed(v)) : null,
        }),
        RewriteRule.For<Sum>("sum-inner", "sum(x ⊙ y) = xᵀy for columns, xyᵀ for rows", n => Forms.HadamardFactors(n.Operands[0]) switch
        {
            [{ Shape.IsColumn: true } first, .. var rest] when rest.Length > 0 => Expr.MatMul(Forms.Transposed(first), Forms.HadamardProduct(rest)),
            [{ Shape.Rows.IsOne: true } first, .. var rest] when rest.Length > 0 => Expr.MatMul(first, Forms.Transposed(Forms.HadamardProduct(rest))),
            _ => null,
        }),
        RewriteRule.For<Sum>("sum-squares", "sum(X.^2) = ‖X‖²", n => n.Operands[0] is ElementPower { Of: var x, Exponent: Constant { Value: { Number: 2, Powers.IsEmpty: true } } } ? Expr.SquaredNorm(x) : null),
        RewriteRule.For<Sum>("sum-softmax", "the columns of softmax(Z) add up to 1", n => n.Operands[0] is Softmax s ? n.Pool.Constant(Coefficient.Of(s.Shape.Columns)) : null),
        RewriteRule.For<Trace>("trace-simple", "tr(I) = n, tr(Xᵀ) = tr(X), tr(diag(v)) = sum(v), tr(X ⊗ Y) = tr(X) tr(Y), tr(s) = s", n => n.Operands[0] switch
        {
            { Shape.IsScalar: true } s => s,
            Eye x => n.Pool.Constant(Coefficient.Of(x.Shape.Rows)),
            Ones x => n.Pool.Constant(Coefficient.Of(x.Shape.Rows)),
            Zeros => n.Pool.Constant(0),
            Transpose x => Expr.Trace(x.Operands[0]),
            Diag v => Expr.Sum(v.Operands[0]),
            Kron { Operands: [var x, var y] } when IsSquare(x) && IsSquare(y) => Expr.Trace(x) * Expr.Trace(y),
            _ => null,
        }),
        RewriteRule.For<Trace>("trace-cyclic", "tr(u vᵀ) = vᵀu for a column u", n => Forms.Chain(n.Operands[0]) switch
        {
            [{ Shape.IsColumn: true } u, .. var rest] when rest.Length > 0 && !u.Shape.IsScalar => Expr.MatMul(Forms.Product(rest), u),
            [.. var rest, { Shape.Rows.IsOne: true } v] when rest.Length > 0 && !v.Shape.IsScalar => Expr.MatMul(v, Forms.Product(rest)),
            _ => null,
        }),
        RewriteRule.For<Determinant>("determinant-simple", "det(I) = 1, det(Xᵀ) = det(X), det(X⁻¹) = 1/det(X), det(s) = s", n => n.Operands[0] switch
        {
            { Shape.IsScalar: true } s => s,
            Eye => n.Pool.Constant(1),
            Transpose x => Expr.Determinant(x.Operands[0]),
            Inverse x => Expr.Divide(n.Pool.Constant(1), Expr.Determinant(x.Operands[0])),
            _ => null,
        }),
        RewriteRule.For<LogDeterminant>("log-determinant-simple", "log|det(Xᵀ)| = log|det(X)|, log|det(X⁻¹)| = −log|det(X)|, log|det(exp(X))| = tr(X)", n => n.Operands[0] switch
        {
            Eye => n.Pool.Constant(0),
            Transpose x => Expr.LogDeterminant(x.Operands[0]),
            Inverse x => -Expr.LogDeterminant(x.Operands[0]),
            Exponential x => Expr.Trace(x.Operands[0]),
            _ => null,
        }),
        RewriteRule.For<Inverse>("inverse-simple", "I⁻¹ = I, (X⁻¹)⁻¹ = X, diag(v)⁻¹ = diag(1 ⊘ v), (X ⊗ Y)⁻¹ = X⁻¹ ⊗ Y⁻¹", n => n.Operands[0] switch
        {
            { Shape.IsScalar: true } s => Expr.Divide(n.Pool.Constant(1), s),
            Eye x => x,
            Inverse x => x.Operands[0],
            Diag { Operands: [var v] } => Expr.Diag(Expr.Quotient(n.Pool.Ones(v.Shape.Rows, v.Shape.Columns), v)),
            Kron { Operands: [var x, var y] } when IsSquare(x) && IsSquare(y) => Expr.Kron(Expr.Inverse(x), Expr.Inverse(y)),
            Power p => Expr.Power(p.Operands[0], -p.Exponent),
            Exponential x => Expr.Exponential(-x.Operands[0]),
            _ => null,
        }),
        RewriteRule.For<Inverse>("inverse-factor", "(sX)⁻¹ = X⁻¹/s", n => ScalarFactors.Of(n.Operands[0], x => x) is { IsBodyAlone: false, Body: Expr x } factors
            ? Expr.Divide(Expr.Inverse(x), factors.With(null))
            : null),
        RewriteRule.For<Power>("power-simple", "Iᵏ = I, (Xʲ)ᵏ = Xʲᵏ, diag(v)ᵏ = diag(v.^k)", n => n.Operands[0] switch
        {
            Eye x => x,
            Inverse x when n.Exponent > -1000 => Expr.Power(x.Operands[0], -n.Exponent),
            Power p when Math.Abs((long)p.Exponent * n.Exponent) < 1000 => Expr.Power(p.Operands[0], p.Exponent * n.Exponent),
            Diag v => Expr.Diag(Expr.ElementPower(v.Operands[0], n.Pool.Constant(n.Exponent))),
            _ => null,
        }),
        RewriteRule.For<Exponential>("exponential-simple", "exp of the zero matrix is I, exp(s) = eˢ", n => n.Operands[0] switch
        {
            { Shape.IsScalar: true } s => Expr.Apply(Function.Exp, s),
            Zeros x => n.Pool.Eye(x.Shape.Rows),
            _ => null,
        }),
        RewriteRule.For<ExponentialDifferential>("exponential-identity", "L(x, e) = eˣe for scalars, L(X, I) = exp(X), L(X, X) = X exp(X), L(X, exp(−X)) = I, L(X, 0) = 0", n => n.Operands switch
        {
            [{ Shape.IsScalar: true } x, var e] => Expr.Apply(Function.Exp, x) * e,
            [var x, Eye] => Expr.Exponential(x),
            [_, Zeros zero] => zero,
            [var x, var e] when x == e => Expr.MatMul(x, Expr.Exponential(x)),
            [var x, Exponential { Operands: [Negate { Operands: [var y] }] }] when x == y => x.Pool.Eye(x.Shape.Rows),
            _ => null,
        }),
        RewriteRule.For<DiagonalOf>("diagonal-simple", "diagvec(I) = 1, diagvec(diag(v)) = v, diagvec(Xᵀ) = diagvec(X)", n => n.Operands[0] switch
        {
            { Shape.IsScalar: true } s => s,
            Eye or Ones => n.Pool.Ones(n.Shape.Rows, Dim.One),
            Zeros => n.Pool.Zeros(n.Shape),
            Diag v => v.Operands[0],
            Transpose x => Expr.DiagonalOf(x.Operands[0]),
            Hadamard { Operands: [var x, var y] } => Expr.Hadamard(Expr.DiagonalOf(x), Expr.DiagonalOf(y)),
            _ => null,
        }),
        RewriteRule.For<DiagonalOf>("diagonal-product", "diagvec(u vᵀ) = u ⊙ v, diagvec(diag(u)X) = u ⊙ diagvec(X)", n => Forms.Chain(n.Operands[0]) switch
        {
            [Diag u, .. var rest] when rest.Length > 0 => Expr.Hadamard(u.Operands[0], Expr.DiagonalOf(Forms.Product(rest))),
            [.. var rest, Diag u] when rest.Length > 0 => Expr.Hadamard(Expr.DiagonalOf(Forms.Product(rest)), u.Operands[0]),
            _ => Forms.Outer(n.Operands[0]) is (Expr u, Expr v) ? Expr.Hadamard(u, Forms.Transposed(v)) : null,
        }),
        RewriteRule.For<Diag>("diagonal-zero", "diag(0) = 0, diag(1) = I", n => n.Operands[0] switch
        {
            Zeros => n.Pool.Zeros(n.Shape),
            Ones => n.Pool.Eye(n.Shape.Rows),
            { Shape.IsScalar: true } s => s,
            _ => null,
        }),
        RewriteRule.For<Vec>("vec-simple", "vec(0) = 0, vec(unvec(x)) = x, vec(u vᵀ) = v ⊗ u, vec of a row is its transpose", n => n.Operands[0] switch
        {
            Zeros => n.Pool.Zeros(n.Shape),
            Unvec x => x.Operands[0],
            { Shape.Rows.IsOne: true } row => Forms.Transposed(row),
            _ => null,
        }),
        RewriteRule.For<Unvec>("unvec-simple", "unvec(vec(X)) = X, unvec(1) is all ones, unvec of a column as a row is its transpose", n => n.Operands[0] switch
        {
            Vec { Operands: [var x] } when x.Shape == n.Shape => x,
            Ones => n.Pool.Ones(n.Shape.Rows, n.Shape.Columns),
            Zeros => n.Pool.Zeros(n.Shape),
            Expr x when n.Shape.Rows.IsOne => Forms.Transposed(x),
            _ => null,
        }),
        RewriteRule.For<Kron>("kronecker-simple", "s ⊗ X = sX, u ⊗ vᵀ = vᵀ ⊗ u = uvᵀ, I ⊗ I = I, 1 ⊗ 1 is all ones, 0 ⊗ X = 0", n => n.Operands switch
        {
            [{ Shape.IsScalar: true } s, var x] => s * x,
            [var x, { Shape.IsScalar: true } s] => s * x,
            [{ Shape.IsColumn: true } u, { Shape.Rows.IsOne: true } v] => Expr.MatMul(u, v),
            [{ Shape.Rows.IsOne: true } v, { Shape.IsColumn: true } u] => Expr.MatMul(u, v),
            [Eye x, Eye y] => n.Pool.Eye(x.Shape.Rows * y.Shape.Rows),
            [Ones x, Ones y] => n.Pool.Ones(x.Shape.Rows * y.Shape.Rows, x.Shape.Columns * y.Shape.Columns),
            [Zeros, _] or [_, Zeros] => n.Pool.Zeros(n.Shape),
            _ => null,
        }),
        RewriteRule.For<Norm>("norm-simple", "‖−X‖ = ‖X‖, ‖Xᵀ‖ = ‖X‖, ‖aX‖ = |a| ‖X‖", n => n.Operands[0] switch
        {
            Negate x => Expr.Norm(x.Operands[0]),
            Transpose x => Expr.Norm(x.Operands[0]),
            Scale { Factor: Constant c, Of: var x } => n.Pool.Constant(c.Value.Number < 0 ? -c.Value : c.Value) * Expr.Norm(x),
            _ => null,
        }),
        RewriteRule.For<SquaredNorm>("squared-norm-simple", "‖−X‖² = ‖X‖², ‖Xᵀ‖² = ‖X‖²", n => n.Operands[0] switch
        {
            Negate x => Expr.SquaredNorm(x.Operands[0]),
            Transpose x => Expr.SquaredNorm(x.Operands[0]),
            _ => null,
        }),
        RewriteRule.For<LargestElement>("largest-simple", "max(Xᵀ) = max(X), max(s) = s", n => n.Operands[0] switch
        {
            { Shape.IsScalar: true } s => s,
            Transpose x => Expr.LargestElement(x.Operands[0]),
            Ones => n.Pool.Constant(1),
            _ => null,
        }),
        RewriteRule.For<Negate>("negative-number", "−(a) is a number", n => n.Operands[0] is Constant c ? n.Pool.Constant(-c.Value) : null),
        RewriteRule.For<Zeros>("zero", "a 1×1 matrix of zeros is 0", n => n.Shape.IsScalar ? n.Pool.Constant(0) : null),
        RewriteRule.For<Eye>("identity", "a 1×1 identity matrix is 1", n => n.Shape.IsScalar ? n.Pool.Constant(1) : null),
        RewriteRule.For<Apply>("step-relu", "[relu(X) > 0] = [X > 0]", n => n.Function == Function.Step && n.Operands[0] is Apply { Function: var f, Operands: [var x] } && f == Function.Relu
            ? Expr.Apply(Function.Step, x)
            : null),
        RewriteRule.For<Apply>("exp-log", "log(exp(X)) = X, exp(log(X)) = X", n => n.Operands[0] is Apply inner
            && ((n.Function == Function.Log && inner.Function == Function.Exp) || (n.Function == Function.Exp && inner.Function == Function.Log)) ? inner.Operands[0] : null),
        RewriteRule.For<Apply>("constant", "f of a number", n => Number(n.Operands[0]) is double x && double.IsFinite(n.Function.Evaluate(x)) && IsExact(n.Function.Evaluate(x))
            ? Filled(n, n.Function.Evaluate(x))
            : null),
        RewriteRule.For<Subtract>("log-softmax", "Z − 1 lse(Z) = log(softmax(Z))", n => n.Operands[1] switch
        {
            MatMul { Operands: [Ones, LogSumExp { Operands: [var z] }] } when z == n.Operands[0] => Expr.Apply(Function.Log, Expr.Softmax(z)),
            Scale { Factor: LogSumExp { Operands: [var z] }, Of: Ones } when z == n.Operands[0] => Expr.Apply(Function.Log, Expr.Softmax(z)),
            _ => null,
        }),
        RewriteRule.For<Hadamard>("hadamard-scalar", "x ⊙ y = xy for scalars", n => n.Shape.IsScalar ? n.Operands[0] * n.Operands[1] : null),
        RewriteRule.For<Quotient>("quotient-scalar", "x ⊘ y = x/y for scalars", n => n.Shape.IsScalar ? Expr.Divide(n.Operands[0], n.Operands[1]) : null),
        RewriteRule.For<Quotient>("sigmoid", "exp(X) ⊘ (1 + exp(X)) = σ(X), 1 ⊘ (1 + exp(−X)) = σ(X)", n => Sigmoid(n.Operands[0], n.Operands[1])),
        RewriteRule.For<Divide>("sigmoid", "eˣ/(1 + eˣ) = σ(x), 1/(1 + e⁻ˣ) = σ(x)", n => n.Shape.IsScalar ? Sigmoid(n.Of, n.Divisor) : null),
        RewriteRule.For<Quotient>("quotient-zero", "0 ⊘ X = 0", n => n.Operands[0] is Zeros ? n.Operands[0] : null),
    ];

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
        Neighbours("product-kronecker", "(A ⊗ B)(C ⊗ D) = AC ⊗ BD, (B ⊗ A)vec(X) = vec(AXBᵀ), vec(X)ᵀ(B ⊗ A) = vec(AᵀXB)ᵀ", (a, b) => (a, b) switch
        {
            (Kron { Operands: [var p, var q] }, Kron { Operands: [var r, var s] }) when Fit(p, r) && Fit(q, s) => Expr.Kron(Expr.MatMul(p, r), Expr.MatMul(q, s)),
            (Kron { Operands: [var p, var q] }, Vec { Operands: [var x] }) when Fit(q, x) && x.Shape.Columns.Equals(p.Shape.Columns) =>
                Expr.Vec(Expr.MatMul(Expr.MatMul(q, x), Forms.Transposed(p))),
            (Transpose { Operands: [Vec { Operands: [var x] }] }, Kron { Operands: [var p, var q] }) when x.Shape.Rows.Equals(q.Shape.Rows) && x.Shape.Columns.Equals(p.Shape.Rows) =>
                Expr.Vec(Expr.MatMul(Expr.MatMul(Forms.Transposed(q), x), p)).Transpose(),
            _ => null,
        }),
        Neighbours("product-eye-kronecker", "(I ⊗ u)A = A ⊗ u, (u ⊗ I)A = u ⊗ A for a column u", (a, b) => (a, b) switch
        {
            (Kron { Operands: [Eye, { Shape.IsColumn: true } u] }, { Shape.IsColumn: true } x) => Expr.Kron(x, u),
            (Kron { Operands: [{ Shape.IsColumn: true } u, Eye] }, { Shape.IsColumn: true } x) => Expr.Kron(u, x),
            (Kron { Operands: [{ Shape.IsColumn: true } u, Eye] }, var x) => Expr.Kron(u, x),
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
        Neighbours("product-zero", "0X = 0", (a, b) => a is Zeros || b is Zeros ? Forms.Zero(a.Pool, new(a.Shape.Rows, b.Shape.Columns)) : null),
        Neighbours("product-exponential", "exp(X)exp(−X) = I", (a, b) => (a, b) switch
        {
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
        Factors("hadamard-sign", "sign(X) ⊙ X = |X|, sign(X) ⊙ |X| = X", (a, b) => (a, b) switch
        {
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

    /// <summary>A number, or the one value of all elements of a matrix such as 1 or 0; null for anything else.</summary>
    public static double? Number(Expr x) => x switch
    {
        Constant { Value: { Powers.IsEmpty: true } c } => c.Number,
        Ones => 1,
        Zeros => 0,
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

    private static Expr? Sigmoid(Expr above, Expr below)
    {
        Expr? exp = below switch
        {
            Add { Operands: [var one, Apply e] } when Number(one) == 1 => e,
            Add { Operands: [Apply e, var one] } when Number(one) == 1 => e,
            _ => null,
        };
        return exp is Apply { Function: var f, Operands: [var x] } && f == Function.Exp
            ? above == exp ? Expr.Apply(Function.Sigmoid, x) : Number(above) == 1 ? Expr.Apply(Function.Sigmoid, Forms.Negated(x)) : null
            : null;
    }

    private static bool Fit(Expr x, Expr y) => x.Shape.Columns.Equals(y.Shape.Rows);

    private static bool IsSquare(Expr x) => x.Shape.Rows.Equals(x.Shape.Columns);

    private static bool IsExact(double value) => value == Math.Round(value) && Math.Abs(value) < 1e6;

    private static Expr Filled(Expr like, double value) => like.Shape.IsScalar
        ? like.Pool.Constant(value)
        : value == 0 ? like.Pool.Zeros(like.Shape) : Forms.Times(Coefficient.Of(value), like.Pool.Ones(like.Shape.Rows, like.Shape.Columns));
}
