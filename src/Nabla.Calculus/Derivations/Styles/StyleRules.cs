using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Styles;

/// <summary>What the lines of the styles appeal to, beside the differentials themselves.</summary>
internal static class StyleRules
{
    /// <summary>The rewrites that a reader wants to see: J I = J is how du = I dx is put in, and says nothing.</summary>
    public static IReadOnlyList<Step> Telling(IEnumerable<Step> steps) =>
        [.. steps.Where(step => !(step.Rule.Id == "rewrite.product-identity" && step.Left is MatMul { Operands: [_, Eye] }))];

    public static Rule Definition { get; } = new("textbook.definition", "definition");

    public static Rule Stable { get; } = new("textbook.stable", "rewritten so that nothing overflows or cancels");

    public static Rule Turned { get; } = new("style.pairing", "dX is brought to the right: ⟨G, L(dX)⟩ = ⟨L*(G), dX⟩ for each operation L");

    public static Rule Collected { get; } = new("style.collect", "⟨G, dX⟩ + ⟨H, dX⟩ = ⟨G + H, dX⟩");

    public static Rule ReadOff { get; } = new("sweep.read-off", "dC = ⟨G, dX⟩ = tr(Gᵀ dX) means ∂C/∂X = G");

    public static Rule ReadOffSum { get; } = new("style.read-off-sum", "what stands beside dX in all terms adds up to ∂C/∂X");

    public static Rule Simplified { get; } = new("style.simplified", "simplified");

    public static Rule WrittenOut { get; } = new("style.written-out", "the names written out, and simplified as a whole");

    public static Rule Symmetric { get; } = new("style.symmetric", "X is symmetric: the symmetric gradient is ½(G + Gᵀ)");

    public static Rule Cookbook { get; } = new("style.cookbook", "Xᵢⱼ and Xⱼᵢ as one variable: G + Gᵀ − diag(diagvec(G)) (Matrix Cookbook, 2.8)");

    public static Rule Chain { get; } = new("textbook.chain", "chain rule: vec(∂C/∂x) = (∂u/∂x)ᵀ vec(∂C/∂u)");

    public static Rule ChainOfJacobians { get; } = new("textbook.chain-jacobian", "chain rule: ∂u/∂x = (∂u/∂v)(∂v/∂x)");

    public static Rule OfRow { get; } = new("textbook.gradient-of-row", "the row of the Jacobian, in the shape of X");

    public static Rule Substitution { get; } = new("textbook.substitution", "the results above are put in");

    public static Rule Identification { get; } = new("style.identification", "vec(dF) = J vec(dX) means ∂vec F/∂vec X = J");

    /// <summary>From a vec to its matrix, with what the factors before the vec come to.</summary>
    /// <param name="product">The product of the local Jacobians, transposed, and the vec.</param>
    /// <param name="matrix">The matrix.</param>
    public static Rule Devectorized(IEnumerable<Expr> product, Expr matrix)
    {
        IReadOnlyList<Expr> parts = Expr.Parts(product);
        bool isDiagonal = parts.Any(part => part is Diag) && Expr.Parts(matrix).Any(part => part is Hadamard);
        return new("textbook.devectorize", string.Join("; ",
        [
            "vec(X) = vec(Y) means X = Y",
            .. parts.Any(part => part is Kron) || !isDiagonal ? new[] { "(B ⊗ A) vec(X) = vec(A X Bᵀ)" } : [],
            .. isDiagonal ? new[] { "diag(vec(X)) vec(Y) = vec(X ⊙ Y)" } : [],
        ]));
    }

    public static Rule Given { get; } = new("style.given", "declared symmetric");

    public static Rule Factored { get; } = new("style.factored", "vec(dX) is factored out");

    public static Rule Whole { get; } = new("style.whole", "simplified as a whole");

    public static Rule WholeInNames { get; } = new("style.whole-in-names", "simplified as a whole, in the names above");

    public static Rule Map { get; } = new("style.map", "the differentials above are put in");

    public static Rule NoMatrix { get; } = new("style.linear-map", "a linear map of dX that no product of matrices says");

    public static Rule Along { get; } = new("style.along", "dG with V for dX is the Hessian times V");

    public static Rule Elements { get; } = new("index.definition", "written in elements");

    public static Rule IndexDifferential { get; } = new("index.differential", "product rule, ∂Xᵢⱼ/∂Xₖₗ = δᵢₖ δⱼₗ");

    public static Rule Contracted { get; } = new("index.contraction", "Σᵢ δᵢₖ fᵢ = fₖ");

    public static Rule IndexChain { get; } = new("index.chain", "chain rule over all elements of u: ∂C/∂xₖ = Σᵢ (∂C/∂uᵢ)(∂uᵢ/∂xₖ)");

    public static Rule BackToMatrices { get; } = new("index.matrix", "back to matrices: Σⱼ Aᵢⱼ Bⱼₖ = (AB)ᵢₖ");

    public static Rule BackFromElements { get; } = new("index.matrix", "back to matrices: all elements together");
}
