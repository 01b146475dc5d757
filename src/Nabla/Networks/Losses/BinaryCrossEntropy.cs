using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Networks;

public sealed partial class Loss
{
    /// <summary>−Σ (y log a + (1 − y) log(1 − a)) over the outputs of each sample, where a is the sigmoid of the last layer.</summary>
    public static Loss BinaryCrossEntropy { get; } = new("binary-cross-entropy", (y, a) =>
    {
        Expr one = y.Pool.Ones(y.Shape.Rows, y.Shape.Columns);
        return -Expr.Sum(Expr.Hadamard(y, Expr.Apply(Function.Log, a)) + Expr.Hadamard(one - y, Expr.Apply(Function.Log, one - a)));
    })
    {
        OutputActivation = Activation.Sigmoid,
    };
}
