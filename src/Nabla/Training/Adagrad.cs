using Nabla.Calculus.Expressions;

namespace Nabla.Training;

public sealed partial class Optimizer
{
    /// <summary>
    /// Adagrad with ε = 10⁻¹⁰: h ← h + g ⊙ g, W ← W − η/(1 + (t − 1)γ) g ⊘ (√h + ε) with g = ∂C/∂W + λW (J. Duchi et al., "Adaptive Subgradient Methods for
    /// Online Learning and Stochastic Optimization", as PyTorch has it).
    /// </summary>
    public static Optimizer Adagrad { get; } = new(
        "adagrad",
        [
            new("learning-rate-decay", "γ", 0, SettingRange.NotNegative, "step t has the learning rate η/(1 + (t − 1)γ)"),
            SharedSettings.Epsilon(1e-10),
            SharedSettings.WeightDecay(),
        ],
        (terms, c) =>
        {
            (Symbol w, Symbol h, Expr g) = (terms.Parameter, terms.State("h"), c.Decayed(terms));
            Expr sum = c.Kept("h", h + Expr.Hadamard(g, g));
            Expr one = w.Pool.Constant(1);
            Expr size = c.Has("learning-rate-decay")
                ? Expr.Quotient(terms.LearningRate, one + c["learning-rate-decay"] * (terms.Step - one))
                : terms.LearningRate;
            return new(w, w - size * Expr.Quotient(g, terms.Root(sum, c["epsilon"]))) { States = [new(h, sum)] };
        })
    {
        UsualLearningRate = 0.01,
    };
}
