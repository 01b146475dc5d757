using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Derivations.Indices;

/// <summary>A named index that counts the rows or columns of a matrix. Two indices are the same only where they are one object.</summary>
/// <param name="name">The letter.</param>
/// <param name="range">What it counts to.</param>
public sealed class SumIndex(string name, Dim range)
{
    /// <summary>The letter.</summary>
    public string Name { get; } = name;

    /// <summary>What it counts to.</summary>
    public Dim Range { get; } = range;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>A scalar formula of elements of matrices: products and sums over named indices. It can be evaluated like an expression.</summary>
public abstract record IndexFormula;

/// <summary>An element Xᵢⱼ of an expression; an index is null where the expression has one row or one column.</summary>
/// <param name="Of">X.</param>
/// <param name="Row">i.</param>
/// <param name="Column">j.</param>
public sealed record Element(Expr Of, SumIndex? Row, SumIndex? Column) : IndexFormula;

/// <summary>∂Fᵢⱼ/∂Xₖₗ as a question.</summary>
/// <param name="F">Fᵢⱼ.</param>
/// <param name="X">Xₖₗ.</param>
public sealed record ElementDerivative(Element F, Element X) : IndexFormula;

/// <summary>Kronecker's δᵢⱼ: 1 where the indices are equal, else 0.</summary>
/// <param name="I">i.</param>
/// <param name="J">j.</param>
public sealed record Kronecker(SumIndex I, SumIndex J) : IndexFormula;

/// <summary>A number.</summary>
/// <param name="Value">The value.</param>
public sealed record IndexNumber(Coefficient Value) : IndexFormula;

/// <summary>Σᵢ of a body.</summary>
/// <param name="Index">i.</param>
/// <param name="Body">The body.</param>
public sealed record IndexSum(SumIndex Index, IndexFormula Body) : IndexFormula;

/// <summary>A sum of terms, some of them subtracted.</summary>
/// <param name="Items">The terms, and whether each is subtracted.</param>
public sealed record IndexTerms(ImmutableArray<(IndexFormula Term, bool Negative)> Items) : IndexFormula;

/// <summary>A product of factors.</summary>
/// <param name="Factors">The factors.</param>
public sealed record IndexProduct(ImmutableArray<IndexFormula> Factors) : IndexFormula;

/// <summary>A quotient.</summary>
/// <param name="Above">The numerator.</param>
/// <param name="Below">The denominator.</param>
public sealed record IndexQuotient(IndexFormula Above, IndexFormula Below) : IndexFormula;

/// <summary>f(x) of an elementwise function.</summary>
/// <param name="Function">f.</param>
/// <param name="Argument">x.</param>
public sealed record IndexCall(Function Function, IndexFormula Argument) : IndexFormula;

/// <summary>x to the power p.</summary>
/// <param name="Base">x.</param>
/// <param name="Exponent">p.</param>
public sealed record IndexPower(IndexFormula Base, IndexFormula Exponent) : IndexFormula;

/// <summary>The larger or the smaller of two.</summary>
/// <param name="X">The first.</param>
/// <param name="Y">The second.</param>
/// <param name="IsLarger">Whether it is the larger.</param>
public sealed record IndexExtreme(IndexFormula X, IndexFormula Y, bool IsLarger) : IndexFormula;
