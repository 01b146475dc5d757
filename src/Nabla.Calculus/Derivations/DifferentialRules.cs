using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Derivations;

/// <summary>The differential of one operation: for each operand the term that is linear in that operand's differential.</summary>
/// <param name="Rule">The fact.</param>
/// <param name="Node">The type of node that it is about.</param>
/// <param name="Terms">For each operand: (node, dOperand) → term.</param>
public sealed record DifferentialRule(Rule Rule, Type Node, ImmutableArray<Func<Expr, Expr, Expr>> Terms)
{
    internal static DifferentialRule For<TNode>(string id, string statement, params ImmutableArray<Func<TNode, Expr, Expr>> terms)
        where TNode : Expr =>
        new(new($"differential.{id}", statement), typeof(TNode),
            [.. terms.Select(term => (Func<Expr, Expr, Expr>)((node, d) => term((TNode)node, d)))]);
}

/// <summary>
/// The differentials of all operations, one entry each. Nothing else in the project knows a derivative: adjoints come from these
/// by pairing (<see cref="PairingRules"/>), Jacobians by identification. An immutable table, so that a test can break one
/// entry and show that the checks notice.
/// </summary>
public sealed class DifferentialRules
{
    private const int LargestPower = 32;

    private readonly ImmutableDictionary<Type, DifferentialRule> rules;

    private DifferentialRules(ImmutableDictionary<Type, DifferentialRule> rules) => this.rules = rules;

    /// <summary>The rules of matrix calculus (Magnus and Neudecker, "Matrix Differential Calculus", chapters 8 and 9).</summary>
    public static DifferentialRules Standard { get; } = new(new[]
    {
        DifferentialRule.For<Add>("sum", "d(X + Y) = dX + dY", (_, dX) => dX, (_, dY) => dY),
        DifferentialRule.For<Subtract>("difference", "d(X − Y) = dX − dY", (_, dX) => dX, (_, dY) => -dY),
        DifferentialRule.For<Negate>("negation", "d(−X) = −dX", (_, dX) => -dX),
        DifferentialRule.For<Scale>("scaling", "d(sX) = ds X + s dX", (n, ds) => ds * n.Of, (n, dX) => n.Factor * dX),
        DifferentialRule.For<MatMul>("product", "d(XY) = dX Y + X dY",
            (n, dX) => Expr.MatMul(dX, n.Operands[1]),
            (n, dY) => Expr.MatMul(n.Operands[0], dY)),
        DifferentialRule.For<Hadamard>("hadamard", "d(X ⊙ Y) = dX ⊙ Y + X ⊙ dY",
            (n, dX) => Expr.Hadamard(dX, n.Operands[1]),
            (n, dY) => Expr.Hadamard(n.Operands[0], dY)),
        DifferentialRule.For<Quotient>("quotient", "d(X ⊘ Y) = dX ⊘ Y − (X ⊘ Y) ⊙ (dY ⊘ Y)",
            (n, dX) => Expr.Quotient(dX, n.Operands[1]),
            (n, dY) => -Expr.Hadamard(n, Expr.Quotient(dY, n.Operands[1]))),
        DifferentialRule.For<Maximum>("maximum", "d max(X, Y) = [X > Y] ⊙ dX + (1 − [X > Y]) ⊙ dY",
            (n, dX) => Expr.Hadamard(Greater(n.Operands[0], n.Operands[1]), dX),
            (n, dY) => Expr.Hadamard(One(n) - Greater(n.Operands[0], n.Operands[1]), dY)),
        DifferentialRule.For<Minimum>("minimum", "d min(X, Y) = [Y > X] ⊙ dX + (1 − [Y > X]) ⊙ dY",
            (n, dX) => Expr.Hadamard(Greater(n.Operands[1], n.Operands[0]), dX),
            (n, dY) => Expr.Hadamard(One(n) - Greater(n.Operands[1], n.Operands[0]), dY)),
        DifferentialRule.For<Transpose>("transpose", "d(Xᵀ) = (dX)ᵀ", (_, dX) => dX.Transpose()),
        DifferentialRule.For<Apply>("elementwise", "d f(X) = f′(X) ⊙ dX",
            (n, dX) => Expr.Hadamard(Slope(n), dX)),
        DifferentialRule.For<Sum>("total", "d sum(X) = sum(dX)", (_, dX) => Expr.Sum(dX)),
        DifferentialRule.For<SquaredNorm>("squared-norm", "d‖X‖² = 2 sum(X ⊙ dX)", (n, dX) => 2 * Expr.Inner(n.Operands[0], dX)),
        DifferentialRule.For<Softmax>("softmax", "dS = S ⊙ (dZ − 1 1ᵀ(S ⊙ dZ)), S = softmax(Z)",
            (n, dZ) => Expr.Hadamard(n, dZ - Expr.BroadcastRow(Expr.ColumnSums(Expr.Hadamard(n, dZ)), n.Shape.Rows))),
        DifferentialRule.For<LogSumExp>("log-sum-exp", "d lse(Z) = 1ᵀ(softmax(Z) ⊙ dZ)",
            (n, dZ) => Expr.ColumnSums(Expr.Hadamard(Expr.Softmax(n.Operands[0]), dZ))),
        DifferentialRule.For<Divide>("division", "d(X/s) = dX/s − (ds/s) (X/s)",
            (n, dX) => Expr.Divide(dX, n.Divisor),
            (n, ds) => -(Expr.Divide(ds, n.Divisor) * (Expr)n)),
        DifferentialRule.For<Trace>("trace", "d tr(X) = tr(dX)", (_, dX) => Expr.Trace(dX)),
        DifferentialRule.For<Determinant>("determinant", "d det(X) = det(X) tr(X⁻¹ dX)",
            (n, dX) => n * Expr.Trace(Expr.MatMul(Expr.Inverse(n.Operands[0]), dX))),
        DifferentialRule.For<LogDeterminant>("log-determinant", "d log |det(X)| = tr(X⁻¹ dX)",
            (n, dX) => Expr.Trace(Expr.MatMul(Expr.Inverse(n.Operands[0]), dX))),
        DifferentialRule.For<Inverse>("inverse", "d(X⁻¹) = −X⁻¹ dX X⁻¹", (n, dX) => -Expr.MatMul(Expr.MatMul(n, dX), n)),
        DifferentialRule.For<Power>("power", "d(Xᵏ) = Σ Xⁱ dX Xʲ over i + j = k − 1; k xᵏ⁻¹ dx for a scalar", (n, dX) => PowerTerm(n, dX)),
        DifferentialRule.For<ElementPower>("element-power", "d(X.^p) = p X.^(p−1) ⊙ dX + dp (X.^p ⊙ log X)",
            (n, dX) => n.Exponent * Expr.Hadamard(OneLess(n), dX),
            (n, dp) => dp * Expr.Hadamard(n, Expr.Apply(Function.Log, n.Of))),
        DifferentialRule.For<Diag>("diagonal-matrix", "d diag(v) = diag(dv)", (_, dv) => Expr.Diag(dv)),
        DifferentialRule.For<DiagonalOf>("diagonal", "d diagvec(X) = diagvec(dX)", (_, dX) => Expr.DiagonalOf(dX)),
        DifferentialRule.For<Vec>("vec", "d vec(X) = vec(dX)", (_, dX) => Expr.Vec(dX)),
        DifferentialRule.For<Unvec>("unvec", "d unvec(x) = unvec(dx)", (n, dx) => Expr.Unvec(dx, n.Shape)),
        DifferentialRule.For<Kron>("kronecker", "d(X ⊗ Y) = dX ⊗ Y + X ⊗ dY",
            (n, dX) => Expr.Kron(dX, n.Operands[1]),
            (n, dY) => Expr.Kron(n.Operands[0], dY)),
        DifferentialRule.For<Exponential>("exponential", "d exp(X) = L(X, dX), the Fréchet derivative",
            (n, dX) => Expr.ExponentialDifferential(n.Operands[0], dX)),
        DifferentialRule.For<ExponentialDifferential>("exponential-differential", "d L(X, E) = L(X, E, dX) + L(X, dE), and so with two directions",
            (n, dX) => n.Directions.Count() == 1
                ? Expr.ExponentialDifferential(n.At, [.. n.Directions, dX])
                : throw new NotSupportedException("the third derivative of a matrix exponential has no form here"),
            (n, dE) => n.With(n.Operands.SetItem(1, dE)),
            (n, dF) => n.With(n.Operands.SetItem(2, dF))),
        DifferentialRule.For<Norm>("norm", "d‖X‖ = sum(X ⊙ dX) / ‖X‖", (n, dX) => Expr.Divide(Expr.Inner(n.Operands[0], dX), n)),
        DifferentialRule.For<LargestElement>("largest", "d max(X) = sum((1 − [max(X) 1 − X > 0]) ⊙ dX), where one element is the largest",
            (n, dX) => Expr.Inner(One(dX) - Expr.Apply(Function.Step, n * (Expr)One(dX) - n.Operands[0]), dX)),
        DifferentialRule.For<Named>("name", "the differential of a name is its definition's", (_, d) => d),
    }.ToImmutableDictionary(rule => rule.Node));

    /// <summary>Under a trace the terms Xⁱ dX Xʲ of d(Xᵏ) are equal, so that none needs to be written out, however many they are.</summary>
    internal static DifferentialRule TraceOfPower { get; } =
        DifferentialRule.For<Power>("trace-of-power", "tr d(Xᵏ) = k tr(Xᵏ⁻¹ dX)", (n, dX) => n.Exponent * Expr.MatMul(Expr.Power(n.Operands[0], n.Exponent - 1), dX));

    /// <summary>The rule for a power that is too high for the general one, where its adjoint is a multiple of the identity; else null.</summary>
    internal static DifferentialRule? UnderTrace(Expr node, Expr adjoint) => UnderTrace(node, () => IsMultipleOfIdentity(adjoint));

    /// <summary>The same where something else says that the trace alone is used.</summary>
    internal static DifferentialRule? UnderTrace(Expr node, Func<bool> isUnderTrace) =>
        IsTooHigh(node) && ((Power)node).Exponent > int.MinValue && isUnderTrace() ? TraceOfPower : null;

    /// <summary>Whether something is a power too high for the rule that writes out all terms.</summary>
    internal static bool IsTooHigh(Expr node) => node is Power { Shape.IsScalar: false } power && Math.Abs((long)power.Exponent) > LargestPower;

    private static bool IsMultipleOfIdentity(Expr x) => x switch
    {
        Eye => true,
        Scale s => IsMultipleOfIdentity(s.Of),
        Negate n => IsMultipleOfIdentity(n.Operands[0]),
        Divide d => IsMultipleOfIdentity(d.Of),
        _ => false,
    };

    /// <summary>All rules, in the order of their names.</summary>
    public IEnumerable<DifferentialRule> All => rules.Values.OrderBy(rule => rule.Rule.Id, StringComparer.Ordinal);

    /// <summary>The rule for a node.</summary>
    public DifferentialRule this[Expr node] => rules.TryGetValue(node.GetType(), out DifferentialRule? rule)
        ? rule
        : throw new NotSupportedException($"there is no rule for the differential of {node.Describe()}");

    /// <summary>The same table with one entry replaced.</summary>
    public DifferentialRules With(DifferentialRule rule) => new(rules.SetItem(rule.Node, rule));

    /// <summary>
    /// f′(X) of an elementwise function; that of an f′ is the derivative of its text. The text is elementwise too, so its differential in
    /// the direction of ones, operation by operation, is f″(X).
    /// </summary>
    private static Expr Slope(Apply n)
    {
        Expr x = n.Operands[0];
        if (n.Function.PrimeOf is null)
        {
            return Expr.Apply(n.Function.Prime, x);
        }

        Expr text = n.Function.Expand(x);
        Dictionary<Expr, Expr> slopes = new(ReferenceEqualityComparer.Instance) { [x] = One(x) };
        foreach (Expr part in Expr.Parts(text).Where(part => part.Id > x.Id && part is not Named))
        {
            for (int i = 0; i < part.Operands.Length; i++)
            {
                if (slopes.TryGetValue(part.Operands[i], out Expr? slope))
                {
                    Expr term = Standard[part].Terms[i](part, slope);
                    slopes[part] = slopes.TryGetValue(part, out Expr? sum) ? sum + term : term;
                }
            }
        }

        return slopes.GetValueOrDefault(text) ?? x.Pool.Zeros(x.Shape);
    }

    private static Ones One(Expr like) => like.Pool.Ones(like.Shape.Rows, like.Shape.Columns);

    /// <summary>Σ Xⁱ dX Xʲ, i + j = k − 1; for a negative k the same of X⁻¹ and d(X⁻¹).</summary>
    private static Expr PowerTerm(Power n, Expr dX)
    {
        Expr x = n.Operands[0];
        long k = n.Exponent;
        if (x.Shape.IsScalar)
        {
            return k * (Expr.Power(x, (int)(k - 1)) * dX);
        }

        if (Math.Abs(k) > LargestPower)
        {
            throw new NotSupportedException($"the differential of the power {k} of a matrix has {Math.Abs(k)} terms; at most {LargestPower} are written out");
        }

        Expr root = k > 0 ? x : Expr.Inverse(x);
        Expr inner = k > 0 ? dX : -Expr.MatMul(Expr.MatMul(root, dX), root);
        int count = (int)Math.Abs(k);
        Expr Term(int i)
        {
            Expr left = i == 0 ? inner : Expr.MatMul(Expr.Power(root, i), inner);
            return i == count - 1 ? left : Expr.MatMul(left, Expr.Power(root, count - 1 - i));
        }

        return Enumerable.Range(0, count).Select(Term).Aggregate((a, b) => a + b);
    }

    /// <summary>X.^(p−1) for X.^p: X itself where p is 2, ones where p is 1.</summary>
    private static Expr OneLess(ElementPower n) => n.Exponent switch
    {
        Constant { Value: { Powers.IsEmpty: true, Number: 1 } } => One(n),
        Constant { Value: { Powers.IsEmpty: true, Number: 2 } } => n.Of,
        Constant { Value: { Powers.IsEmpty: true } c } => Expr.ElementPower(n.Of, n.Pool.Constant(c.Number - 1)),
        Expr p => Expr.ElementPower(n.Of, p - n.Pool.Constant(1)),
    };

    private static Expr Greater(Expr x, Expr y) => Expr.Apply(Function.Step, x - y);
}
