using Nabla.Calculus.Expressions;
using Nabla.Planning;

namespace Nabla.Training;

public sealed partial class Optimizer
{
    /// <summary>
    /// RMSprop with α = 0.99, ε = 10⁻⁸: v ← αv + (1 − α)g ⊙ g, W ← W − η g ⊘ (√v + ε) with g = ∂C/∂W + λW (T. Hinton, lecture 6 of "Neural Networks for Machine
    /// Learning"). With a momentum μ the quotient is gathered, b ← μb + g ⊘ (√v + ε), W ← W − ηb; centered, the mean m ← αm + (1 − α)g is taken away
    /// under the root, √(v − m ⊙ m). All as PyTorch has it.
    /// </summary>
    public static Optimizer RmsProp { get; } = new(
        "rmsprop",
        [
            new("alpha", "α", 0.99, SettingRange.Fraction, "how much of the mean squared gradient is kept"),
            SharedSettings.Epsilon(1e-8),
            SharedSettings.Momentum(0),
            new("centered", "centered", 0, SettingRange.Flag, "divide by the deviation of the gradient, not by its size"),
            SharedSettings.WeightDecay(),
        ],
        (terms, c) =>
        {
            (Symbol w, Symbol v, Expr g) = (terms.Parameter, terms.State("v"), c.Decayed(terms));
            Expr square = c.Kept("v", c["alpha"] * v + c.Rest("alpha") * Expr.Hadamard(g, g));
            List<ParameterUpdate> states = [new(v, square)];
            Expr spread = square;
            if (c.Has("centered"))
            {
                Symbol m = terms.State("m");
                Expr mean = c.Kept("m", c["alpha"] * m + c.Rest("alpha") * g);
                states.Add(new(m, mean));
                spread = square - Expr.Hadamard(mean, mean);
            }

            Expr step = Expr.Quotient(g, terms.Root(spread, c["epsilon"]));
            if (c.Has("momentum"))
            {
                Symbol b = terms.State("b");
                step = c.Kept("b", c["momentum"] * b + step);
                states.Add(new(b, step));
            }

            return new(w, w - terms.LearningRate * step) { States = states };
        })
    {
        UsualLearningRate = 0.01,
    };
}
