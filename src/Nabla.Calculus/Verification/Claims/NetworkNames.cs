using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>The names of a network and of its gradients in the input language: W2, b2, z2, a1, y, C, and delta2 as the dialect of the derivation means it.</summary>
public sealed class NetworkNames
{
    private readonly LayeredNetwork network;
    private readonly Derivation derivation;
    private readonly Named[] names;

    /// <summary>Of a network that was differentiated.</summary>
    public NetworkNames(LayeredNetwork network, Derivation derivation)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(derivation);
        (this.network, this.derivation) = (network, derivation);
        names = [.. Expr.Reachable([network.Cost, .. derivation.NamedAdjoints, .. derivation.Gradients]).OfType<Named>()];
        Scope = new([.. Expr.Reachable([network.Cost, .. derivation.Gradients]).OfType<Symbol>(), .. names]);
    }

    /// <summary>All names.</summary>
    public Scope Scope { get; }

    /// <summary>What each name of an intermediate result stands for, in terms of those before it: <c>z2 = W2*a1+b2</c>.</summary>
    public IEnumerable<string> Definitions => names.Select(name => $"{AsciiNotation.NameOf(name.Name)} = {AsciiNotation.Print(name.Definition, Scope)}");

    /// <summary>The gradient of every parameter: <c>dC/dW2 = delta2*a1'</c>.</summary>
    public IEnumerable<string> Gradients => network.Parameters.Select(parameter => $"dC/d{AsciiNotation.NameOf(parameter.Name)} = {GradientOf(parameter)}");

    /// <summary>The gradient of a parameter: <c>delta2*a1'</c>.</summary>
    public string GradientOf(Symbol parameter) => AsciiNotation.Print(derivation.GradientOf(parameter), Scope);

    /// <summary>The question for ∂C/∂X of a parameter X, which claims in these names answer.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="targetsSumToOne">Whether the targets are known to be probabilities.</param>
    public ClaimProblem Ask(Symbol parameter, bool targetsSumToOne = false) =>
        ClaimProblem.For(Scope, network.Cost, parameter, targetsSumToOne ? new((network.Target, network.Batch.IsOne ? Condition.SumToOne : Condition.ColumnsSumToOne)) : null);
}
