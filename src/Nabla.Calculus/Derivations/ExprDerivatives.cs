using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>
/// Derivatives as members of <see cref="Expr"/>, each in its shortest form. Where the way there is wanted too, or assumptions are made,
/// <see cref="Derivative.Find"/> gives all of it.
/// </summary>
/// <remarks>Numerator layout, vec column-major: a Jacobian has a row for each element of F and a column for each element of X.</remarks>
public static class ExprDerivatives
{
    extension(Expr expression)
    {
        /// <summary>∂C/∂X of a scalar C, of the shape of X: for <c>x'*A*x</c> by x it is (A + Aᵀ) x. By a symmetric X it is the symmetric ½(G + Gᵀ).</summary>
        /// <param name="x">The variable: a symbol, or any part of the expression.</param>
        /// <exception cref="ShapeException">The expression is not a scalar.</exception>
        /// <exception cref="ArgumentException">The variable belongs to another pool.</exception>
        /// <exception cref="NotSupportedException">An operation between the expression and the variable has no rule.</exception>
        public Expr Gradient(Expr x) => Find(DerivativeKind.Gradient, expression, x);

        /// <summary>∂vec F/∂vec X of any F, pq×mn for F of p×q and X of m×n: for <c>A*x</c> by x it is A, for <c>A*X*B</c> by X it is Bᵀ ⊗ A.</summary>
        /// <param name="x">The variable: a symbol, or any part of the expression.</param>
        /// <exception cref="ArgumentException">The variable belongs to another pool.</exception>
        /// <exception cref="NotSupportedException">
        /// An operation between the expression and the variable has no rule, or the Jacobian is no product of matrices: <see cref="Derivative.LinearMap"/>
        /// is then all there is.
        /// </exception>
        public Expr Jacobian(Expr x) => Find(DerivativeKind.Jacobian, expression, x);

        /// <summary>∂²C/∂vec X ∂(vec X)ᵀ of a scalar C, mn×mn for X of m×n: for <c>0.5*norm2(A*x-b)^2</c> by x it is AᵀA.</summary>
        /// <param name="x">The variable: a symbol, or any part of the expression.</param>
        /// <exception cref="ShapeException">The expression is not a scalar.</exception>
        /// <exception cref="ArgumentException">The variable belongs to another pool.</exception>
        /// <exception cref="NotSupportedException">
        /// An operation between the expression and the variable has no rule, or the Hessian is no product of matrices: <see cref="Derivative.LinearMap"/>
        /// is then all there is.
        /// </exception>
        public Expr Hessian(Expr x) => Find(DerivativeKind.Hessian, expression, x);

        /// <summary>The derivative of ∂C/∂X in the direction V, of the shape of X, without the Hessian ever being made: for <c>x'*A*x</c> it is (A + Aᵀ) v.</summary>
        /// <param name="x">The variable: a symbol, or any part of the expression.</param>
        /// <param name="v">The direction, of the shape of the variable.</param>
        /// <exception cref="ShapeException">The expression is not a scalar, or the direction has another shape than the variable.</exception>
        /// <exception cref="ArgumentException">The variable or the direction belongs to another pool.</exception>
        /// <exception cref="NotSupportedException">An operation between the expression and the variable has no rule.</exception>
        public Expr HessianVectorProduct(Expr x, Expr v) => Find(DerivativeKind.HessianVectorProduct, expression, x, v);
    }

    private static Expr Find(DerivativeKind kind, Expr of, Expr by, Expr? along = null)
    {
        ArgumentNullException.ThrowIfNull(of);
        ArgumentNullException.ThrowIfNull(by);
        if (!ReferenceEquals(of.Pool, by.Pool))
        {
            throw new ArgumentException($"{by.Describe()} belongs to another pool than the expression; read both in one Scope", nameof(by));
        }

        return Derivative.Find(kind, of, by, along).Result
            ?? throw new NotSupportedException(
                $"the {kind} by {by.Describe()} is no product of matrices; Derivative.Find gives it as a linear map");
    }
}
