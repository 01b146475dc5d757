using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Derivations.Simplification;

/// <summary>
/// Brings an expression into the shortest form that it knows: signs, numbers and scalars outside, transposes at the symbols, products from left
/// to right, like terms collected; then common factors out, sums expanded where that is shorter, and a transpose over a whole where it
/// saves several inside. What happened is a list of steps, each an equation of its own.
/// </summary>
public sealed class Simplifier
{
    /// <summary>How often a sum may be expanded on trial: a bound on the time, never on being right.</summary>
    private const int MaximumTrials = 400;

    private const int MostRounds = 4;

    /// <summary>The longest formula that is expanded on trial.</summary>
    private const int LongestTrial = 400;

    /// <summary>What multiplying out must come to: the textbook's y ⊙ (1 − y) is not given up for a node or two.</summary>
    private const double MultipliedOut = 0.75;

    private static readonly ImmutableHashSet<string> replaced =
    [
        "rewrite.sum-column", "rewrite.product-of-ones", "rewrite.transpose-simple", "rewrite.transpose-factor", "rewrite.transpose-twice",
        "rewrite.product-factor", "rewrite.hadamard-factor", "rewrite.quotient-factor", "rewrite.sum-factor", "rewrite.negated-difference", "rewrite.scale-scale",
    ];

    /// <summary>
    /// What a network's adjoints are shortened with: elements and scalars. Matrices stay as they are, because a plan has no instruction for every form of them, and a
    /// stable form stays stable.
    /// </summary>
    private static readonly ImmutableHashSet<string> ofElements =
    [
        "rewrite.element-power", "rewrite.step-relu", "rewrite.negative-number", "rewrite.zero", "rewrite.hadamard-scalar", "rewrite.quotient-scalar", "rewrite.quotient-zero",
        "rewrite.hadamard-left", "rewrite.scalars", "rewrite.scalars-outside", "rewrite.hadamard-step", "rewrite.hadamard-sign", "rewrite.hadamard-power", "rewrite.collect",
        "rewrite.factor", .. RewriteRules.Algebra.Select(rule => rule.Rule.Id),
    ];

    private readonly FormulaSize size = new();
    private readonly Keys keys = new();
    private readonly CommonFactors commonFactors;
    private readonly EqualFactors equalFactors;
    private readonly RewriteTable rules;
    private readonly Dictionary<(Expr Node, string Trial), Expr> trials = [];
    private readonly bool isOfElements;
    private int trialsLeft = MaximumTrials;

    /// <summary>With facts that may be used, such as 1ᵀy = 1.</summary>
    public Simplifier(IEnumerable<Assumption>? assumptions = null, CancellationToken cancellation = default)
    {
        commonFactors = new(size, keys);
        equalFactors = new(size, keys);
        rules = new(RulesWith(assumptions ?? [], cancellation));
    }

    private Simplifier(CancellationToken cancellation)
        : this([], cancellation)
    {
        isOfElements = true;
        rules = new([.. rules.All.Where(rule => ofElements.Contains(rule.Rule.Id)).Prepend(RewriteRules.StoppedBy(cancellation))]);
    }

    /// <summary>One that leaves matrix products, their factors and stable forms as they are.</summary>
    internal static Simplifier OfElements(CancellationToken cancellation = default) => new(cancellation);

    /// <summary>The simplified expression, and the steps that led to it.</summary>
    public (Expr Result, IReadOnlyList<Step> Steps) Simplify(Expr expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        trialsLeft = MaximumTrials;
        List<Step> steps = [];
        Expr result = Once(expression, steps);

        // A transpose over a whole can bring together what a rule applies to.
        for (int round = 0; round < MostRounds; round++)
        {
            List<Step> more = [];
            Expr next = Once(result, more);
            if (size[next] >= size[result])
            {
                break;
            }

            (result, steps) = (next, [.. steps, .. more]);
        }

        return (result, steps);
    }

    private Expr Once(Expr expression, List<Step> steps)
    {
        (Expr normal, IReadOnlyList<Step> rewrites) = Rewriter.Rewrite(expression, rules);
        steps.AddRange(rewrites);
        return isOfElements ? normal : TransposedAsWhole(normal, steps);
    }

    /// <summary>All rules, for the tests that try each of them.</summary>
    internal ImmutableArray<RewriteRule> Rules => rules.All;

    /// <summary>The length of a formula.</summary>
    public int SizeOf(Expr expression) => size[expression];

    /// <summary>All rules, in the order in which they are tried.</summary>
    private ImmutableArray<RewriteRule> RulesWith(IEnumerable<Assumption> assumptions, CancellationToken cancellation) =>
    [
        RewriteRules.StoppedBy(cancellation),
        .. assumptions.SelectMany(Facts),
        .. RewriteRules.Algebra.Where(rule => !replaced.Contains(rule.Rule.Id)),
        .. RewriteRules.Activations(new()),
        .. MatrixRules.Single,
        .. RewriteRules.Exponentials,
        RewriteRule.For<MatMul>("product-left", "X(YZ) = (XY)Z", n => n.Operands[1] is MatMul ? Forms.Product(Forms.Chain(n)) : null),
        RewriteRule.For<Hadamard>("hadamard-left", "X ⊙ (Y ⊙ Z) = (X ⊙ Y) ⊙ Z", n => n.Operands[1] is Hadamard ? Forms.HadamardProduct(Forms.HadamardFactors(n)) : null),
        new(new("rewrite.scalars", "scalars stand in front, divisors below, equal ones as powers"), Scalars),
        new(new("rewrite.scalars-outside", "f(sX) = s f(X) where f is linear"), ScalarsOutside),
        RewriteRule.For<MatMul>("product-scalar", "u(vᵀw) = (vᵀw)u", InnerProductOutside),
        RewriteRule.For<MatMul>("product-inverse", "X⁻¹X = I, XʲXᵏ = Xʲ⁺ᵏ", equalFactors.OfMatrices),
        RewriteRule.For<MatMul>("scalar-transpose", "xᵀAᵀy = yᵀAx", n => n.Shape.IsScalar ? ShorterScalar(n) : null),
        .. ProductRules.Products,
        .. ProductRules.HadamardProducts,
        new(new("rewrite.hadamard-power", "X ⊙ X = X.^2, (X ⊘ Y) ⊙ Y = X"), node => equalFactors.OfElements(node, out _))
        {
            Condition = node => equalFactors.OfElements(node, out Expr? y) is not null && y is not null ? new(y, y.Pool.Zeros(y.Shape)) { IsInequality = true } : null,
        },
        new(new("rewrite.collect", "like terms are collected"), node => node is Add or Subtract or Negate ? Collected(node) : null),
        new(new("rewrite.factor", "a common factor stands outside: XY + XZ = X(Y + Z)"), node => node is Add or Subtract ? commonFactors.Shorter(node) : null),
        new(new("rewrite.common-divisor", "1 − X ⊘ Y = (Y − X) ⊘ Y, X ⊘ Y + Z ⊘ W = (X ⊙ W + Z ⊙ Y) ⊘ (Y ⊙ W), I − X⁻¹Y = X⁻¹(X − Y), where that is shorter"), node => node is Add or Subtract
            ? OnTrial("divisor", node, Denominators.Common) ?? OnTrial("inverse", node, Denominators.CommonInverse)
            : null),
        new(new("rewrite.expand", "a sum is expanded where that is shorter"), Expanded),
        RewriteRule.For<Sum>("sum-trace", "sum(X ⊙ Y) = tr(XᵀY), where that is shorter", n => n.Operands[0] is Hadamard { Operands: [var x, var y] } && x.Shape.Rows.Equals(x.Shape.Columns)
            ? OnTrial("trace", n, _ => Expr.Trace(Expr.MatMul(Forms.Transposed(x), y)))
            : null),
        new(new("rewrite.multiply-out", "products are multiplied out where terms then cancel"), node => node is Add or Subtract ? OnTrial("multiply-out", node, Expansion.Of, MultipliedOut) : null),
    ];

    private static IEnumerable<RewriteRule> Facts(Assumption assumption)
    {
        yield return RewriteRules.From(assumption);

        // Of Sᵀ = S the transposed fact would be S = Sᵀ, and both together have no end.
        if (!assumption.Left.Shape.IsScalar && Forms.Transposed(assumption.Left) != assumption.Right)
        {
            yield return RewriteRules.From(assumption with { Left = Forms.Transposed(assumption.Left), Right = Forms.Transposed(assumption.Right) });
        }
    }

    private Expr? Scalars(Expr node)
    {
        if (node is not (Scale or Divide) && !(node.Shape.IsScalar && node is Power or MatMul or Hadamard or Quotient))
        {
            return null;
        }

        Expr whole = ScalarFactors.Of(node, keys.Of).ToExpr();
        return whole == node ? null : whole;
    }

    private Expr? ScalarsOutside(Expr node)
    {
        (int first, int end) = node switch
        {
            Transpose or Sum or Trace or DiagonalOf or Diag or Vec or Unvec => (0, 1),
            MatMul or Hadamard or Kron => (0, 2),
            Quotient => (0, 1),
            ExponentialDifferential => (1, node.Operands.Length),
            _ => (0, 0),
        };
        for (int i = first; i < end; i++)
        {
            Expr operand = node.Operands[i];
            if (operand is Scale or Divide or Negate && !operand.Shape.IsScalar
                && ScalarFactors.Of(operand, keys.Of) is { IsBodyAlone: false, Body: Expr body } factors)
            {
                return factors.With(node.With(node.Operands.SetItem(i, body)));
            }
        }

        return node switch
        {
            Quotient { Operands: [var x, Scale or Divide or Negate] }
                when ScalarFactors.Of(node.Operands[1], keys.Of) is { IsBodyAlone: false, Body: Expr body } factors => Expr.Divide(Expr.Quotient(x, body), factors.With(null)),
            _ => null,
        };
    }

    /// <summary>A part of a product that is a scalar, such as vᵀw in u vᵀ w, goes to the front.</summary>
    private static Expr? InnerProductOutside(MatMul n)
    {
        ImmutableArray<Expr> chain = Forms.Chain(n);
        for (int length = 1; length < chain.Length; length++)
        {
            for (int i = 0; i + length <= chain.Length; i++)
            {
                if (chain[i].Shape.Rows.IsOne && chain[i + length - 1].Shape.Columns.IsOne)
                {
                    return Forms.Product(chain.Skip(i).Take(length)) * Forms.Product(chain.RemoveRange(i, length));
                }
            }
        }

        return null;
    }

    private Expr? ShorterScalar(MatMul n)
    {
        Expr other = Forms.TransposedProduct(n);
        (int now, int then) = (size[n], size[other]);
        return then < now || (then == now && FirstSymbol(other) < FirstSymbol(n)) ? other : null;
    }

    /// <summary>The place of the first factor in the order of making, with its transpose looked through.</summary>
    private static int FirstSymbol(Expr product) => Forms.Chain(product)[0] is Transpose { Operands: [var x] } ? x.Id : Forms.Chain(product)[0].Id;

    /// <summary>Like terms as one, the terms in their order, a number that all have outside.</summary>
    private Expr? Collected(Expr node)
    {
        List<(Coefficient Number, Expr Body)> terms = [];
        foreach ((Coefficient number, Expr body) in Forms.Terms(node))
        {
            (bool isNegative, Expr key) = Keys.SignOf(keys.Of(body));
            int known = terms.FindIndex(term => Keys.SignOf(keys.Of(term.Body)).Key == key && term.Number.Powers.SequenceEqual(number.Powers));
            if (known < 0)
            {
                terms.Add((number, body));
            }
            else
            {
                bool isTurned = isNegative != Keys.SignOf(keys.Of(terms[known].Body)).IsNegative;
                terms[known] = (terms[known].Number.Plus(isTurned ? -number : number), terms[known].Body);
            }
        }

        for (int i = 0; i + 1 < terms.Count; i++)
        {
            // A + Aᵀ, not Aᵀ + A.
            if (terms[i].Body is Transpose { Operands: [var x] } && terms[i + 1].Body == x)
            {
                (terms[i], terms[i + 1]) = (terms[i + 1], terms[i]);
            }
        }

        terms.RemoveAll(term => term.Number.Number == 0 || Forms.IsZero(term.Body));
        Expr whole;
        if (terms.Count > 1 && terms.All(term => term.Number.EqualsButForSign(terms[0].Number)) && Math.Abs(terms[0].Number.Number) is var shared
            && !(shared == 1 && terms[0].Number.Powers.IsEmpty) && !node.Shape.IsScalar)
        {
            Coefficient common = terms[0].Number.Number < 0 ? -terms[0].Number : terms[0].Number;
            whole = Forms.Times(common, Forms.Sum([.. terms.Select(term => (Coefficient.Of(Math.Sign(term.Number.Number)), term.Body))], node.Pool, node.Shape));
        }
        else
        {
            whole = Forms.Sum(terms, node.Pool, node.Shape);
        }

        return whole == node ? null : whole;
    }

    /// <summary>A linear operation over a sum, expanded and simplified, where the result is shorter.</summary>
    private Expr? Expanded(Expr node)
    {
        int operands = node switch
        {
            Sum or Trace or DiagonalOf or Diag or Transpose or Vec or Unvec or Divide => 1,
            MatMul or Hadamard or Scale or Kron => 2,
            Quotient => 1,
            _ => 0,
        };
        for (int i = 0; i < operands; i++)
        {
            // x ⊙ (1 − y) is the textbook's form, though x − x ⊙ y may be shorter.
            if (node.Operands[i] is not (Add or Subtract)
                || (node is Hadamard && Forms.Terms(node.Operands[i]).Any(term => term.Body is Ones)))
            {
                continue;
            }

            int at = i;
            if (OnTrial($"expand {at}", node, n => Forms.Sum(
                [.. Forms.Terms(n.Operands[at]).Select(term => (term.Number, n.With(n.Operands.SetItem(at, term.Body))))], n.Pool, n.Shape)) is Expr shorter)
            {
                return shorter;
            }
        }

        return node is MatMul ? OnTrial("ones", node, SumsBesideOnes) : null;
    }

    /// <summary>A(X + Y)1 = A(X1 + Y1): what a factor of ones makes of each term may be much shorter.</summary>
    private static Expr? SumsBesideOnes(Expr product)
    {
        ImmutableArray<Expr> chain = Forms.Chain(product);
        for (int i = 0; i + 1 < chain.Length; i++)
        {
            (Expr x, Expr y) = (chain[i], chain[i + 1]);
            if ((x is Add or Subtract && y is Ones) || (x is Ones && y is Add or Subtract))
            {
                Expr both = Forms.Sum(
                    [.. Forms.Terms(x is Ones ? y : x).Select(term => (term.Number, x is Ones ? Expr.MatMul(x, term.Body) : Expr.MatMul(term.Body, y)))],
                    product.Pool, new(x.Shape.Rows, y.Shape.Columns));
                return chain.Length == 2 ? both : Forms.Product(chain.RemoveAt(i).SetItem(i, both));
            }
        }

        return null;
    }

    /// <summary>Another form of a formula, simplified, where that is shorter than a part of what it was.</summary>
    private Expr? OnTrial(string trial, Expr node, Func<Expr, Expr?> change, double atMost = 1)
    {
        if (size[node] > LongestTrial)
        {
            return null;
        }

        if (!trials.TryGetValue((node, trial), out Expr? shortest))
        {
            trials[(node, trial)] = shortest = node;
            if (trialsLeft > 0 && change(node) is Expr other)
            {
                trialsLeft--;
                Expr simple = Rewriter.Rewrite(other, rules).Result;
                trials[(node, trial)] = shortest = size[simple] < atMost * size[node] ? simple : node;
            }
        }

        return shortest == node ? null : shortest;
    }

    /// <summary>(BA)ᵀ for AᵀBᵀ: one transpose over a whole where it saves more than one inside.</summary>
    private Expr TransposedAsWhole(Expr e, List<Step> steps)
    {
        Dictionary<Expr, Expr> done = new(ReferenceEqualityComparer.Instance);
        Expr Run(Expr x)
        {
            if (x.Operands.IsEmpty || x is Named or Differential or Gradient or Jacobian or Transpose || Rewriter.IsLargestMask(x))
            {
                return x is Transpose { Operands: [not (Symbol or Named or Differential) and var inner] } ? Run(inner).Transpose() : x;
            }

            if (done.TryGetValue(x, out Expr? known))
            {
                return known;
            }

            // The factors by themselves: of (A + Bᵀ)ᵀ C the transpose stays with its factor.
            ImmutableArray<Expr> operands = [.. x.Operands.Select(Run)];
            Expr parts = operands.AsSpan().SequenceEqual(x.Operands.AsSpan()) ? x : x.With(operands);
            if (!x.Shape.IsScalar && x is not (Scale or Divide or Negate))
            {
                Expr other = Forms.Transposed(x);
                int saved = x is Add or Subtract ? 2 : 1;
                if (size[other] + saved < size[parts] && Run(other).Transpose() is var whole && size[whole] + saved - 1 < size[parts])
                {
                    steps.Add(new(new("rewrite.transpose-whole", "XᵀYᵀ = (YX)ᵀ"), x, whole));
                    return done[x] = whole;
                }
            }

            return done[x] = parts;
        }

        return Run(e);
    }
}
