using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification;

namespace Nabla.Calculus.Tests;

/// <summary>Work grows with the number of nodes, not with the number of ways through them, and the stack does not grow with the depth.</summary>
public sealed class SharedAndDeepExpressionsEnd
{
    private const int SmallStack = 256 * 1024;

    private readonly Workbench b = new();

    [Fact]
    public void Sixty_doublings_are_differentiated()
    {
        Expr doubled = Doubled(b.X, 60);
        Expr cost = Expr.Inner(doubled, b.Y) + Expr.Inner(Expr.Hadamard(b.G, doubled), doubled);
        Derivation derivation = Derivation.Of(cost, [b.X, b.Y]);
        Matrix expected = b.Values().ValueOf(b.X)!.Map(x => x * Math.Pow(2, 60));
        Matrix actual = Evaluator.Evaluate(derivation.GradientOf(b.Y), b.Values().Set(b.X, expected.Map(x => x / Math.Pow(2, 60))));
        Assert.True(expected.Zip(actual, (x, y) => Math.Abs(x - y)).MaxAbs() <= 1e-12 * expected.MaxAbs());
    }

    [Fact]
    public void A_difference_that_is_looked_for_in_sixty_squarings_is_given_up()
    {
        Expr power = b.Q;
        for (int i = 0; i < 60; i++)
        {
            power = Expr.MatMul(power, power);
        }

        Assert.Same(-power, Rewriter.Rewrite(-power, RewriteRules.Algebra).Result);
    }

    [Fact]
    public void The_textbook_form_of_sixty_doublings_is_derived()
    {
        // The activation is a shared graph without names, and so is the loss.
        Symbol x = b.X;
        Symbol w = b.New("W", b.N, b.N);
        Named z = Expr.MatMul(w, x).As(new("Z", 1));
        Named a = Expr.Apply(Function.Tanh, Expr.Hadamard(Doubled(z, 60), b.G)).As(new("A", 1));
        Named cost = Expr.SquaredNorm(Doubled(a - b.Y, 60)).As(new("C"));
        LayeredNetwork network = new(x, b.Y, [new(w, null, x, z, a)], cost, b.S, b.P);
        Assert.NotEmpty(TextbookDerivation.Of(network, network.Differentiate()));
    }

    [Fact]
    public void An_expression_of_the_greatest_depth_is_differentiated_and_computed_on_a_small_stack() => OnSmallStack(() =>
    {
        Expr deep = b.S;
        while (deep.Depth < ExprPool.MaximumDepth - 10)
        {
            deep += b.S;
        }

        Derivation derivation = Derivation.Of(deep, [b.S]);
        Assert.Equal(deep.Depth, Evaluator.Evaluate(derivation.GradientOf(b.S), b.Values())[0, 0]);
    });

    [Fact]
    public void What_is_too_deep_to_be_printed_on_a_small_stack_is_refused_with_a_sentence() => OnSmallStack(() =>
    {
        Expr deep = b.X;
        while (deep.Depth < ExprPool.MaximumDepth)
        {
            deep = Expr.Apply(Function.Tanh, deep);
        }

        InsufficientExecutionStackException e = Assert.Throws<InsufficientExecutionStackException>(() => Notation.Text.Print(deep));
        Assert.Contains("Apply (3×4) is 2000 operations deep", e.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void A_rewrite_of_the_greatest_depth_needs_no_deep_stack() => OnSmallStack(() =>
    {
        Expr deep = b.X;
        while (deep.Depth < ExprPool.MaximumDepth)
        {
            deep = deep.Transpose();
        }

        Assert.Same(b.X.Transpose(), Rewriter.Rewrite(deep, RewriteRules.Algebra).Result);
    });

    private static Expr Doubled(Expr x, int times)
    {
        for (int i = 0; i < times; i++)
        {
            x += x;
        }

        return x;
    }

    private static void OnSmallStack(Action action)
    {
        Exception? failure = null;
        Thread thread = new(() => failure = Record.Exception(action), SmallStack);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }
}
