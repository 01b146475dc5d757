using Nabla.Calculus.Derivations.Simplification;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>What is asked for.</summary>
public enum DerivativeKind
{
    /// <summary>∂C/∂X of a scalar, shaped like X.</summary>
    Gradient,

    /// <summary>∂vec F/∂vec X: rows count the elements of F, columns those of X, both column-major.</summary>
    Jacobian,

    /// <summary>The Jacobian of the gradient of a scalar.</summary>
    Hessian,

    /// <summary>The derivative of the gradient along a direction V, shaped like X.</summary>
    HessianVectorProduct,
}

/// <summary>The derivative of an expression by a variable in its shortest form, and how it came about.</summary>
public sealed class Derivative
{
    private Derivative(DerivativeKind kind, Expr of, Expr by, Expr? along)
    {
        Kind = kind;
        Of = of;
        By = by;
        Along = along;
    }

    /// <summary>What was asked for.</summary>
    public DerivativeKind Kind { get; }

    /// <summary>What was differentiated.</summary>
    public Expr Of { get; }

    /// <summary>By what it was differentiated.</summary>
    public Expr By { get; }

    /// <summary>The direction V of a Hessian-vector product.</summary>
    public Expr? Along { get; }

    /// <summary>The answer; null where it has no matrix form, and <see cref="LinearMap"/> is all there is.</summary>
    public Expr? Result { get; private init; }

    /// <summary>The answer before it was simplified.</summary>
    public Expr? Unsimplified { get; private init; }

    /// <summary>For a Jacobian or a Hessian: dF in terms of dX, which the matrix is read off; for a gradient null.</summary>
    public Expr? LinearMap { get; private init; }

    /// <summary>The reverse sweep that gave the gradient, where one was needed.</summary>
    public Derivation? Sweep { get; private init; }

    /// <summary>The gradient that a Hessian is the Jacobian of.</summary>
    public Expr? Gradient { get; private init; }

    /// <summary>
    /// For a symmetric variable: the gradient that treats the elements above and below the diagonal as one variable, G + Gᵀ − diag(diagvec(G)) (Petersen
    /// and Pedersen, "The Matrix Cookbook", 2.8). The answer itself is ½(G + Gᵀ).
    /// </summary>
    public Expr? CookbookForm { get; private init; }

    /// <summary>The steps of the simplification.</summary>
    public IReadOnlyList<Step> Simplification { get; private init; } = [];

    /// <summary>Differentiates.</summary>
    /// <param name="kind">What is asked for.</param>
    /// <param name="of">What is differentiated.</param>
    /// <param name="by">The variable: a symbol, or any part of the expression.</param>
    /// <param name="along">The direction of a Hessian-vector product, shaped like the variable.</param>
    /// <param name="settings">Tables and assumptions.</param>
    /// <exception cref="ShapeException">A gradient or a Hessian is asked of what is not a scalar, or the direction does not fit.</exception>
    /// <exception cref="NotSupportedException">An operation between the expression and the variable has no rule.</exception>
    /// <exception cref="OperationCanceledException">The settings' token stopped it.</exception>
    public static Derivative Find(DerivativeKind kind, Expr of, Expr by, Expr? along = null, DerivationSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(of);
        ArgumentNullException.ThrowIfNull(by);
        DerivationSettings chosen = settings ?? new();
        Simplifier simplifier = new(chosen.Assumptions, chosen.Cancellation);

        // A fact about the variable, such as sum(y) = 1, holds at the point and not around it: it must wait until nothing is differentiated any more.
        DerivationSettings beforeAnother = chosen with
        {
            Assumptions = [.. chosen.Assumptions.Where(fact => !Expr.Reachable(fact.Left, fact.Right).Contains(by))],
        };
        switch (kind)
        {
            case DerivativeKind.Gradient:
                return GradientOf(of, by, chosen, simplifier);
            case DerivativeKind.Jacobian:
                (Expr map, Expr? matrix) = Read(Rewriter.Rewrite(of, RewriteRules.Stability).Result, by, chosen, simplifier);
                (Expr? jacobian, IReadOnlyList<Step> steps) = Short(matrix, simplifier);
                return new(kind, of, by, null) { LinearMap = map, Unsimplified = matrix, Result = jacobian, Simplification = steps };
            case DerivativeKind.Hessian:
                Derivative gradient = GradientOf(of, by, beforeAnother, new(beforeAnother.Assumptions, chosen.Cancellation));
                (Expr change, Expr? second) = Read(gradient.Result!, by, chosen, simplifier);
                (Expr? hessian, IReadOnlyList<Step> more) = Short(second, simplifier);
                return new(kind, of, by, null)
                {
                    Sweep = gradient.Sweep,
                    Gradient = gradient.Result,
                    LinearMap = change,
                    Unsimplified = second,
                    Result = hessian,
                    Simplification = more,
                };
            case DerivativeKind.HessianVectorProduct:
                if (along is null || along.Shape != by.Shape)
                {
                    throw new ShapeException($"a Hessian-vector product needs a direction shaped like {by.Describe()}{(along is null ? "" : $", but {along.Describe()} is not")}");
                }

                Derivative slope = GradientOf(of, by, beforeAnother, new(beforeAnother.Assumptions, chosen.Cancellation));
                Expr product = LinearMaps.Differential(Expanded(slope.Result!), by, along, chosen.Differentials);
                (Expr result, IReadOnlyList<Step> last) = simplifier.Simplify(product);
                return new(kind, of, by, along) { Sweep = slope.Sweep, Gradient = slope.Result, Unsimplified = product, Result = result, Simplification = last };
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "there is no such kind of derivative");
        }
    }

    private static Derivative GradientOf(Expr of, Expr by, DerivationSettings settings, Simplifier simplifier)
    {
        Derivation sweep = Derivation.Of(of, [by], settings);
        Expr gradient = sweep.GradientOf(by);
        (Expr result, IReadOnlyList<Step> steps) = simplifier.Simplify(gradient);
        if (by is not Symbol { IsSymmetric: true })
        {
            return new(DerivativeKind.Gradient, of, by, null) { Sweep = sweep, Unsimplified = gradient, Result = result, Simplification = steps };
        }

        (Expr symmetric, IReadOnlyList<Step> more) = simplifier.Simplify(0.5 * (result + result.Transpose()));
        return new(DerivativeKind.Gradient, of, by, null)
        {
            Sweep = sweep,
            Unsimplified = gradient,
            Result = symmetric,
            Simplification = [.. steps, .. more],
            CookbookForm = simplifier.Simplify(2 * symmetric - Expr.Diag(Expr.DiagonalOf(symmetric))).Result,
        };
    }

    /// <summary>dF, simplified, and the matrix read off it.</summary>
    private static (Expr Map, Expr? Matrix) Read(Expr f, Expr by, DerivationSettings settings, Simplifier simplifier)
    {
        Expr d = by.Differential();
        Expr map = simplifier.Simplify(LinearMaps.Differential(Expanded(f), by, d, settings.Differentials)).Result;
        return (map, LinearMaps.Matrix(map, d));
    }

    private static (Expr? Result, IReadOnlyList<Step> Steps) Short(Expr? matrix, Simplifier simplifier) =>
        matrix is null ? (null, []) : simplifier.Simplify(matrix);

    /// <summary>f′ written out, so that it can be differentiated once more.</summary>
    private static Expr Expanded(Expr f) => Rewriter.Rewrite(f, RewriteRules.Activations(new(f))).Result;
}
