using Nabla.Calculus.Expressions;

namespace Nabla.Networks;

public sealed partial class Loss
{
    /// <summary>‖y − a‖²/n of each sample with n outputs; the mean over the batch is the mean of (y − a)² over all elements.</summary>
    public static Loss MeanSquaredError { get; } =
        new("mean-squared-error", (y, a) => Expr.SquaredNorm(Residual(y, a)) / a.Shape.Rows);
}
