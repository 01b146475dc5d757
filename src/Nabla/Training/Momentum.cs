using Nabla.Calculus.Expressions;

namespace Nabla.Training;

public sealed partial class Optimizer
{
    /// <summary>
    /// Descent with momentum μ = 0.9: v ← μv + ∂C/∂W, W ← W − ηv (B. Polyak, "Some methods of speeding up the convergence of iteration methods", in
    /// the form that PyTorch has).
    /// </summary>
    public static Optimizer Momentum { get; } = MomentumOf(0.9);

    /// <summary>Descent with a momentum of one's own.</summary>
    /// <param name="momentum">μ, at least 0 and below 1.</param>
    public static Optimizer MomentumOf(double momentum) => new("momentum", terms =>
    {
        Symbol v = terms.State("v");
        Expr next = momentum * v + terms.Gradient;
        return new(terms.Parameter, terms.Parameter - terms.LearningRate * next) { States = [new(v, next)] };
    });
}
