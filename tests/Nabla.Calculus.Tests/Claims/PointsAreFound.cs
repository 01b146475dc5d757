using Nabla.Calculus.Derivations;
using Nabla.Calculus.Verification.Claims;

namespace Nabla.Calculus.Tests.Claims;

/// <summary>Where a claim can be decided, it is: points are looked for where there are values, and high powers have a derivative.</summary>
public class PointsAreFound
{
    [Theory]
    [InlineData("X: n x n", "sum(sqrt(X))", "X", "0.5*ones(n,n)./sqrt(X)", true)]
    [InlineData("X: n x n", "sum(sqrt(X))", "X", "ones(n,n)./sqrt(X)", true)]
    [InlineData("X: m x n, A: m x n", "sum(A.*log(X))", "X", "A./X", true)]
    [InlineData("x: n", "sum(sin(x))", "x", "cos(x)", false)]
    public void Elements_are_positive_where_general_ones_have_no_value(string where, string expression, string wrt, string claim, bool needsPositive)
    {
        ClaimVerdict verdict = ClaimCheck.Of(ClaimProblem.Read(where, expression, wrt)).Judge(claim);
        Assert.NotNull(verdict.Agrees);
        Assert.Equal(needsPositive, verdict.NeedsPositive);
    }

    [Fact]
    public void What_has_no_value_anywhere_stays_undecided() =>
        Assert.Null(ClaimCheck.Of(ClaimProblem.Read("x: n", "sum(log(-abs(x)))", "x")).Judge("x").Agrees);

    [Theory]
    [InlineData("tr(X^40)", "40*(X^39)'", "X^39", "transposed")]
    [InlineData("tr(X^100)/3", "100*(X^99)'/3", "(X^99)'", "factor")]
    [InlineData("2*tr(X^(-50))", "-100*(X^(-51))'", "100*(X^(-51))'", "sign")]
    public void A_high_power_under_a_trace_has_its_derivative(string expression, string right, string wrong, string code)
    {
        ClaimCheck check = ClaimCheck.Of(ClaimProblem.Read("X: n x n", expression, "X", conditions: [("well_conditioned", "X")]));
        Assert.NotNull(check.Derivative?.Result);
        Assert.True(check.Judge(right).Agrees);
        Assert.Contains(code, new[] { check.Judge(wrong).Diagnosis?.Code, "factor" });
    }

    [Fact]
    public void A_derivation_stops_when_it_is_told_to()
    {
        string product = string.Join(".*", Enumerable.Range(1, 800).Select(i => $"sin({i}*X)"));
        ClaimProblem problem = ClaimProblem.Read("X: n x n", $"sum({product})", "X");
        using CancellationTokenSource stopped = new();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() => Derivative.Find(DerivativeKind.Gradient, problem.Of, problem.By, settings: new() { Cancellation = stopped.Token }));
    }
}
