using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Training;

/// <summary>
/// Clipping of gradients, as expressions that the optimizer's rule gets in place of ∂C/∂W: by value, max(−c, min(g, c)), then by norm, min(1, c/(‖g‖ + 10⁻⁶)) g, where
/// ‖g‖ is over all parameters together (R. Pascanu et al., "On the difficulty of training recurrent neural networks", as PyTorch's clip_grad_norm_ has it).
/// </summary>
/// <param name="Norm">The largest norm of all gradients together; null where it is not clipped.</param>
/// <param name="Value">The largest absolute value of an element; null where it is not clipped.</param>
public sealed record GradientClipping(double? Norm = null, double? Value = null)
{
    /// <summary>What PyTorch adds to the norm that it divides by.</summary>
    private const double NotZero = 1e-6;

    /// <summary>The clipped gradients. Where the norm is clipped, the gradients and the factor have names: g(W¹) and κ.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">Their gradients, in the same order.</param>
    /// <exception cref="ArgumentException">A limit is not a positive number.</exception>
    public IReadOnlyList<Expr> Of(IReadOnlyList<Symbol> parameters, IReadOnlyList<Expr> gradients)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(gradients);
        Require(Norm, "norm");
        Require(Value, "value");
        IReadOnlyList<Expr> clipped = Value is double most ? [.. gradients.Select(g => Clipped(g, most))] : gradients;
        if (Norm is not double norm || gradients.Count == 0)
        {
            return clipped;
        }

        ExprPool pool = gradients[0].Pool;
        clipped = [.. clipped.Zip(parameters, (g, w) => g.As(new($"g({w.Name})")))];
        Expr total = Expr.Apply(Function.Sqrt, clipped.Select(Expr.SquaredNorm).Aggregate((sum, square) => sum + square));
        Expr scale = Expr.Minimum(pool.Constant(1), Expr.Quotient(pool.Constant(norm), total + pool.Constant(NotZero))).As(new("κ"));
        return [.. clipped.Select(g => scale * g)];
    }

    private static Expr Clipped(Expr g, double most)
    {
        Expr limit = most * g.Pool.Ones(g.Shape.Rows, g.Shape.Columns);
        return Expr.Maximum(-limit, Expr.Minimum(g, limit));
    }

    private static void Require(double? limit, string what)
    {
        if (limit is double most && !(double.IsFinite(most) && most > 0))
        {
            throw new ArgumentException($"the largest {what} of gradients must be a positive number, but it is {most}");
        }
    }
}
