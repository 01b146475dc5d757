using Nabla.Calculus.Expressions;

namespace Nabla.Networks;

public sealed partial class Loss
{
    /// <summary>½‖v‖² of each sample with v = y − a, the seed's loss (Eq A); the mean over the batch is 1/(2m) Σ‖y − a‖².</summary>
    public static Loss SquaredError { get; } = new("squared-error", (y, a) => 0.5 * Expr.SquaredNorm(Residual(y, a)));

    /// <summary>v = y − a under its name; V for a batch.</summary>
    private static Named Residual(Expr y, Expr a) => (y - a).As(new(y.Shape.IsColumn ? "v" : "V"));
}
