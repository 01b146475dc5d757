using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Networks;

namespace CustomLoss;

/// <summary>A loss of one's own: one expression, and nothing about its derivative.</summary>
internal static class LogCosh
{
    /// <summary>Σ log cosh(a − y), written as softplus(2v) − v − log 2 so that no cosh overflows.</summary>
    public static Loss Loss { get; } = new("log-cosh", (y, a) =>
    {
        Expr v = a - y;
        Expr log2 = Math.Log(2) * v.Pool.Ones(v.Shape.Rows, v.Shape.Columns);
        return Expr.Sum(Expr.Apply(Function.Softplus, 2 * v) - v - log2);
    });
}
