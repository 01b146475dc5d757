using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Networks;

public sealed partial class Loss
{
    /// <summary>Σ h(y − a) over the outputs of each sample: ½x² near zero and |x| − ½ beyond 1 (P. Huber, 1964).</summary>
    public static Loss Huber { get; } = new("huber", (y, a) => Expr.Sum(Expr.Apply(Function.Huber, Residual(y, a))));
}
