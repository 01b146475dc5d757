using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;

namespace Nabla.Calculus.Rendering;

/// <summary>Derivations as LaTeX, which amsmath and amssymb are enough for.</summary>
public static class LatexMembers
{
    /// <summary>The reverse sweep as LaTeX: the stable form of C, every adjoint from C down, and the gradients.</summary>
    /// <param name="derivation">The derivation.</param>
    /// <param name="document">Whether a whole document is wanted; else a fragment to be put into one.</param>
    /// <param name="everyStep">Whether the rewrites that a line is made of are shown too.</param>
    public static string ToLatex(this Derivation derivation, bool document = false, bool everyStep = false)
    {
        ArgumentNullException.ThrowIfNull(derivation);
        List<Section> sections = [];
        if (derivation.StabilitySteps.Count > 0)
        {
            sections.Add(new("The stable form", derivation.StabilitySteps, []));
        }

        sections.Add(new("The reverse sweep", derivation.Steps, []));
        return DerivationLatex.Write("Derivation", sections, document, everyStep);
    }

    /// <summary>The derivation of a network's gradients as LaTeX.</summary>
    /// <param name="derivation">The derivation.</param>
    /// <param name="document">Whether a whole document is wanted; else a fragment to be put into one.</param>
    /// <param name="everyStep">Whether the rewrites that a line is made of are shown too.</param>
    public static string ToLatex(this NetworkDerivation derivation, bool document = false, bool everyStep = false)
    {
        ArgumentNullException.ThrowIfNull(derivation);
        return DerivationLatex.Write("Derivation", derivation.Sections, document, everyStep);
    }

    /// <summary>A derivative and the way to it as LaTeX: definitions, the steps in the chosen style, the answer last.</summary>
    /// <param name="derivative">The derivative.</param>
    /// <param name="style">How it is derived.</param>
    /// <param name="document">Whether a whole document is wanted; else a fragment to be put into one.</param>
    /// <param name="everyStep">Whether the rewrites that a line is made of are shown too.</param>
    public static string ToLatex(this Derivative derivative, DerivationStyle style = DerivationStyle.Differential, bool document = false, bool everyStep = false)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        return DerivationLatex.Write("Derivation", ExpressionDerivation.Of(derivative, style), document, everyStep);
    }
}
