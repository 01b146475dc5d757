namespace Nabla.Training;

public sealed partial class Optimizer
{
    /// <summary>
    /// Descent with Nesterov's momentum μ = 0.9: v ← μv + g, W ← W − η(g + μv) with the new v and g = ∂C/∂W + λW (I. Sutskever et al., "On the importance of
    /// initialization and momentum in deep learning", in the form that PyTorch has).
    /// </summary>
    public static Optimizer Nesterov { get; } = new(
        "nesterov", [SharedSettings.Momentum(0.9), SharedSettings.WeightDecay()], (terms, c) => Rolling(terms, c, nesterov: true));
}
