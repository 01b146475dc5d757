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
            (n, dX) => Expr.Hadamard(Expr.Apply(n.Function.Prime, n.Operands[0]), dX)),
        DifferentialRule.For<Sum>("total", "d sum(X) = sum(dX)", (_, dX) => Expr.Sum(dX)),
        DifferentialRule.For<SquaredNorm>("squared-norm", "d‖X‖² = 2 sum(X ⊙ dX)", (n, dX) => 2 * Expr.Inner(n.Operands[0], dX)),
        DifferentialRule.For<Softmax>("softmax", "dS = S ⊙ (dZ − 1 1ᵀ(S ⊙ dZ)), S = softmax(Z)",
            (n, dZ) => Expr.Hadamard(n, dZ - Expr.BroadcastRow(Expr.ColumnSums(Expr.Hadamard(n, dZ)), n.Shape.Rows))),
        DifferentialRule.For<LogSumExp>("log-sum-exp", "d lse(Z) = 1ᵀ(softmax(Z) ⊙ dZ)",
            (n, dZ) => Expr.ColumnSums(Expr.Hadamard(Expr.Softmax(n.Operands[0]), dZ))),
        DifferentialRule.For<Named>("name", "the differential of a name is its definition's", (_, d) => d),
    }.ToImmutableDictionary(rule => rule.Node));

    /// <summary>All rules, in the order of their names.</summary>
    public IEnumerable<DifferentialRule> All => rules.Values.OrderBy(rule => rule.Rule.Id, StringComparer.Ordinal);

    /// <summary>The rule for a node.</summary>
    public DifferentialRule this[Expr node] => rules.TryGetValue(node.GetType(), out DifferentialRule? rule)
        ? rule
        : throw new NotSupportedException($"there is no rule for the differential of {node.Describe()}");

    /// <summary>The same table with one entry replaced.</summary>
    public DifferentialRules With(DifferentialRule rule) => new(rules.SetItem(rule.Node, rule));

    private static Ones One(Expr like) => like.Pool.Ones(like.Shape.Rows, like.Shape.Columns);

    private static Expr Greater(Expr x, Expr y) => Expr.Apply(Function.Step, x - y);
}
