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
        RewriteRule.For<ElementPower>("element-power", "s.^k = sᵏ, I.^p = I, |X|.^2 = X.^2, X.^½ = √X, (√X).^2 = X", n => n.Exponent switch
        {
            Constant { Value: { Number: > 0, Powers.IsEmpty: true } } when n.Of is Eye or Ones or Vec { Operands: [Eye] } => n.Of,
            Constant { Value: { Powers.IsEmpty: true } even } when even.Number % 2 == 0 && n.Of is Apply { Operands: [var x] } abs && abs.Function == Function.Abs => Expr.ElementPower(x, n.Exponent),
            Constant { Value: { Powers.IsEmpty: true } even } when even.Number % 2 == 0 && n.Of is Apply { Operands: [var x] } root && root.Function == Function.Sqrt => Expr.ElementPower(x, n.Pool.Constant(even.Number / 2)),
            Constant { Value: { Number: 0.5, Powers.IsEmpty: true } } => Expr.Apply(Function.Sqrt, n.Of),
            Constant { Value: { Number: >= -100 and <= 100, Powers.IsEmpty: true } half } when n.Shape.IsScalar && Math.Abs(half.Number % 1) == 0.5 => Expr.Power(Expr.Apply(Function.Sqrt, n.Of), (int)(2 * half.Number)),
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
            Power p when Forms.Transposed(p) is var other && new FormulaSize() is var size && size[other] < size[p] => Expr.Trace(other),
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
        RewriteRule.For<Exponential>("exponential-simple", "exp of the zero matrix is I, exp(s) = eˢ, exp(diag(v)) = diag(exp(v))", n => n.Operands[0] switch
        {
            Diag v => Expr.Diag(Expr.Apply(Function.Exp, v.Operands[0])),
            { Shape.IsScalar: true } s => Expr.Apply(Function.Exp, s),
            Zeros x => n.Pool.Eye(x.Shape.Rows),
            _ => null,
        }),
        RewriteRule.For<ExponentialDifferential>("exponential-identity", "L(X, I) = exp(X), L(X, E, I) = L(X, E), L(X, 0) = 0, L(X, E) = E exp(X) where E is X, a power or the exponential of it", n => n.Operands switch
        {
            _ when n.Directions.FirstOrDefault(direction => direction is Zeros) is Expr zero => zero,
            [var x, .. var rest] when rest.FirstOrDefault(direction => direction is Eye) is Expr one => rest.Length == 1 ? Expr.Exponential(x) : Expr.ExponentialDifferential(x, rest.Remove(one)),
            [var x, .. var rest] when rest.All(direction => Commute(x, direction)) => Forms.Product([.. rest, Expr.Exponential(x)]),
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
        RewriteRule.For<DiagonalOf>("diagonal-product", "diagvec(u vᵀ) = u ⊙ v, diagvec(diag(u)X) = u ⊙ diagvec(X), diagvec(X diag(v) Y) = (X ⊙ Yᵀ)v", n => Forms.Chain(n.Operands[0]) switch
        {
            [Diag u, .. var rest] when rest.Length > 0 => Expr.Hadamard(u.Operands[0], Expr.DiagonalOf(Forms.Product(rest))),
            [.. var rest, Diag u] when rest.Length > 0 => Expr.Hadamard(Expr.DiagonalOf(Forms.Product(rest)), u.Operands[0]),
            _ when Forms.Outer(n.Operands[0]) is (Expr u, Expr v) => Expr.Hadamard(u, Forms.Transposed(v)),
            var chain when chain.FirstOrDefault(factor => factor is Diag) is Diag u && chain.IndexOf(u) is var at =>
                Expr.MatMul(Expr.Hadamard(Forms.Product(chain.Take(at)), Forms.Transposed(Forms.Product(chain.Skip(at + 1)))), u.Operands[0]),
            _ => null,
        }),
        RewriteRule.For<Diag>("diagonal-zero", "diag(0) = 0, diag(1) = I", n => n.Operands[0] switch
        {
            Zeros => n.Pool.Zeros(n.Shape),
            Ones => n.Pool.Eye(n.Shape.Rows),
            { Shape.IsScalar: true } s => s,
            _ => null,
        }),
        RewriteRule.For<Vec>("vec-simple", "vec(0) = 0, vec of ones is ones, vec(unvec(x)) = x, vec(u vᵀ) = v ⊗ u, vec of a row is its transpose", n => n.Operands[0] switch
        {
            Zeros => n.Pool.Zeros(n.Shape),
            Ones => n.Pool.Ones(n.Shape.Rows, Dim.One),
            Unvec x => x.Operands[0],
            { Shape.Rows.IsOne: true } row => Forms.Transposed(row),
            _ when Forms.Outer(n.Operands[0]) is (Expr u, Expr v) => Expr.Kron(Forms.Transposed(v), u),
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
        RewriteRule.For<Norm>("norm-simple", "‖−X‖ = ‖X‖, ‖Xᵀ‖ = ‖X‖, ‖aX‖ = |a| ‖X‖, ‖diag(v)‖ = ‖v‖, ‖X ⊗ Y‖ = ‖X‖ ‖Y‖, ‖u vᵀ‖ = ‖u‖ ‖v‖", n => n.Operands[0] switch
        {
            Negate x => Expr.Norm(x.Operands[0]),
            Transpose x => Expr.Norm(x.Operands[0]),
            Scale { Factor: Constant c, Of: var x } => n.Pool.Constant(c.Value.Number < 0 ? -c.Value : c.Value) * Expr.Norm(x),
            Diag x => Expr.Norm(x.Operands[0]),
            Kron x => Expr.Norm(x.Operands[0]) * Expr.Norm(x.Operands[1]),
            _ => Forms.Outer(n.Operands[0]) is (Expr u, Expr v) ? Expr.Norm(u) * Expr.Norm(Forms.Transposed(v)) : null,
        }),
        RewriteRule.For<SquaredNorm>("squared-norm-simple", "‖−X‖² = ‖X‖², ‖Xᵀ‖² = ‖X‖², ‖diag(v)‖² = ‖v‖², ‖X ⊗ Y‖² = ‖X‖² ‖Y‖², ‖u vᵀ‖² = ‖u‖² ‖v‖²", n => n.Operands[0] switch
        {
            Negate x => Expr.SquaredNorm(x.Operands[0]),
            Transpose x => Expr.SquaredNorm(x.Operands[0]),
            Diag x => Expr.SquaredNorm(x.Operands[0]),
            Kron x => Expr.SquaredNorm(x.Operands[0]) * Expr.SquaredNorm(x.Operands[1]),
            _ => Forms.Outer(n.Operands[0]) is (Expr u, Expr v) ? Expr.SquaredNorm(u) * Expr.SquaredNorm(Forms.Transposed(v)) : null,
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
        RewriteRule.For<Subtract>("log-softmax", "Z − 1 lse(Z) = log(softmax(Z)), 1 lse(Z) − Z = −log(softmax(Z))", n =>
            LogSoftmax.ArgumentOf(n) is Expr z ? Expr.Apply(Function.Log, Expr.Softmax(z))
            : LogSoftmax.ArgumentOf(n.Operands[1] - n.Operands[0]) is Expr minus ? -Expr.Apply(Function.Log, Expr.Softmax(minus)) : null),
        RewriteRule.For<Hadamard>("hadamard-scalar", "x ⊙ y = xy for scalars", n => n.Shape.IsScalar ? n.Operands[0] * n.Operands[1] : null),
        RewriteRule.For<Quotient>("quotient-scalar", "x ⊘ y = x/y for scalars", n => n.Shape.IsScalar ? Expr.Divide(n.Operands[0], n.Operands[1]) : null),
        RewriteRule.For<Apply>("sqrt-square", "√(‖X‖²) = √(XᵀX) = ‖X‖ for a column", n => n.Function == Function.Sqrt && Square(n.Operands[0]) is Expr x ? Expr.Norm(x) : null),
        RewriteRule.For<Trace>("trace-square", "tr(XᵀX) = ‖X‖²", n => Square(n.Operands[0]) is Expr x ? Expr.SquaredNorm(x) : null),
        RewriteRule.For<Quotient>("quotient-zero", "0 ⊘ X = 0", n => n.Operands[0] is Zeros ? n.Operands[0] : null),
    ];

    /// <summary>A number, or the one value of all elements of a matrix such as 1 or 0; null for anything else.</summary>
    public static double? Number(Expr x) => x switch
    {
        Constant { Value: { Powers.IsEmpty: true } c } => c.Number,
        Ones => 1,
        Zeros => 0,
        _ => null,
    };

    /// <summary>Whether two matrices are seen to be powers, exponentials, multiples or polynomials of the same, so that XE = EX.</summary>
    public static bool Commute(Expr x, Expr e)
    {
        // Of I + X² it is X; of what has two it is the whole.
        static Expr Root(Expr x) => x switch
        {
            Scale s => Root(s.Of),
            Divide or Negate or Power or Inverse or Exponential => Root(x.Operands[0]),
            Add or Subtract when x.Operands[0] is Eye or Scale { Of: Eye } => Root(x.Operands[1]),
            Add or Subtract when x.Operands[1] is Eye or Scale { Of: Eye } || Root(x.Operands[0]) == Root(x.Operands[1]) => Root(x.Operands[0]),
            _ => x,
        };
        return x.Shape.IsScalar || Root(x) == Root(e);
    }

    /// <summary>X of ‖X‖², of XᵀX or of XXᵀ; null for anything else.</summary>
    private static Expr? Square(Expr whole)
    {
        ImmutableArray<Expr> chain = Forms.Chain(whole);
        return whole is SquaredNorm ? whole.Operands[0]
            : chain.Length > 1 && chain.Length % 2 == 0 && Forms.Product(chain.Take(chain.Length / 2)) is var half && Forms.Product(chain.Skip(chain.Length / 2)) is var other && Forms.Transposed(half) == other
                ? Forms.Chain(half)[0] is Transpose ? other : half
                : null;
    }

    private static bool IsSquare(Expr x) => x.Shape.Rows.Equals(x.Shape.Columns);

    private static bool IsExact(double value) => value == Math.Round(value) && Math.Abs(value) < 1e6;

    private static Expr Filled(Expr like, double value) => like.Shape.IsScalar
        ? like.Pool.Constant(value)
        : value == 0 ? like.Pool.Zeros(like.Shape) : Forms.Times(Coefficient.Of(value), like.Pool.Ones(like.Shape.Rows, like.Shape.Columns));
}
