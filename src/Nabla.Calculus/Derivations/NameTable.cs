using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>
/// The names that one derivation may use: those that its cost is written with, and those of its own adjoints. What another derivation
/// of the same pool named is not among them, so a derivation reads the same whichever came before it.
/// </summary>
public sealed class NameTable
{
    private readonly Dictionary<Expr, Named> names = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expr, Expr> turned = new(ReferenceEqualityComparer.Instance);

    /// <summary>The names that expressions are written with; of two names for one definition the one that was given first.</summary>
    public NameTable(params IEnumerable<Expr> expressions)
    {
        foreach (Named named in Expr.Reachable(expressions).OfType<Named>())
        {
            Add(named);
        }
    }

    /// <summary>The name of a definition, or null.</summary>
    public Named? Of(Expr definition) => names.GetValueOrDefault(definition);

    /// <summary>A transposed name, where the transpose of an expression is what has the name; else null.</summary>
    public Expr? TransposedOf(Expr expression) => turned.GetValueOrDefault(expression);

    /// <summary>A further name; one that its definition has already stays.</summary>
    public void Add(Named named)
    {
        ArgumentNullException.ThrowIfNull(named);
        names.TryAdd(named.Definition, named);
        if (named.Definition is Transpose { Operands: [not (Symbol or Named or Differential) and var inner] })
        {
            turned.TryAdd(inner, named.Transpose());
        }
    }
}
