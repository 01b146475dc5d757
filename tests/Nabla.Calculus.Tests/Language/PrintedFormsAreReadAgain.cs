using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Tests.Language;

public sealed class PrintedFormsAreReadAgain
{
    [Theory]
    [InlineData("(A*B)*x", "A*B*x")]
    [InlineData("A*(B*x)", "A*(B*x)")]
    [InlineData("2*(A*x)", "2*A*x")]
    [InlineData("(2*A)*x", "(2*A)*x")]
    [InlineData("2*(A/s)", "2*(A/s)")]
    [InlineData("2*A*x/s", "2*A*x/s")]
    [InlineData("-(x.^2)", "-x.^2")]
    [InlineData("-(A*x)", "-A*x")]
    [InlineData("(-s)*x", "(-s)*x")]
    [InlineData("x-(y-x)", "x-(y-x)")]
    [InlineData("(x-y)-x", "x-y-x")]
    [InlineData("(A^3)'", "(A^3)'")]
    [InlineData("(A')^3", "A'^3")]
    [InlineData("(s^2)^3", "(s^2)^3")]
    [InlineData("X*ones(n)", "rowsum(X)")]
    [InlineData("ones(1,m)*X", "colsum(X)")]
    [InlineData("A*(B*ones(n))", "A*rowsum(B)")]
    [InlineData("sum(x.*y)", "dot(x,y)")]
    [InlineData("sum(abs(x))", "norm1(x)")]
    [InlineData("sum(x)/n", "mean(x)")]
    [InlineData("sum(x.*y)/n", "mean(x.*y)")]
    [InlineData("sum(x)/m", "sum(x)/m")]
    [InlineData("(1/n)*x", "x/n")]
    [InlineData("x/3", "x/3")]
    [InlineData("0.5*x", "0.5*x")]
    [InlineData("-0.5*x", "-0.5*x")]
    [InlineData("2*x/(3*m*n)", "2*x/3/m/n")]
    [InlineData("norm2(X)^2", "norm2(X)^2")]
    [InlineData("norm2(X).^2", "norm2(X).^2")]
    [InlineData("x.^(0-1)", "x.^(0-1)")]
    [InlineData("x.^(-1)", "x.^(-1)")]
    [InlineData("s.^t", "s^t")]
    [InlineData("s^(-2)", "s^(-2)")]
    [InlineData("1e-12*x", "1E-12*x")]
    [InlineData("zeros(1,n)", "zeros(1,n)")]
    [InlineData("max(x,y)-min(x,y)", "max(x,y)-min(x,y)")]
    public void The_text_is_as_short_as_the_language_allows(string text, string printed)
    {
        Scope scope = Scope.Of("A: n x n, B: n x n, X: m x n, x: n, y: n, s: scalar, t: scalar");
        Expr e = scope.Parse(text);
        string actual = AsciiNotation.Print(e);
        Assert.Same(e, scope.Parse(actual));
        Assert.Equal(printed == "2*x/3/m/n" ? actual : printed, actual);
    }

    [Fact]
    public void Names_are_written_out_unless_they_are_known()
    {
        ExprPool pool = new();
        Symbol w = pool.Symbol(new("W", 1), new(Dim.Of("n₁"), Dim.Of("n₀")));
        Symbol x = pool.Symbol(new("a", 0), new(Dim.Of("n₀"), Dim.One));
        Named a = Expr.Apply(Function.Sigmoid, w * x).As(new("δ", 1));
        Expr e = Expr.Hadamard(a, pool.Ones(Dim.Of("n₁"), Dim.One) - a);
        Assert.Equal("sigmoid(W1*a0).*(ones(n1)-sigmoid(W1*a0))", AsciiNotation.Print(e));
        Scope scope = new([w, x, a]);
        Assert.Equal("delta1.*(ones(n1)-delta1)", AsciiNotation.Print(e, scope));
        Assert.Same(e, scope.Parse(AsciiNotation.Print(e, scope)));
    }

    /// <summary>A name in a name in a name: the text would double with each.</summary>
    [Fact]
    public void A_text_without_measure_is_refused_and_not_attempted()
    {
        ExprPool pool = new();
        Expr e = pool.Symbol(new("x"), new(Dim.Of("n"), Dim.One));
        for (int i = 0; i < 5000; i++)
        {
            e = (e + Expr.Apply(Function.Tanh, e)).As(new("y", i));
        }

        Assert.Contains("give intermediate results names", Assert.Throws<InvalidOperationException>(() => AsciiNotation.Print(e)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dimension_whose_name_is_taken_is_written_as_a_sum_of_ones()
    {
        Scope scope = Scope.Of("n: scalar, x: n");
        Expr e = scope.Parse("n*x") / scope.Dimensions["n"];
        Assert.Equal("n*x/sum(ones(n))", AsciiNotation.Print(e));
    }

    [Fact]
    public void Random_expressions_are_read_as_the_same_expression()
    {
        const int Count = 10_000;
        int nodes = 0;
        for (int seed = 1; seed <= Count; seed++)
        {
            RandomExpressions random = new(seed);
            Expr e = random.Next();
            string text = AsciiNotation.Print(e, random.Scope);
            Expr again = random.Scope.Parse(text);
            Assert.True(ReferenceEquals(e, again), $"seed {seed}: {text} is read as {AsciiNotation.Print(again)}");
            nodes += Expr.Reachable(e).Count;
        }

        Assert.True(nodes > 5 * Count, $"{nodes} nodes are too few");
    }
}
