using System.Text.Json;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Language;
using Nabla.Tests;

namespace Nabla.Calculus.Tests.Language;

public sealed class ExpressionsAreRead
{
    private readonly Scope scope = Scope.Of("A: n x n, B: n x n, X: m x n, x: n, y: n, z: m, r: 1 x n, s: scalar, t: scalar, S: n x n symmetric, T4: 3x4, T5: 4 × 5");

    [Theory]
    [InlineData("-x.^2", "-(x.^2)")]
    [InlineData("-s^2", "-(s^2)")]
    [InlineData("2*-x", "2*(-x)")]
    [InlineData("-s*x", "-(s*x)")]
    [InlineData("2*s*x", "2*(s*x)")]
    [InlineData("2*A*x/s*t", "((2*(A*x))/s)*t")]
    [InlineData("-2*A*x", "-(2*(A*x))")]
    [InlineData("s*2*x", "(s*2)*x")]
    [InlineData("-A'", "-(A')")]
    [InlineData("s^t^2", "s^(t^2)")]
    [InlineData("s^t'", "s^(t')")]
    [InlineData("A*B*x", "(A*B)*x")]
    [InlineData("A*x.*y", "(A*x).*y")]
    [InlineData("x.*y./x*s/t", "(((x.*y)./x)*s)/t")]
    [InlineData("x+y-x+y", "((x+y)-x)+y")]
    [InlineData("x-y'' ", "x-((y')')")]
    [InlineData("2.*s", "2 .* s")]
    [InlineData("2./s", "2 ./ s")]
    [InlineData("s.^.5", "s .^ 0.5")]
    [InlineData("1.5e-3*x", "0.0015*x")]
    [InlineData("Aᵀ*x − y⊙x", "A'*x-y.*x")]
    [InlineData(" A\n*\tx ", "A*x")]
    [InlineData("((((x))))", "x")]
    [InlineData("--x", "-(-x)")]
    [InlineData("sigmoid'(x)", "(sigmoid'(x))")]
    public void The_operators_bind_as_documented(string text, string bracketed) => Assert.Same(scope.Parse(bracketed), scope.Parse(text));

    [Fact]
    public void Syntax_becomes_the_expression_that_the_factories_make()
    {
        Expr a = scope["A"], x = scope["x"], s = scope["s"], big = scope["X"];
        Dim n = scope.Dimensions["n"], m = scope.Dimensions["m"];
        ExprPool pool = scope.Pool;
        (string, Expr)[] pairs =
        [
            ("x'*A*x", x.Transpose() * a * x),
            ("s*A", s * a),
            ("A*s", s * a),
            ("A/s", Expr.Divide(a, s)),
            ("A^2", Expr.Power(a, 2)),
            ("A^(-2)", Expr.Power(a, -2)),
            ("A^(-1)", Expr.Inverse(a)),
            ("s^2.5", Expr.ElementPower(s, pool.Constant(2.5))),
            ("s^t", Expr.ElementPower(s, scope["t"])),
            ("x.^2", Expr.ElementPower(x, pool.Constant(2))),
            ("norm2(X)^2", Expr.SquaredNorm(big)),
            ("norm2(X)", Expr.Norm(big)),
            ("norm1(x)", Expr.Sum(Expr.Apply(Function.Abs, x))),
            ("mean(x)", Expr.Divide(Expr.Sum(x), pool.Constant(Coefficient.Of(n)))),
            ("mean(X)", Expr.Divide(Expr.Sum(big), pool.Constant(Coefficient.Of(m) * Coefficient.Of(n)))),
            ("sum(x)/n", Expr.Sum(x) / n),
            ("rowsum(X)", Expr.RowSums(big)),
            ("X*ones(n)", Expr.RowSums(big)),
            ("colsum(X)", Expr.ColumnSums(big)),
            ("dot(x,y)", Expr.Inner(x, scope["y"])),
            ("vec(X)", Expr.Vec(big)),
            ("vec(x)", x),
            ("eye(m*n)", pool.Eye(m * n)),
            ("ones(m,n)", pool.Ones(m, n)),
            ("ones(3)", pool.Ones(Dim.Of(3), Dim.One)),
            ("commutation(m,n)", pool.Commutation(m, n)),
            ("kron(A,X)", Expr.Kron(a, big)),
            ("max(x)", Expr.LargestElement(x)),
            ("max(x,y)", Expr.Maximum(x, scope["y"])),
            ("leaky_relu(x)", Expr.Apply(Function.LeakyRelu, x)),
            ("tan(x)", Expr.Apply(Function.Tan, x)),
            ("sigmoid'(x)", Expr.Apply(Function.Sigmoid.Prime, x)),
            ("dexpm(A,B)", Expr.ExponentialDifferential(a, scope["B"])),
            ("dexpm(A,B,A)", Expr.ExponentialDifferential(a, scope["B"], a)),
            ("-2", pool.Constant(-2)),
            ("1/2*x", 0.5 * x),
            ("0.5/m*x", Coefficient.Of(0.5) / Coefficient.Of(m) * x),
            ("x/(2*m)", Coefficient.Of(0.5) / Coefficient.Of(m) * x),
            ("vec(T4*T5)", Expr.Vec(scope["T4"] * scope["T5"])),
        ];
        Assert.All(pairs, pair => Assert.Same(pair.Item2, scope.Parse(pair.Item1)));
        Assert.Equal("15×1", scope.Parse("vec(T4*T5)").Shape.ToString());
        Assert.True(Assert.IsType<Symbol>(scope["S"]).IsSymmetric);
        Assert.Same(scope["y"], scope.Parse("y"));
    }

    [Fact]
    public void A_dimension_is_a_number_only_where_no_variable_bears_its_name()
    {
        Expr.Parse("n*x", "n: scalar, x: n", out Scope both);
        Assert.Same(both["n"] * both["x"], both.Parse("n*x"));
        Assert.Same(both.Pool.Ones(both.Dimensions["n"], Dim.One), both.Parse("ones(n)"));
        Assert.IsType<Constant>(Expr.Parse("n", "x: n"));
    }

    [Fact]
    public void Every_function_of_the_table_can_be_called_as_it_says()
    {
        foreach (LanguageFunction function in Functions.All)
        {
            foreach (string usage in function.Usage.Split('|'))
            {
                string where = "X: m x n, Y: m x n, A: n x n, E: n x n, F: n x n, v: n, Z: m x n, x: " + (function.Name == "unvec" ? "k" : "m");
                string call = function.Name == "unvec" ? "unvec(vec(X),m,n)" : usage;
                Assert.NotNull(Expr.Parse(call, where));
            }

            Assert.False(string.IsNullOrWhiteSpace(function.Help));
        }
    }

    [Fact]
    public void Every_identity_of_the_reference_is_read_and_printed_and_read_again()
    {
        using JsonDocument suite = JsonDocument.Parse(File.ReadAllText(SharedFolder.Require("reference", "identities.json")));
        int count = 0;
        foreach (JsonElement entry in suite.RootElement.EnumerateArray())
        {
            Scope own = Scope.Of(entry.GetProperty("where").GetString()!);
            foreach (string field in new[] { "expression", "equals" })
            {
                string text = entry.GetProperty(field).GetString()!;
                Expr read = own.Parse(text);
                string printed = AsciiNotation.Print(read, own);
                Assert.Same(read, own.Parse(printed));
                Assert.True(SyntaxSize.Count(printed) <= SyntaxSize.Count(text), $"{text} is printed as {printed}");
                count++;
            }

            Assert.NotNull(own[entry.GetProperty("wrt").GetString()!]);
            if (entry.TryGetProperty("along", out JsonElement along))
            {
                Assert.NotNull(own[along.GetString()!]);
            }
        }

        Assert.True(count > 200);
    }

    [Theory]
    [InlineData("A'*(A*x-b)", 8)]
    [InlineData("x", 1)]
    [InlineData("((x))", 1)]
    [InlineData("-2*x", 4)]
    [InlineData("norm2(X)^2", 4)]
    [InlineData("ones(m,n)'", 4)]
    public void The_size_counts_what_is_written_and_not_the_brackets(string text, long size) => Assert.Equal(size, SyntaxSize.Count(text));
}
