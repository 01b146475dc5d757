using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Simplification;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Tests.Language;
using Nabla.Calculus.Verification;

namespace Nabla.Calculus.Tests.Simplification;

/// <summary>Each rule of the simplification is applied to something, and both sides of what it did have the same value.</summary>
public sealed class EveryRuleIsAppliedAndTrue(ITestOutputHelper output)
{
    private const string Where = "A: n x n, B: n x n, S: n x n symmetric, X: m x n, Y: m x n, C: n x m, x: n, y: n, u: n, v: n, r: 1 x n, z: m, s: scalar, t: scalar, K: p x q";

    private static readonly string[] texts =
    [
        "sum(ones(m,n))*s", "sum(eye(n))", "sum(diag(x))", "sum(X')", "sum(diagvec(A))", "sum(x*v')", "sum(rowsum(X))", "sum(colsum(X))", "sum(x.*y)", "sum(X.^2)",
        "sum(softmax(X))", "tr(eye(n))", "tr(A')", "tr(diag(x))", "tr(kron(A,B))", "tr(x*y')", "det(eye(n))", "det(A')", "det(inv(A))", "logdet(A')", "logdet(inv(A))",
        "logdet(expm(A))", "inv(inv(A))", "inv(eye(n))", "inv(diag(x))", "inv(kron(A,B))", "inv(2*A)", "inv(A^3)", "inv(expm(A))", "inv(A)^3", "(A^2)^3", "diag(x)^2",
        "eye(n)^2", "expm(zeros(n,n))", "dexpm(A,eye(n))", "dexpm(A,A)", "dexpm(A,2*B)", "dexpm(A,expm(-A))", "diagvec(eye(n))", "diagvec(diag(x))", "diagvec(A')", "diagvec(A.*B)",
        "diagvec(x*y')", "diagvec(diag(x)*A)", "diagvec(A*diag(x))", "diag(ones(n))", "diag(zeros(n))", "vec(r)", "vec(zeros(m,n))", "unvec(vec(X),m,n)", "unvec(ones(m*n),m,n)",
        "kron(s,X)", "kron(ones(m),ones(n))", "norm2(-x)", "norm2(X')", "norm2(2*x)", "norm2(-x)^2", "max(X')", "max(ones(n))", "step(relu(x))", "log(exp(x))", "exp(log(x.^2))",
        "sin(zeros(n))+x", "x-logsumexp(x)*ones(n)", "s.*t", "s./t", "exp(x)./(ones(n)+exp(x))", "1/(1+exp(-s))", "zeros(n)./x", "A.^1", "A.^0", "s.^3", "(X').^2.5", "sin(X')",
        "(A*B)'", "S'", "A*(B*x)", "x.*(y.*u)", "s*x*t/s", "sum(s*x/t)", "X./(s*Y)", "x*y'*u", "A*inv(A)*x", "A*A*A", "inv(A*B)*A*B*x", "B*inv(A*B)*x", "inv(A*B)*A*x",
        "y'*A'*x", "diag(x)*diag(y)", "diag(x)*y", "r*diag(x)", "diag(vec(X))*vec(Y)", "kron(A,B)*kron(S,A)", "kron(A,X)*vec(B)", "vec(X)'*kron(A,X*C)",
        "kron(eye(n),x)*y", "kron(x,eye(n))*y", "kron(x,eye(n))*A", "A*kron(r,eye(n))", "commutation(m,n)*vec(X)", "commutation(m,n)*commutation(n,m)*vec(X)", "vec(C)'*commutation(m,n)",
        "commutation(n,m)*kron(z,A)", "kron(r,X)*commutation(n,n)", "ones(1,n)*softmax(A)", "softmax(A)'*ones(n)", "ones(1,n)*x", "x'*ones(n)", "ones(m)*ones(1,n)*x", "ones(1,n)*ones(n)*s",
        "zeros(m,n)*x", "expm(A)*expm(-A)*x", "step(x).*step(x)", "relu(x).*step(x)", "sign(x).*x", "sign(x).*abs(x)", "eye(n).*A", "diag(x).*A", "(x*y').*(u*v')", "(z*ones(1,n)).*X",
        "(ones(m)*r).*X", "x.*x.*x", "x./y.*y", "x+y+x-y", "A*x+B*x", "s*x-s*y", "x.*y-x.*u", "kron(A,X)-kron(B,X)", "sum(x-mean(x)*ones(n))", "(x-y).*u+x.*(y-u)+y.*u",
        "A'*B'*X'", "0*X+Y", "sum(inv(A').*A)", "kron(x,r)", "kron(r,x)", "kron(eye(n),eye(m))", "ones(m,n)*x", "-(2)*s", "ones(1)*s", "eye(1)*s", "X+(-Y)", "-X+Y", "X-(-Y)", "-X-Y", "X-X", "X+zeros(m,n)", "zeros(m,n)-X", "-(-X)", "-zeros(m,n)", "X+X", "s*1",
        "A'*diag(x)*B*y", "kron(ones(1,n),eye(n))*diag(vec(eye(n)))*kron(A,B)*diag(vec(eye(n)))*kron(ones(n),eye(n))", "kron(ones(1,n),eye(n))*diag(vec(eye(n)))*kron(x,A)",
        "kron(ones(1,n),eye(n))*diag(vec(eye(n)))*kron(A,x)", "kron(r,A)*diag(vec(eye(n)))*kron(ones(n),eye(n))", "kron(A,r)*diag(vec(eye(n)))*kron(ones(n),eye(n))",
        "diag(vec(eye(n)))*kron(ones(n,n),eye(n))*diag(vec(eye(n)))", "X./(z*ones(1,n))*ones(n)", "ones(1,m)*(X./(ones(m)*r))", "X.*sin(Y*ones(n,n))*ones(n,p)", "sign(x).*abs(x).^3",
        "sign(x).*x.^4", "abs(x).^2", "abs(x)./x.^2", "vec(eye(n)).^2", "(s^2).^1.5", "(x.^2).^0.5", "diagvec(A*diag(x)*B)", "expm(diag(x))", "dexpm(A,B,eye(n))", "dexpm(A,B,zeros(n,n))",
        "dexpm(2*A,A)", "dexpm(A,A^2,3*A)", "(exp(x)-exp(-x))./(exp(x)+exp(-x))", "(exp(s)-exp(-s))/(exp(s)+exp(-s))", "sqrt(norm2(x)^2)", "sqrt(x'*x)", "tr(X'*X)", "tr(X*C*C'*X')",
        "vec(x*y')", "norm2(diag(x))", "norm2(kron(A,X))", "norm2(x*z')", "norm2(diag(x))^2", "norm2(kron(A,X))^2", "norm2(x*z')^2", "logsumexp(x)*ones(n)-x", "exp(x)/sum(exp(x))",
        "exp(X)./(ones(m)*colsum(exp(X)))", "log(sum(exp(x)))", "log(colsum(exp(X)))", "y'*kron(eye(n),r)", "ones(n)-abs(x)./(ones(n)+abs(x))", "1-s^2/(1+s^2)", "eye(n)-inv(A+eye(n))*A", "x./(ones(n)-x)-y./(ones(n)-y)", "diag(x)-diag(y)/s", "expm(A)*A^2", "inv(eye(n)+A^2)*A", "kron(X',eye(m))*diag(vec(eye(m)))*kron(ones(m),eye(m))", "kron(eye(n),X)*diag(vec(eye(n)))*kron(ones(n),eye(n))", "sqrt(x.^2).^2", "x.^2./sqrt(x.^2)", "(x/s).^2-x.^2/s^2+y",
        "eye(n)-A*inv(A+eye(n))", "s^2/sqrt(s)", "s*sqrt(s)*x", "x./y-u./y", "A*(x*ones(1,n)-B)*ones(n)", "sigmoid'(x)", "X.*ones(m,n)", "X.*zeros(m,n)", "X.*(ones(m,n)./Y)", "X./ones(m,n)", "s*(-x)", "(-s)*x", "A*eye(n)", "sum(s)", "tanh(0*s)",
    ];

    [Fact]
    public void Of_the_simplification()
    {
        Dictionary<string, int> tried = [];
        Scope scope = Scope.Of(Where);
        Simplifier simplifier = new();
        IEnumerable<(Expr, int)> samples = texts.Select((text, i) => (scope.Parse(text), i))
            .Concat(Enumerable.Range(0, 3000).Select(seed => (new RandomExpressions(seed, isTame: true).Next(), seed)));
        foreach ((Expr sample, int seed) in samples)
        {
            foreach (Step step in new Simplifier().Simplify(sample).Steps.Where(step => tried.GetValueOrDefault(step.Rule.Id) < 12))
            {
                Bindings at = new RandomPoints(seed).Next([step.Left, step.Right], Conditions.None);
                Matrix before = Evaluator.Evaluate(step.Left, at);
                double error = before.Zip(Evaluator.Evaluate(step.Right, at), (x, y) => x - y).MaxAbs();
                if (before.MaxAbs() is < 1e6 and > 0)
                {
                    Assert.True(error <= 1e-7 * Math.Max(1e-3, before.MaxAbs()), $"{step.Rule.Id}: {AsciiNotation.Print(step.Left)} is not {AsciiNotation.Print(step.Right)}");
                    tried[step.Rule.Id] = tried.GetValueOrDefault(step.Rule.Id) + 1;
                }
                else if (Forms.IsZero(step.Right) && error == 0)
                {
                    tried[step.Rule.Id] = tried.GetValueOrDefault(step.Rule.Id) + 1;
                }
            }
        }

        output.WriteLine(string.Join(Environment.NewLine, tried.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value,3} {pair.Key}")));

        // The algebra that networks use too has samples of its own.
        IEnumerable<RewriteRule> elsewhere = [.. RewriteRules.Algebra, .. RewriteRules.Activations(new()), RewriteRules.StoppedBy(TestContext.Current.CancellationToken)];
        Assert.All(simplifier.Rules.Select(rule => rule.Rule.Id).Except(elsewhere.Select(rule => rule.Rule.Id)).Append("rewrite.transpose-whole").Distinct(), id => Assert.Contains(id, tried.Keys));
    }

    [Fact]
    public void A_simplified_expression_is_left_as_it_is()
    {
        Scope scope = Scope.Of(Where);
        Assert.All(texts, text =>
        {
            Expr once = new Simplifier().Simplify(scope.Parse(text)).Result;
            Assert.Equal(AsciiNotation.Print(once), AsciiNotation.Print(new Simplifier().Simplify(once).Result));
        });
    }
}
