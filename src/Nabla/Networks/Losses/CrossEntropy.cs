using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Networks;

public sealed partial class Loss
{
    /// <summary>−yᵀ log p of each sample, where p is the softmax of the last layer.</summary>
    public static Loss CrossEntropy { get; } =
        new("cross-entropy", (y, p) => -Expr.Sum(Expr.Hadamard(y, Expr.Apply(Function.Log, p)))) { OutputActivation = Activation.Softmax };
}
