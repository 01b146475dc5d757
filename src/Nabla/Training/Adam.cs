using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Planning;

namespace Nabla.Training;

public sealed partial class Optimizer
{
    /// <summary>
    /// Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g ⊙ g, and W ← W − η/(1 − β₁ᵗ) m ⊘ (√v/√(1 − β₂ᵗ) + ε) with
    /// g = ∂C/∂W + λW (D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", with ε outside the root, as PyTorch has it).
    /// </summary>
    public static Optimizer Adam { get; } = new(
        "adam",
        [.. SharedSettings.Betas(), SharedSettings.Epsilon(1e-8), SharedSettings.WeightDecay()],
        (terms, c) => Moments(terms, c, terms.Parameter, c.Decayed(terms)))
    {
        UsualLearningRate = 0.001,
    };

    /// <summary>The step of Adam from a place that may be another than W.</summary>
    private static ParameterUpdate Moments(UpdateTerms terms, UpdateConstants c, Expr from, Expr g)
    {
        (Symbol w, Symbol m, Symbol v) = (terms.Parameter, terms.State("m"), terms.State("v"));
        Expr one = w.Pool.Constant(1);
        Expr ones = w.Pool.Ones(w.Shape.Rows, w.Shape.Columns);
        Expr mean = c.Kept("m", c["beta1"] * m + c.Rest("beta1") * g);
        Expr square = c.Kept("v", c["beta2"] * v + c.Rest("beta2") * Expr.Hadamard(g, g));
        Expr size = Expr.Quotient(terms.LearningRate, one - terms.PowerOfStep(c["beta1"]));
        Expr spread = Expr.Quotient(one, Expr.Apply(Function.Sqrt, one - terms.PowerOfStep(c["beta2"])));
        Expr direction = Expr.Quotient(mean, spread * Expr.Apply(Function.Sqrt, square) + c["epsilon"] * ones);
        return new(w, from - size * direction) { States = [new(m, mean), new(v, square)] };
    }
}
