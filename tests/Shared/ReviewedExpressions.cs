namespace Nabla.Tests;

/// <summary>The expressions whose derivations are kept as files that are read and reviewed like a text.</summary>
internal static class ReviewedExpressions
{
    /// <summary>Name, expression, declarations, variable and kind of derivative.</summary>
    public static TheoryData<string, string, string, string, string> All() => new()
    {
        { "quadratic-form", "x'*A*x", "A: n x n, x: n", "x", "gradient" },
        { "attention-query", "sum(G.*(softmax(K*Q'/sqrt(sum(ones(k))))'*V))", "Q: p x k, K: q x k, V: q x m, G: p x m", "Q", "gradient" },
        { "tied-autoencoder", "0.5*norm2(x-W'*sigmoid(W*x+b)-c)^2", "x: n, W: m x n, b: m, c: n", "W", "gradient" },
        { "softmax-cross-entropy", "-(y'*log(softmax(z)))", "y: n, z: n", "z", "gradient" },
        { "softmax-jacobian", "softmax(W*x)", "W: m x n, x: n", "x", "jacobian" },
        { "inverse", "a'*inv(X)*b", "a: n, b: n, X: n x n", "X", "gradient" },
        { "symmetric", "x'*S*x", "S: n x n symmetric, x: n", "S", "gradient" },
        { "least-squares-hessian", "0.5*norm2(A*x-b)^2", "A: m x n, x: n, b: m", "x", "hessian" },
        { "exponential-linear-map", "expm(X)", "X: n x n", "X", "jacobian" },
    };
}
