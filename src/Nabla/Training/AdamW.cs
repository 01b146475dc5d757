using Nabla.Calculus.Expressions;

namespace Nabla.Training;

public sealed partial class Optimizer
{
    /// <summary>
    /// AdamW: the step of <see cref="Adam"/> with g = ∂C/∂W, made from (1 − ηλ)W with λ = 0.01, so that the decay of a weight does not depend on the size of its gradient
    /// (I. Loshchilov and F. Hutter, "Decoupled Weight Decay Regularization", as PyTorch has it).
    /// </summary>
    public static Optimizer AdamW { get; } = new(
        "adamw", [.. SharedSettings.Betas(), SharedSettings.Epsilon(1e-8), SharedSettings.WeightDecay(0.01)], (terms, c) =>
        {
            Expr w = terms.Parameter;
            Expr from = c.Has("weight-decay") ? (w.Pool.Constant(1) - terms.LearningRate * c["weight-decay"]) * w : w;
            return Moments(terms, c, from, terms.Gradient);
        })
    {
        UsualLearningRate = 0.001,
    };
}
