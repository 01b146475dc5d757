namespace Nabla.Training;

public sealed partial class Optimizer
{
    /// <summary>Stochastic gradient descent, the seed's rule: W ← W − η ∂C/∂W.</summary>
    public static Optimizer Sgd { get; } = new("sgd", terms => new(terms.Parameter, terms.Parameter - terms.LearningRate * terms.Gradient));
}
