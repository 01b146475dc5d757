using System.Collections.Frozen;
using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Language;

/// <summary>A function of the language: its name, how it is called, what it is, and the expression that a call of it means.</summary>
/// <param name="Usage">How it is called, such as <c>ones(n)</c>; alternatives are separated by a bar.</param>
/// <param name="Help">What it is, in one line.</param>
/// <param name="Elaborate">The expression that a call means.</param>
public sealed record LanguageFunction(string Usage, string Help, Func<FunctionCall, Expr> Elaborate)
{
    /// <summary>The name.</summary>
    public string Name { get; } = Usage[..Usage.IndexOf('(', StringComparison.Ordinal)];

    /// <summary>The numbers of arguments that it takes, ascending.</summary>
    public ImmutableArray<int> Arities { get; } = [.. Usage.Split('|').Select(usage => usage.Count(c => c == ',') + 1).Order()];

    /// <summary>For each argument whether it is a dimension; those are called m and n.</summary>
    public ImmutableArray<bool> IsDimension { get; } =
    [
        .. Usage.Split('|').MaxBy(usage => usage.Length)!.TrimEnd(')').Split('(')[1].Split(',').Select(argument => argument is "m" or "n"),
    ];
}

/// <summary>The functions of the language, one line each; everything that knows a function by its name reads this table.</summary>
public static class Functions
{
    /// <summary>All functions, elementwise ones of <see cref="Function.All"/> included, in the order of their names.</summary>
    public static ImmutableArray<LanguageFunction> All { get; } =
    [
        .. new LanguageFunction[]
        {
            new("sum(X)", "the sum of all elements", f => Expr.Sum(f.X)),
            new("mean(X)", "the mean of all elements", f => Expr.Divide(Expr.Sum(f.X), f.X.Pool.Constant(f.SizeOfX))),
            new("rowsum(X)", "the sum of each row, X*ones(n)", f => Expr.RowSums(f.X)),
            new("colsum(X)", "the sum of each column, ones(m)'*X", f => Expr.ColumnSums(f.X)),
            new("tr(A)", "the trace", f => Expr.Trace(f.Square)),
            new("det(A)", "the determinant", f => Expr.Determinant(f.Square)),
            new("logdet(A)", "log |det(A)|", f => Expr.LogDeterminant(f.Square)),
            new("inv(A)", "the inverse", f => Expr.Inverse(f.Square)),
            new("norm1(X)", "the sum of the absolute values", f => Expr.Sum(Expr.Apply(Function.Abs, f.X))),
            new("norm2(X)", "the Euclidean norm; of a matrix Frobenius'", f => Expr.Norm(f.X)),
            new("max(X)|max(X,Y)", "the largest element; of two the larger, element by element", f => f.Count == 1 ? Expr.LargestElement(f.X) : Expr.Maximum(f.X, f.LikeX)),
            new("min(X,Y)", "the smaller of the two, element by element", f => Expr.Minimum(f.X, f.LikeX)),
            new("dot(X,Y)", "the inner product, sum(X.*Y)", f => Expr.Inner(f.X, f.LikeX)),
            new("diag(v)", "the diagonal matrix of a column", f => Expr.Diag(f.Column)),
            new("diagvec(A)", "the diagonal as a column", f => Expr.DiagonalOf(f.Square)),
            new("vec(X)", "the columns below one another", f => Expr.Vec(f.X)),
            new("unvec(x,m,n)", "the m x n matrix whose columns below one another are x", f => Expr.Unvec(f.Column, new(f.Rows, f.Columns))),
            new("kron(X,Y)", "the Kronecker product", f => Expr.Kron(f.X, f.Y)),
            new("expm(A)", "the matrix exponential", f => Expr.Exponential(f.Square)),
            new("dexpm(A,E)|dexpm(A,E,F)", "the derivative of expm at A in the direction E, or the second one in two", f => Expr.ExponentialDifferential(f.Square, f.OthersLikeX)),
            new("softmax(Z)", "exp(z)/sum(exp(z)) of each column", f => Expr.Softmax(f.X)),
            new("logsumexp(Z)", "log(sum(exp(z))) of each column", f => Expr.LogSumExp(f.X)),
            new("ones(m)|ones(m,n)", "a column or matrix of ones", f => f.Pool.Ones(f.Rows, f.Columns)),
            new("zeros(m)|zeros(m,n)", "a column or matrix of zeros", f => f.Pool.Zeros(new(f.Rows, f.Columns))),
            new("eye(n)", "the identity matrix", f => f.Pool.Eye(f.Rows)),
            new("commutation(m,n)", "the matrix K with vec(X') = K*vec(X) for X of m x n", f => f.Pool.Commutation(f.Rows, f.Columns)),
        }.Concat(Function.All.Select(function =>
            new LanguageFunction($"{NameOf(function)}(X)", $"{function.Symbol}, element by element", f => Expr.Apply(function, f.X))))
            .OrderBy(function => function.Name, StringComparer.Ordinal),
    ];

    private static readonly FrozenDictionary<string, LanguageFunction> byName = All.ToFrozenDictionary(function => function.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Function> elementwise = Function.All.ToFrozenDictionary(NameOf, StringComparer.Ordinal);

    /// <summary>A function by its name, or null.</summary>
    public static LanguageFunction? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The name of an elementwise function: a hyphen is an operator here, so it becomes a low line. Of a derivative with its prime.</summary>
    public static string NameOf(Function function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return function.Name.Replace('-', '_');
    }

    /// <summary>The elementwise function of a name, such as <c>tanh</c>, or its derivative, such as <c>tanh'</c>; or null.</summary>
    public static Function? Elementwise(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.EndsWith('\'') ? elementwise.GetValueOrDefault(name[..^1])?.Prime : elementwise.GetValueOrDefault(name);
    }
}
