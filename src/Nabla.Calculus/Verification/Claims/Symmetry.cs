using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>The two ways to differentiate by a symmetric matrix, told apart.</summary>
internal static class Symmetry
{
    /// <summary>What is said of the other way.</summary>
    public const string OneVariableForTwo =
        "this is the form of The Matrix Cookbook, G + G' - diag(diagvec(G)), which takes the two equal elements on both sides of the diagonal for one variable; "
        + "here the gradient is the symmetric (G + G')/2, and off the diagonal the formula is twice as large";

    /// <summary>Whether a claim is the form that takes the elements above and below the diagonal for one variable.</summary>
    public static bool IsOneVariableForTwo(Expr claim, ClaimProblem problem, Truth truth) =>
        truth.Derivative?.CookbookForm is Expr form && claim.Shape == problem.Shape
        && truth.Samples.TrueForAll(sample =>
            sample.Point.Value(claim) is Matrix own && sample.Point.Value(form) is Matrix doubled && Agreement.Same(own, doubled));
}
