namespace Nabla.Training;

public sealed partial class Optimizer
{
    /// <summary>
    /// Descent with momentum μ = 0.9: v ← μv + g, W ← W − ηv with g = ∂C/∂W + λW (B. Polyak, "Some methods of speeding up the convergence of iteration
    /// methods", in the form that PyTorch has).
    /// </summary>
    public static Optimizer Momentum { get; } = new(
        "momentum", [SharedSettings.Momentum(0.9), SharedSettings.WeightDecay()], (terms, c) => Rolling(terms, c, nesterov: false));
}
