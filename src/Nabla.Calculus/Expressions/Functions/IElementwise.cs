using System.Collections.Immutable;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>
/// An elementwise function f: its names, its value and its derivative, each written once over <see cref="ILane{T}"/>.
/// One file in this folder is one function; <see cref="Function.All"/> finds it there.
/// </summary>
/// <remarks>
/// Value and Derivative are marked to be inlined: a loop over vectors that calls them instead passes its vectors through memory and is
/// up to a hundred times slower.
/// </remarks>
public interface IElementwise
{
    /// <summary>The name in the input language and on the command line, such as <c>leaky-relu</c>.</summary>
    static abstract string Name { get; }

    /// <summary>The name in a printed formula, such as <c>σ</c>.</summary>
    static abstract string Symbol { get; }

    /// <summary>The name in LaTeX, such as <c>\sigma</c>.</summary>
    static abstract string Latex { get; }

    /// <summary>Whether the function is offered as the activation of a layer.</summary>
    static virtual bool IsActivation => false;

    /// <summary>
    /// Whether f is a rectifier: near x for large x and near 0, or a small part of x, for small ones. Weights before it keep the variance of
    /// their inputs where their own is 2 / inputs (He et al. 2015).
    /// </summary>
    static virtual bool IsRectifier => false;

    /// <summary>The points where f or one of its first two derivatives jumps; a difference across one is no approximation of the derivative.</summary>
    static virtual ImmutableArray<double> Kinks => [];

    /// <summary>f(x).</summary>
    static abstract T Value<T>(T x)
        where T : struct, ILane<T>;

    /// <summary>
    /// f′(x), written in x and y = f(x), whichever is cheaper. Written in y alone where that is possible, so that the
    /// pre-activation need not be kept.
    /// </summary>
    static abstract T Derivative<T>(T x, T y)
        where T : struct, ILane<T>;
}

/// <summary>Receives an elementwise function as a type, so that code can be specialized for it.</summary>
/// <typeparam name="TResult">What the visit gives.</typeparam>
public interface IElementwiseVisitor<out TResult>
{
    /// <summary>Called with the function's type.</summary>
    TResult Visit<TFunction>()
        where TFunction : struct, IElementwise;
}
