using Nabla.Calculus.Derivations;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Tests.Simplification;

/// <summary>Results that are published in a short form come in one.</summary>
public sealed class ResultsAreShort
{
    [Theory]
    [InlineData("diag(a)*X", "a: m, X: m x n", "a", DerivativeKind.Jacobian, "diag(vec(X))*kron(ones(n),eye(m))")]
    [InlineData("X*diag(a)", "a: n, X: m x n", "a", DerivativeKind.Jacobian, "diag(vec(X))*kron(eye(n),ones(m))")]
    [InlineData("logdet(eye(n)+S*S)", "S: n x n symmetric", "S", DerivativeKind.Gradient, "2*S*inv(eye(n)+S^2)")]
    [InlineData("tr((s*X+(1-s)*eye(n))^3)", "X: n x n, s: 1", "s", DerivativeKind.Gradient, "3*tr((s*X+(1-s)*eye(n))^2*(X-eye(n)))")]
    [InlineData("X'*X", "X: m x n", "X", DerivativeKind.Jacobian, "kron(X',eye(n))*commutation(m,n)+kron(eye(n),X')")]
    public void As_published(string text, string where, string by, DerivativeKind kind, string result)
    {
        Scope scope = Scope.Of(where);
        Assert.Equal(result, AsciiNotation.Print(Derivative.Find(kind, scope.Parse(text), scope[by]).Result!, scope));
    }
}
