using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>One fact of matrix calculus: what a step of a derivation appeals to.</summary>
/// <param name="Id">A stable name for machines, such as <c>differential.product</c>.</param>
/// <param name="Statement">The fact as a formula, such as <c>d(XY) = dX Y + X dY</c>.</param>
public sealed record Rule(string Id, string Statement);

/// <summary>A fact taken for true in a derivation, such as 1ᵀy = 1 for targets that are probabilities: the left side may be replaced by the right.</summary>
/// <param name="Left">The left side.</param>
/// <param name="Right">The right side, of the same shape.</param>
public sealed record Assumption(Expr Left, Expr Right)
{
    /// <summary>Whether the fact is that the sides differ in every element, such as Y ≠ 0; nothing is then replaced.</summary>
    public bool IsInequality { get; init; }
}

/// <summary>How the two sides of a step belong together.</summary>
public enum Relation
{
    /// <summary>The sides are equal because a rule says so; a test evaluates both.</summary>
    Equal,

    /// <summary>The left side is a new name for the right.</summary>
    Definition,

    /// <summary>The right side replaces the left: an update of a parameter.</summary>
    Update,
}

/// <summary>
/// One line of a derivation: two expressions, how they belong together, and why. Both sides are expressions in memory; nothing
/// of a step is a template.
/// </summary>
/// <param name="Rule">Why.</param>
/// <param name="Left">The left side, or the expression before a rewrite.</param>
/// <param name="Right">The right side, or the expression after it.</param>
public sealed record Step(Rule Rule, Expr Left, Expr Right)
{
    /// <summary>The equation's label in the text that it comes from, such as <c>Eq 3</c>; empty where it has none.</summary>
    public string Label { get; init; } = "";

    /// <summary>How the two sides belong together.</summary>
    public Relation Relation { get; init; } = Relation.Equal;

    /// <summary>What must hold for the step to be right.</summary>
    public IReadOnlyList<Assumption> Conditions { get; init; } = [];

    /// <summary>The steps that this one is made of.</summary>
    public IReadOnlyList<Step> Steps { get; init; } = [];

    /// <summary>Whether the steps that this one is made of belong to the short form of the derivation.</summary>
    public bool ShowsSteps { get; init; }

    /// <summary>The line in elements, where it is written so: for every value of the free indices both sides are the same number.</summary>
    public (Indices.IndexFormula Left, Indices.IndexFormula Right)? Indexed { get; init; }

    /// <summary>The shape of both sides.</summary>
    public Shape Shape => Right.Shape;
}
