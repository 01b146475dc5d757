using Nabla.Calculus.Expressions;
using Nabla.Planning;

namespace Nabla.Training;

public sealed partial class Optimizer
{
    /// <summary>
    /// Stochastic gradient descent, the seed's rule: W ← W − η ∂C/∂W. With weight decay λ the gradient is ∂C/∂W + λW, and with a momentum μ the rule is
    /// that of <see cref="Momentum"/>, as in PyTorch's SGD.
    /// </summary>
    public static Optimizer Sgd { get; } = new("sgd", [SharedSettings.Momentum(0), SharedSettings.WeightDecay()], (terms, c) => c.Has("momentum")
        ? Rolling(terms, c, nesterov: false)
        : new(terms.Parameter, terms.Parameter - terms.LearningRate * c.Decayed(terms)));

    /// <summary>v ← μv + g, and the step is v, or with Nesterov's look ahead g + μv.</summary>
    private static ParameterUpdate Rolling(UpdateTerms terms, UpdateConstants c, bool nesterov)
    {
        Symbol v = terms.State("v");
        Expr g = c.Decayed(terms);
        Expr next = c.Kept("v", c["momentum"] * v + g);
        return new(terms.Parameter, terms.Parameter - terms.LearningRate * (nesterov ? g + c["momentum"] * next : next)) { States = [new(v, next)] };
    }
}
