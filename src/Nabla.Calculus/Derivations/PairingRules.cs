using System.Collections.Immutable;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>How a linear operation moves across the inner product: ⟨G, op(L)⟩ = ⟨op*(G), L⟩, for each operand that L may be.</summary>
/// <param name="Rule">The fact.</param>
/// <param name="Node">The type of the operation's node.</param>
/// <param name="Adjoints">For each operand: (node, G) → op*(G); null where the operation is not linear in it.</param>
public sealed record PairingRule(Rule Rule, Type Node, ImmutableArray<Func<Expr, Expr, Expr>?> Adjoints)
{
    internal static PairingRule For<TNode>(string id, string statement, params ImmutableArray<Func<TNode, Expr, Expr>?> adjoints)
        where TNode : Expr =>
        new(new($"pairing.{id}", statement), typeof(TNode),
            [.. adjoints.Select(adjoint => adjoint is null ? null : (Func<Expr, Expr, Expr>)((node, g) => adjoint((TNode)node, g)))]);
}

/// <summary>
/// The second half of a gradient: a term that is linear in dX, paired with the adjoint G, is turned round until dX stands alone;
/// what stands beside it is what X̄ gains.
/// </summary>
public sealed class PairingRules
{
    private readonly ImmutableDictionary<Type, PairingRule> rules;

    private PairingRules(ImmutableDictionary<Type, PairingRule> rules) => this.rules = rules;

    /// <summary>The adjoints of the linear operations under ⟨X, Y⟩ = sum(X ⊙ Y).</summary>
    public static PairingRules Standard { get; } = new(new[]
    {
        PairingRule.For<Add>("sum", "⟨G, L + M⟩ = ⟨G, L⟩ + ⟨G, M⟩", (_, g) => g, (_, g) => g),
        PairingRule.For<Subtract>("difference", "⟨G, L − M⟩ = ⟨G, L⟩ + ⟨−G, M⟩", (_, g) => g, (_, g) => -g),
        PairingRule.For<Negate>("negation", "⟨G, −L⟩ = ⟨−G, L⟩", (_, g) => -g),
        PairingRule.For<Scale>("scaling", "⟨G, sL⟩ = ⟨sG, L⟩, ⟨G, lX⟩ = ⟨sum(G ⊙ X), l⟩",
            (n, g) => Expr.Inner(g, n.Of),
            (n, g) => n.Factor * g),
        PairingRule.For<MatMul>("product", "⟨G, LB⟩ = ⟨GBᵀ, L⟩, ⟨G, AL⟩ = ⟨AᵀG, L⟩",
            (n, g) => Expr.MatMul(g, n.Operands[1].Transpose()),
            (n, g) => Expr.MatMul(n.Operands[0].Transpose(), g)),
        PairingRule.For<Hadamard>("hadamard", "⟨G, H ⊙ L⟩ = ⟨G ⊙ H, L⟩",
            (n, g) => Expr.Hadamard(g, n.Operands[1]),
            (n, g) => Expr.Hadamard(g, n.Operands[0])),
        PairingRule.For<Quotient>("quotient", "⟨G, L ⊘ Y⟩ = ⟨G ⊘ Y, L⟩", (n, g) => Expr.Quotient(g, n.Operands[1]), null),
        PairingRule.For<Transpose>("transpose", "⟨G, Lᵀ⟩ = ⟨Gᵀ, L⟩", (_, g) => g.Transpose()),
        PairingRule.For<Sum>("total", "⟨g, sum(L)⟩ = ⟨g 1, L⟩",
            (n, g) => g * n.Pool.Ones(n.Operands[0].Shape.Rows, n.Operands[0].Shape.Columns)),
        PairingRule.For<Divide>("division", "⟨G, L/s⟩ = ⟨G/s, L⟩", (n, g) => Expr.Divide(g, n.Divisor), null),
        PairingRule.For<Trace>("trace", "⟨g, tr(L)⟩ = ⟨g I, L⟩", (n, g) => g * n.Pool.Eye(n.Operands[0].Shape.Rows)),
        PairingRule.For<Diag>("diagonal-matrix", "⟨G, diag(l)⟩ = ⟨diagvec(G), l⟩", (_, g) => Expr.DiagonalOf(g)),
        PairingRule.For<DiagonalOf>("diagonal", "⟨g, diagvec(L)⟩ = ⟨diag(g), L⟩", (_, g) => Expr.Diag(g)),
        PairingRule.For<Vec>("vec", "⟨g, vec(L)⟩ = ⟨unvec(g), L⟩", (n, g) => Expr.Unvec(g, n.Operands[0].Shape)),
        PairingRule.For<Unvec>("unvec", "⟨G, unvec(l)⟩ = ⟨vec(G), l⟩", (_, g) => Expr.Vec(g)),
        PairingRule.For<Kron>("kronecker", "⟨P ⊗ Q, L ⊗ Y⟩ = ⟨⟨Q, Y⟩ P, L⟩, ⟨P ⊗ Q, X ⊗ L⟩ = ⟨⟨P, X⟩ Q, L⟩; else of vec(L ⊗ Y) = (I ⊗ K ⊗ I)(vec(L) ⊗ vec(Y))",
            (n, g) => KroneckerAdjoint(n, g, 0),
            (n, g) => KroneckerAdjoint(n, g, 1)),
        PairingRule.For<ExponentialDifferential>("exponential", "⟨G, L(X, E)⟩ = ⟨L(Xᵀ, G), E⟩, ⟨G, L(X, E, F)⟩ = ⟨L(Xᵀ, G, Fᵀ), E⟩",
            null,
            (n, g) => ExponentialAdjoint(n, g, 1),
            (n, g) => ExponentialAdjoint(n, g, 2)),
    }.ToImmutableDictionary(rule => rule.Node));

    /// <summary>All rules, in the order of their names.</summary>
    public IEnumerable<PairingRule> All => rules.Values.OrderBy(rule => rule.Rule.Id, StringComparer.Ordinal);

    /// <summary>The same table with one entry replaced.</summary>
    public PairingRules With(PairingRule rule) => new(rules.SetItem(rule.Node, rule));

    /// <summary>What X̄ gains from a term that is linear in <paramref name="d"/> = dX, where G is the adjoint of the term.</summary>
    public Expr Turn(Expr term, Differential d, Expr g)
    {
        if (ReferenceEquals(term, d))
        {
            return g;
        }

        if (!rules.TryGetValue(term.GetType(), out PairingRule? rule))
        {
            throw new NotSupportedException($"there is no rule that moves {term.Describe()} across the inner product");
        }

        Expr? total = null;
        for (int i = 0; i < term.Operands.Length; i++)
        {
            if (term.Operands[i].HasPart(d))
            {
                Func<Expr, Expr, Expr> adjoint = rule.Adjoints[i]
                    ?? throw new NotSupportedException($"{term.Describe()} is not linear in its operand {i + 1}");
                Expr gain = Turn(term.Operands[i], d, adjoint(term, g));
                total = total is null ? gain : total + gain;
            }
        }

        return total ?? throw new ArgumentException($"{term.Describe()} does not contain {d.Describe()}", nameof(term));
    }

    /// <summary>G in the place of one direction, all else transposed.</summary>
    private static Expr ExponentialAdjoint(ExponentialDifferential n, Expr g, int operand) =>
        n.With([.. n.Operands.Select((x, i) => i == operand ? g : x.Transpose())]);

    /// <summary>The rules by which a term in <paramref name="d"/> is turned round, the outermost first.</summary>
    public IEnumerable<Rule> RulesOn(Expr term, Differential d)
    {
        if (ReferenceEquals(term, d) || !rules.TryGetValue(term.GetType(), out PairingRule? rule))
        {
            return [];
        }

        return [rule.Rule, .. term.Operands.Where(operand => operand.HasPart(d)).SelectMany(operand => RulesOn(operand, d)).Distinct()];
    }

    /// <summary>
    /// The adjoint of one factor of X ⊗ Y. Where G is a Kronecker product (or a multiple, the identity, ones) of matching shapes it is a multiple of
    /// one factor of G. Else vec(X ⊗ Y) = M (vec(X) ⊗ vec(Y)) with M = I ⊗ K ⊗ I (Magnus and Neudecker, chapter 3, theorem 10).
    /// </summary>
    private static Expr KroneckerAdjoint(Kron n, Expr g, int operand)
    {
        ExprPool pool = n.Pool;
        (Expr x, Expr y) = (n.Operands[0], n.Operands[1]);
        switch (g)
        {
            case Scale s:
                return s.Factor * KroneckerAdjoint(n, s.Of, operand);
            case Divide d:
                return Expr.Divide(KroneckerAdjoint(n, d.Of, operand), d.Divisor);
            case Negate m:
                return -KroneckerAdjoint(n, m.Operands[0], operand);
            case Add a:
                return KroneckerAdjoint(n, a.Operands[0], operand) + KroneckerAdjoint(n, a.Operands[1], operand);
            case Subtract a:
                return KroneckerAdjoint(n, a.Operands[0], operand) - KroneckerAdjoint(n, a.Operands[1], operand);
            case Eye when x.Shape.Rows.Equals(x.Shape.Columns) && y.Shape.Rows.Equals(y.Shape.Columns):
                return operand == 0 ? Expr.Trace(y) * pool.Eye(x.Shape.Rows) : Expr.Trace(x) * pool.Eye(y.Shape.Rows);
            case Ones:
                return operand == 0 ? Expr.Sum(y) * pool.Ones(x.Shape.Rows, x.Shape.Columns) : Expr.Sum(x) * pool.Ones(y.Shape.Rows, y.Shape.Columns);
            case Kron { Operands: [var p, var q] } when p.Shape == x.Shape && q.Shape == y.Shape:
                return operand == 0 ? Expr.Inner(q, y) * p : Expr.Inner(p, x) * q;
        }

        // (X ⊗ Y)⁻ᵀ or (X ⊗ Y)(X ⊗ Y) is a Kronecker product only when it is simplified.
        Expr simple = new Simplification.Simplifier().Simplify(g).Result;
        simple = simple is Transpose { Operands: [var whole] } ? Simplification.Forms.Transposed(whole) : simple;
        if (simple != g && simple is Kron or Scale or Divide or Negate or Eye or Ones or Add or Subtract)
        {
            return KroneckerAdjoint(n, simple, operand);
        }

        Expr Beside(Expr a, Expr b) => a is Eye { Shape.IsScalar: true } ? b : b is Eye { Shape.IsScalar: true } ? a : Expr.Kron(a, b);
        Expr mix = Beside(Beside(pool.Eye(x.Shape.Columns), pool.Commutation(x.Shape.Rows, y.Shape.Columns)), pool.Eye(y.Shape.Rows));
        Expr turned = Expr.MatMul(mix, Expr.Vec(g));
        return operand == 0
            ? Expr.Unvec(Expr.MatMul(Beside(pool.Eye(x.Shape.Size), Expr.Vec(y).Transpose()), turned), x.Shape)
            : Expr.Unvec(Expr.MatMul(Beside(Expr.Vec(x).Transpose(), pool.Eye(y.Shape.Size)), turned), y.Shape);
    }
}
