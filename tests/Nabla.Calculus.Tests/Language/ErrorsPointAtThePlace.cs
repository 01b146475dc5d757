using System.Text;
using Nabla.Calculus.Language;
using Nabla.Tests;

namespace Nabla.Calculus.Tests.Language;

/// <summary>What is said about wrong texts; the golden file is to be read.</summary>
public sealed class ErrorsPointAtThePlace
{
    private const string Where = "A: m x n, B: m x k, C: m x n, S: n x n, D: 3 x 4, E: 3 x 5, x: n, y: n, b: m, r: 1 x n, s: scalar, lam: scalar";

    private static readonly string[] texts =
    [
        // Shapes.
        "A*B", "D*E", "A*A", "x*y", "x'*A*x", "A*x*r'", "A+A'", "A-C'", "S+1", "x+2", "x-s", "A+b", "A+r", "A+x", "x.*A", "b.*A", "s.*A", "A.*x", "A./s",
        "1./x", "A/x", "x/S", "1/S", "s/A", "A^2", "x^2", "S^s", "S^0.5", "S^2'", "S+x", "A.*r", "unvec(r,m,n)", "s^x", "x.^y", "x.^A", "tr(A)", "det(A)", "inv(A*x)", "diag(S)", "diag(r)", "diag(A)",
        "diagvec(x)", "dot(A,C')", "dot(x,A)", "max(x,s)", "unvec(x,m,n)", "dexpm(S,A)", "norm2(A*x-b)^2 + 0.5*lam*(A'*b-A*x)",
        $"s*sum(sigmoid(A*x+b)) + s*sum(sigmoid(A*x+b)) + sum(sigmoid(A*y+b)) + dot(A*x, y) + {string.Join(" + ", Enumerable.Repeat("sum(sigmoid(A*x))", 10))}",

        // Names.
        "z", "lamb*x", "Ax", "sx'", "x'*I*x", "2*pi", "sigmiod(x)", "Sum(x)", "frobenius(A)", "trace(S)", "lu(A)", "σ(x)", "exp", "ones", "A(x)", "s(x+y)", "A'(x)", "sum'(x)", "sigmoid'(x,y)",
        "ones(q)", "ones(x)", "ones(2.5)", "ones(0)", "eye(n+1)", "eye(n,n)", "sum()", "sum(x,y)", "ones(n,n,n)", "A^T", "A^T*x",

        // Signs.
        "", "   ", "2x", "2(x+y)", "A x", "(x)(y)", "x' y", "2 3", "A sum(x)", "x+", "*x", "x+*y", "x**2", "x + +y", "+x", "x^-2", "x.^-2", "(x", "sum((x+y)", "x)",
        "()", "sum(x,)", "sum(,x)", "(x,y)", "x,y", "'", "x.", "A.T", "x#", "A×x", "A·x", "x²", "‖x‖", "[x]", "A\\b", "x=y", "A@x", "√x", "A⊗A", "\0", "x\u202ey", "😀",
        "1e999", "1e200*1e200*x", "s/0", "x\n+ 2\n+ y", "1/0",
    ];

    private static readonly string[] declarations =
    [
        "A", "A m x n", "A: ", "A: m x", "A: m n", "A: m x n x k", "A: m x n, A: n", "sum: n", "A: exp", "x: 0", "x: -3", "x: 99999999999", "S: m x n symmetric",
        "S: n symmetric", "S: n x n symetric", "S: n x n diagonal", "x: n,", ", x: n", "x: n,, y: n", "x: n y: m", "1x: n", "x: n; y", "x: 2.5", "x = n", "x: (n)",
    ];

    [Fact]
    public void The_messages_are_the_reviewed_ones()
    {
        StringBuilder all = new();
        Scope scope = Scope.Of(Where);
        all.Append($"where {Where}\n\n");
        foreach (string text in texts)
        {
            all.Append($"{Assert.Throws<LanguageException>(() => scope.Parse(text)).Message}\n\n");
        }

        foreach (string text in declarations)
        {
            all.Append($"{Assert.Throws<LanguageException>(() => Declarations.Parse(text)).Message}\n\n");
        }

        Golden.Matches("tests/Nabla.Calculus.Tests/Language/Golden/errors.txt", all.ToString());
    }

    [Fact]
    public void Whatever_is_suggested_can_be_read()
    {
        Scope scope = Scope.Of(Where);
        int count = 0;
        foreach (string text in texts)
        {
            LanguageException e = Assert.Throws<LanguageException>(() => scope.Parse(text));
            int at = e.Problem.IndexOf("; did you mean ", StringComparison.Ordinal);
            if (at < 0 || e.Problem.Contains('…', StringComparison.Ordinal) || e.Problem.Contains("operator is missing", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (string formula in e.Problem[(at + 15)..].TrimEnd('?').Split(new[] { ", ", " or " }, StringSplitOptions.None))
            {
                Assert.NotNull(scope.Parse(formula));
                count++;
            }
        }

        Assert.True(count > 30, $"{count}");
    }
}
