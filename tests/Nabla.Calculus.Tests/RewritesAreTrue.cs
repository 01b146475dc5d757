using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Verification;

namespace Nabla.Calculus.Tests;

/// <summary>Every rewrite is tried where it applies, and both its sides are evaluated at random points.</summary>
public sealed class RewritesAreTrue
{
    [Fact]
    public void Every_rewrite_applies_to_a_sample_and_keeps_its_value()
    {
        Workbench bench = new();
        Bindings values = bench.Values();
        HashSet<Rule> seen = [];
        IReadOnlyList<Expr> samples = Samples(bench);
        IReadOnlyList<RewriteRule> all = All(samples);
        foreach (Expr sample in samples)
        {
            foreach (RewriteRule rule in all)
            {
                if (rule.Apply(sample) is Expr after)
                {
                    seen.Add(rule.Rule);
                    Assert.True(Agrees(sample, after, values), rule.Rule.Id);
                }
            }
        }

        Assert.Empty(all.Select(rule => rule.Rule).Where(rule => !seen.Contains(rule)).Select(rule => $"{rule.Id}: {rule.Statement}"));
    }

    [Fact]
    public void A_whole_simplification_keeps_the_value_and_every_step_of_it()
    {
        Workbench bench = new();
        Bindings values = bench.Values();
        IReadOnlyList<Expr> samples = Samples(bench);
        IReadOnlyList<RewriteRule> all = All(samples);
        foreach (Expr sample in samples)
        {
            (Expr result, IReadOnlyList<Derivations.Step> steps) = Rewriter.Rewrite(sample, all);
            Assert.True(Agrees(sample, result, values));
            Assert.All(steps, step => Assert.True(Agrees(step.Left, step.Right, values), step.Rule.Id));
        }
    }

    [Fact]
    public void Every_rewrite_corrupted_on_purpose_is_caught()
    {
        Workbench bench = new();
        Bindings values = bench.Values();
        int caught = 0;
        IReadOnlyList<Expr> samples = Samples(bench);
        foreach (RewriteRule rule in All(samples))
        {
            // A sample whose value is zero looks the same with a lost sign; another one of the rule then shows it.
            Expr[] where = [.. samples.Where(sample => rule.Apply(sample) is not null)];
            Expr[] telling = [.. where.Where(sample => Evaluator.Evaluate(sample, values).MaxAbs() > 0)];
            foreach (Expr sample in telling)
            {
                Assert.False(Agrees(sample, -rule.Apply(sample)!, values), rule.Rule.Id);
                Assert.False(Agrees(sample, 1.0001 * rule.Apply(sample)!, values), rule.Rule.Id);
                caught++;
            }
        }

        Assert.True(caught > 50);
    }

    [Fact]
    public void A_rewrite_that_changes_the_shape_is_refused()
    {
        Workbench bench = new();
        RewriteRule wrong = new(new("rewrite.wrong", "X = Xᵀ"), node => node is Symbol ? node.Transpose() : null);
        Assert.Throws<ShapeException>(() => Rewriter.Rewrite(bench.X, wrong));
    }

    [Fact]
    public void Rewrites_that_do_not_end_are_refused()
    {
        Workbench bench = new();
        RewriteRule back = new(new("rewrite.swap", "X + Y = Y + X"), node => node is Add add ? add.Operands[1] + add.Operands[0] : null);
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => Rewriter.Rewrite(bench.X + bench.Y, back));
        Assert.Contains("rewrite.swap", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_a_number_agrees_with_nothing()
    {
        Workbench bench = new();
        Bindings values = bench.Values();
        values.ValueOf(bench.X)![1, 2] = double.NaN;
        Assert.True(Agrees(bench.Y, -(-bench.Y), values));
        Assert.False(Agrees(bench.X, -(-bench.X), values));
        Assert.False(Agrees(bench.Y, bench.X, values));
        Assert.False(Workbench.GradientsAgree(Expr.SquaredNorm(bench.X), new(), values));
        Assert.True(Workbench.GradientsAgree(Expr.SquaredNorm(bench.Y), new(), values));
    }

    private static IReadOnlyList<RewriteRule> All(IReadOnlyList<Expr> samples)
    {
        NameTable names = new(samples);
        return [.. RewriteRules.Stability, .. RewriteRules.Structure, .. RewriteRules.Names(names), .. RewriteRules.Algebra, .. RewriteRules.Activations(names)];
    }

    private static bool Agrees(Expr before, Expr after, Bindings values)
    {
        Matrix x = Evaluator.Evaluate(before, values);
        Matrix y = Evaluator.Evaluate(after, values);
        return before.Shape == after.Shape && x.Zip(y, (a, b) => a - b).MaxAbs() <= 1e-12 * Math.Max(1e-3, x.MaxAbs());
    }

    /// <summary>Expressions on which every rule applies at the root of at least one.</summary>
    private static IReadOnlyList<Expr> Samples(Workbench b)
    {
        ExprPool pool = b.Pool;
        (Expr x, Expr y, Expr s, Expr v) = (b.X, b.Y, b.S, b.V);
        Zeros zeros = pool.Zeros(x.Shape);
        Expr ones = pool.Ones(b.N, b.P);
        Named z = (x - y).As(new("Z"));
        Named a = Expr.Apply(Function.Sigmoid, z).As(new("A"));
        Named p = Expr.Softmax(z).As(new("P"));
        Expr c = pool.Constant(Coefficient.One / Coefficient.Of(b.M));
        Expr log = Expr.Apply(Function.Log, a);
        Expr positive = Expr.Hadamard(x, x);
        Expr diagonal = Expr.Diag(v);
        Expr column = pool.Ones(b.N, Dim.One);
        return
        [
            Expr.Apply(Function.Log, ones + Expr.Apply(Function.Exp, x)), Expr.Apply(Function.Log, Expr.Apply(Function.Exp, s) + pool.Constant(1)),
            Expr.Quotient(Expr.Apply(Function.Exp, x), ones + Expr.Apply(Function.Exp, x)), Expr.Divide(pool.Constant(1), pool.Constant(1) + Expr.Apply(Function.Exp, s)),
            Expr.Quotient(Expr.Apply(Function.Exp, x) - Expr.Apply(Function.Exp, -x), Expr.Apply(Function.Exp, x) + Expr.Apply(Function.Exp, -x)),
            Expr.Divide(Expr.Apply(Function.Exp, s) - Expr.Apply(Function.Exp, -s), Expr.Apply(Function.Exp, s) + Expr.Apply(Function.Exp, -s)),
            Expr.Divide(Expr.Apply(Function.Exp, v), Expr.Sum(Expr.Apply(Function.Exp, v))), Expr.Apply(Function.Log, Expr.Sum(Expr.Apply(Function.Exp, v))),
            Expr.Quotient(Expr.Apply(Function.Exp, x), Expr.BroadcastRow(Expr.ColumnSums(Expr.Apply(Function.Exp, x)), b.N)), Expr.Apply(Function.Log, Expr.ColumnSums(Expr.Apply(Function.Exp, x))),
            pool.Ones(Dim.One, Dim.One), 0 * x, s * zeros, 1 * x, c * pool.Constant(3), s * (c * x), s * pool.Constant(1),
            -2 * x, -s * x, s * -x, -(-x), -zeros, -(x - y), -z, -(s * z), -Expr.Sum(z), -Expr.Hadamard(z, y), -Expr.Quotient(z, y), Expr.ElementPower(x, pool.Constant(1)), Expr.ElementPower(x, pool.Constant(0)), -Expr.MatMul(z, b.B),
            -Expr.MatMul(b.G.Transpose(), z), -Expr.Vec(z), x + zeros, zeros + y, x + -y, -x + y, x - zeros, zeros - x, x - -y, -x - y, x - x, (s * x) + (s * y),
            x + x, (s * x) - (s * y), Expr.MatMul(v, s), Expr.MatMul(s, v.Transpose()), Expr.MatMul(column, column.Transpose()), Expr.MatMul(pool.Ones(b.N, b.P), pool.Ones(b.P, b.M)),
            Expr.MatMul(s * x, b.B), Expr.MatMul(x, -b.B), Expr.MatMul(pool.Eye(b.N), x), Expr.MatMul(x, pool.Eye(b.P)), Expr.MatMul(zeros, b.B),
            Expr.Hadamard(x, ones), Expr.Hadamard(ones, x), Expr.Hadamard(s, pool.Constant(1)), Expr.Hadamard(x, zeros), Expr.Hadamard(s * x, y), Expr.Hadamard(x, -y),
            Expr.Hadamard(Expr.Quotient(x, y), y), Expr.Hadamard(y, Expr.Quotient(x, y)), Expr.Hadamard(x, Expr.Quotient(ones, y)), Expr.Quotient(x, ones), Expr.Quotient(s * x, y), Expr.Quotient(-x, y),
            x.Transpose().Transpose(), pool.Ones(b.N, b.P).Transpose(), zeros.Transpose(), pool.Eye(b.N).Transpose(), diagonal.Transpose(), s.Transpose(), (s * x).Transpose(), (-x).Transpose(),
            Expr.Sum(s * x), Expr.Sum(-x), Expr.Sum(s), Expr.Sum(v), Expr.Apply(Function.Identity, x),
            z.Definition, a.Definition, p.Definition,
            .. Function.All.Select(function => Expr.Apply(function.Prime, double.IsNaN(function.Evaluate(-2)) ? positive : z)),
            Expr.Apply(Function.Log, p), Expr.Apply(Function.Log, Expr.Softmax(z).Transpose()), log, Expr.Apply(Function.Log, ones - a),
            Expr.Apply(Function.Sigmoid, -z), Expr.Hadamard(x, -y) + Expr.Hadamard(y, -z), Expr.Hadamard(ones - y, x) - Expr.Hadamard(y, ones - x),
            Expr.MatMul(x, b.B).Transpose(), Expr.Kron(x, b.B).Transpose(), Expr.MatMul(diagonal, Expr.Kron(v.Transpose(), pool.Eye(b.N))),
            Expr.MatMul(diagonal, column), Expr.MatMul(Expr.Diag(Expr.Vec(x)), Expr.Vec(y)), Expr.MatMul(Expr.MatMul(diagonal, x), pool.Ones(b.P, Dim.One)),
            Expr.MatMul(Expr.Kron(b.B.Transpose(), diagonal), Expr.Vec(x)), Expr.MatMul(Expr.Kron(column, x), pool.Ones(b.P, Dim.One)),
            Expr.Vec(s * x), Expr.Vec(-x), Expr.Vec(ones), Expr.Diag(column), Expr.Kron(pool.Eye(b.N), pool.Eye(b.P)),
        ];
    }
}
