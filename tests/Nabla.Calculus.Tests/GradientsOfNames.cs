using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Verification;

namespace Nabla.Calculus.Tests;

/// <summary>∂C/∂A of an intermediate result is that of the cost as it was written, even where its stable form goes past A.</summary>
public sealed class GradientsOfNames
{
    private readonly Workbench b = new();

    [Theory]
    [InlineData("softmax")]
    [InlineData("sigmoid")]
    [InlineData("both ways")]
    [InlineData("past and beside")]
    [InlineData("named twice")]
    [InlineData("a named cost")]
    public void A_name_that_the_stable_form_goes_past_has_its_gradient(string kind)
    {
        Named z = Expr.MatMul(b.X, b.B).As(new("Z"));
        Named a = (kind == "softmax" ? Expr.Softmax(z) : Expr.Apply(Function.Sigmoid, z)).As(new("A"));
        Expr Log(Expr x) => Expr.Inner(b.H, Expr.Apply(Function.Log, x));
        Expr cost = kind switch
        {
            "both ways" => Log(a) + Expr.SquaredNorm(a),
            "past and beside" => Log(a) + Expr.SquaredNorm(z) + Expr.Sum(a),
            "named twice" => Log(a.As(new("P"))),
            "a named cost" => Log(a).As(new("C")),
            _ => Log(a),
        };
        Derivation derivation = Derivation.Of(cost, [a, z, b.X]);
        Assert.NotEmpty(derivation.StabilitySteps);
        Bindings values = b.Values();
        foreach (Expr variable in derivation.Variables)
        {
            Matrix judge = FiniteDifferences.Gradient(cost, variable, values);
            Matrix gradient = Evaluator.Evaluate(derivation.GradientOf(variable), values);
            Assert.True(judge.MaxAbs() > 0.01);
            Assert.True(judge.Zip(gradient, (x, y) => Math.Abs(x - y)).MaxAbs() <= 1e-3 * judge.MaxAbs(), variable.Describe());
        }

        // What was not asked for is answered rightly or not at all.
        Derivations.Step? step = Derivation.Of(cost, [b.X]).StepOf(a);
        Assert.True(step is null);
    }

    [Fact]
    public void A_name_that_the_cost_does_not_contain_has_zeros() =>
        Assert.IsType<Zeros>(Derivation.Of(Expr.Sum(b.X), [b.Y.As(new("N"))]).Gradients[0]);

    [Fact]
    public void An_output_that_is_named_twice_is_recognized_by_the_stability_rules()
    {
        Named p = Expr.Softmax(b.X).As(new("A")).As(new("P"));
        Derivation derivation = Derivation.Of(-Expr.Inner(b.G, Expr.Apply(Function.Log, p)), [b.X]);
        Assert.Contains(derivation.StabilitySteps, step => step.Rule.Id == "rewrite.log-softmax");
    }

    [Fact]
    public void A_cancelled_divisor_must_not_be_zero_and_the_step_says_so()
    {
        Expr product = Expr.Hadamard(Expr.Quotient(b.X, b.Y), b.Y);
        Derivations.Step step = Assert.Single(Rewriter.Rewrite(product, RewriteRules.Algebra).Steps);
        Assumption condition = Assert.Single(step.Conditions);
        Assert.True(condition.IsInequality && condition.Left == b.Y && condition.Right is Zeros);

        // In a derivation the condition reaches the line of the gradient: of Y ⊙ U the gradient by U, where U's adjoint is G ⊘ Y.
        Derivation derivation = Derivation.Of(Expr.Inner(b.G, Expr.Quotient(Expr.Hadamard(b.X, b.Y), b.Y)), [b.X]);
        Assert.Equal(b.G, derivation.GradientOf(b.X));
        Assert.Contains(condition, derivation.StepOf(b.X)!.Conditions);
    }

    [Theory]
    [MemberData(nameof(FunctionsAgree.Names), MemberType = typeof(FunctionsAgree))]
    public void The_second_and_third_derivative_of_every_function_agrees_with_finite_differences(string name)
    {
        Function f = Function.All.Single(function => function.Name == name);
        Bindings values = b.Values().Set(b.X, Matrix.From(3, 4, (i, j) => (f == Function.Log || f == Function.Sqrt ? 0.3 : -0.9) + 0.4 * i + 0.17 * j));
        Expr slope = Expr.Apply(f.Prime, b.X);
        Expr second = AssertGradient(Expr.Inner(b.G, slope), values);
        AssertGradient(Expr.Inner(b.Y, second), values);
    }

    private Expr AssertGradient(Expr cost, Bindings values)
    {
        Expr gradient = Derivation.Of(cost, [b.X]).GradientOf(b.X);
        Matrix judge = FiniteDifferences.Gradient(cost, b.X, values);
        Matrix actual = Evaluator.Evaluate(gradient, values);
        Assert.True(judge.Zip(actual, (x, y) => Math.Abs(x - y)).MaxAbs() <= 1e-6 * Math.Max(1, judge.MaxAbs()));
        return gradient;
    }
}
