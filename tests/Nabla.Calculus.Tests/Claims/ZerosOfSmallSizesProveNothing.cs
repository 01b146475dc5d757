using Nabla.Calculus.Verification.Claims;

namespace Nabla.Calculus.Tests.Claims;

/// <summary>Some formulas are zero for small sizes and some are zero but for rounding: neither makes a claim right.</summary>
public class ZerosOfSmallSizesProveNothing
{
    private const string Kurtosis = "sum((x-mean(x)*ones(n)).^4)/n/(sum((x-mean(x)*ones(n)).^2)/n)^2";
    private const string FourEigenvalues = "tr(X)^4-6*tr(X)^2*tr(X^2)+3*tr(X^2)^2+8*tr(X)*tr(X^3)-6*tr(X^4)";
    private const string Right = "4*tr(X)^3*eye(n)-12*tr(X)*tr(X^2)*eye(n)-12*tr(X)^2*X'+12*tr(X^2)*X'+8*tr(X^3)*eye(n)+24*tr(X)*(X^2)'-24*(X^3)'";

    [Theory]
    [InlineData("x: n", "x'*x", "x", "2*x+(n-2)*(n-3)*ones(n)")]
    [InlineData("x: n, A: m x n", "sum(A*x)", "x", "A'*ones(m)+(m-2)*(m-3)*(m-4)*ones(n)")]
    [InlineData("x: n", Kurtosis, "x", "zeros(n)")]
    [InlineData("x: n", Kurtosis, "x", "x-x")]
    [InlineData("X: n x n", FourEigenvalues, "X", "zeros(n,n)")]
    [InlineData("X: n x n", FourEigenvalues, "X", Right + "+(n-2)*(n-3)*ones(n,n)")]
    [InlineData("x: n", "sum(x)-sum(x)", "x", "0.0000001*ones(n)")]
    public void What_is_right_for_small_sizes_alone_is_wrong(string where, string expression, string wrt, string claim) =>
        Assert.False(ClaimCheck.Of(ClaimProblem.Read(where, expression, wrt)).Judge(claim).Agrees);

    [Theory]
    [InlineData("x: n", Kurtosis, "x", "4*((x-mean(x)*ones(n)).^3-mean((x-mean(x)*ones(n)).^3)*ones(n))/n/(sum((x-mean(x)*ones(n)).^2)/n)^2-4/n*sum((x-mean(x)*ones(n)).^4)/n/(sum((x-mean(x)*ones(n)).^2)/n)^3*(x-mean(x)*ones(n))")]
    [InlineData("X: n x n", FourEigenvalues, "X", Right)]
    [InlineData("z: n", "sum(softmax(z))", "z", "zeros(n)")]
    [InlineData("z: n", "1000000*log(sum(softmax(z)))", "z", "1000000*(softmax(z)-softmax(z))")]
    [InlineData("x: 3", "sum((x-mean(x)*ones(3)).^4)/3/(sum((x-mean(x)*ones(3)).^2)/3)^2", "x", "zeros(3)")]
    [InlineData("x: n", "0.000000000001*(x'*x+sum(x))", "x", "0.000000000001*(2*x+ones(n))")]
    public void What_is_right_is_right_though_it_is_zero_for_small_sizes(string where, string expression, string wrt, string claim)
    {
        ClaimVerdict verdict = ClaimCheck.Of(ClaimProblem.Read(where, expression, wrt)).Judge(claim);
        Assert.True(verdict.Agrees, $"{verdict.Error} {verdict.Undecided} {verdict.Diagnosis}");
    }

    [Fact]
    public void What_is_small_is_wrong_all_the_same() =>
        Assert.False(ClaimCheck.Of(ClaimProblem.Read("x: n", "0.000000000001*(x'*x+sum(x))", "x")).Judge("0.000000000001*(3*x+ones(n))").Agrees);

    [Theory]
    [InlineData("step(W*x+b)")]
    [InlineData("step(W*x+b)-2*step(t).*step(W*x+b)")]
    public void What_agrees_at_some_points_by_chance_is_wrong_and_is_no_repair(string claim)
    {
        ClaimCheck check = ClaimCheck.Of(ClaimProblem.Read("W: m x n, x: n, b: m, t: m", "sum(abs(relu(W*x+b)-t))", "b"));
        ClaimVerdict verdict = check.Judge(claim);
        Assert.False(verdict.Agrees);
        Assert.True(verdict.Error > 0.1);
        Assert.True(check.Judge(verdict.Diagnosis!.NearestForm!).Agrees);
    }
}
