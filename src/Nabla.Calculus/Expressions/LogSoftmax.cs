namespace Nabla.Calculus.Expressions;

/// <summary>
/// log softmax(Z) = Z − 1 lse(Z): what calculus is done with. To compute it so would cancel where one element of a column is far above the
/// others; whoever computes therefore recognizes it here, and takes (z − max z) − log(1 + Σ exp(zⱼ − max z)) over all j but the largest.
/// </summary>
public static class LogSoftmax
{
    /// <summary>Z − 1 lse(Z).</summary>
    public static Expr Of(Expr z)
    {
        ArgumentNullException.ThrowIfNull(z);
        return z - Expr.BroadcastRow(Expr.LogSumExp(z), z.Shape.Rows);
    }

    /// <summary>Z of Z − 1 lse(Z); null for any other expression.</summary>
    public static Expr? ArgumentOf(Expr expression) =>
        expression is Subtract { Operands: [var z, var subtrahend] } && Row(subtrahend) is LogSumExp lse && lse.Operands[0] == z ? z : null;

    /// <summary>r of 1r, the row r below itself.</summary>
    private static Expr? Row(Expr x) => x switch
    {
        MatMul { Operands: [Ones, var row] } => row,
        Scale { Factor: var scalar, Of: Ones } => scalar,
        _ => null,
    };
}
