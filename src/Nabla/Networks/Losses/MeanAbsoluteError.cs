using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Networks;

public sealed partial class Loss
{
    /// <summary>Σ|y − a|/n of each sample with n outputs; the mean over the batch is the mean of |y − a| over all elements. Its derivative is 0 where y = a.</summary>
    public static Loss MeanAbsoluteError { get; } =
        new("mean-absolute-error", (y, a) => Expr.Sum(Expr.Apply(Function.Abs, Residual(y, a))) / a.Shape.Rows);
}
