using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Training;

public sealed partial class Optimizer
{
    /// <summary>
    /// Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g ⊙ g, and W ← W − η/(1 − β₁ᵗ) m ⊘ (√v/√(1 − β₂ᵗ) + ε) with
    /// g = ∂C/∂W (D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", with ε outside the root, as PyTorch has it).
    /// </summary>
    public static Optimizer Adam { get; } = AdamOf(0.9, 0.999, 1e-8);

    /// <summary>Adam with constants of one's own.</summary>
    /// <param name="beta1">β₁, at least 0 and below 1.</param>
    /// <param name="beta2">β₂, at least 0 and below 1.</param>
    /// <param name="epsilon">ε, positive.</param>
    public static Optimizer AdamOf(double beta1, double beta2, double epsilon) => new("adam", terms =>
    {
        (Symbol w, Expr g) = (terms.Parameter, terms.Gradient);
        (Symbol m, Symbol v) = (terms.State("m"), terms.State("v"));
        Expr one = w.Pool.Constant(1);
        Expr ones = w.Pool.Ones(w.Shape.Rows, w.Shape.Columns);
        Expr mean = beta1 * m + Rest(beta1) * g;
        Expr square = beta2 * v + Rest(beta2) * Expr.Hadamard(g, g);
        Expr size = Expr.Quotient(terms.LearningRate, one - terms.PowerOfStep(beta1));
        Expr spread = Expr.Quotient(one, Expr.Apply(Function.Sqrt, one - terms.PowerOfStep(beta2)));
        Expr direction = Expr.Quotient(mean, spread * Expr.Apply(Function.Sqrt, square) + epsilon * ones);
        return new(w, w - size * direction) { States = [new(m, mean), new(v, square)] };
    });

    /// <summary>1 − β as it is written in decimals, not as the difference of two binary fractions: 0.1 for 0.9.</summary>
    private static double Rest(double beta) => (double)(1 - (decimal)beta);
}
