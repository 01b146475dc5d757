using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Nabla.Calculus.Expressions.Functions;

/// <summary>An elementwise function as a value: what an <see cref="IElementwise"/> type says, for code that holds functions in variables.</summary>
public abstract partial class Function
{
    // Lazy because the properties have no values yet while this class is being initialized; thread-safe, which a nullable array is not.
    private static readonly Lazy<ImmutableArray<Function>> all = new(() =>
    [
        .. typeof(Function).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Where(property => property.PropertyType == typeof(Function))
            .Select(property => (Function)property.GetValue(null)!)
            .OrderBy(function => function.Name, StringComparer.Ordinal),
    ]);

    private protected Function()
    {
    }

    /// <summary>Every function of this folder, in the order of their names.</summary>
    public static ImmutableArray<Function> All => all.Value;

    /// <summary>The name in the input language and on the command line, such as <c>leaky-relu</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The name in a printed formula, such as <c>σ</c>.</summary>
    public abstract string Symbol { get; }

    /// <summary>The name in LaTeX, such as <c>\sigma</c>.</summary>
    public abstract string Latex { get; }

    /// <summary>Whether the function is offered as the activation of a layer.</summary>
    public abstract bool IsActivation { get; }

    /// <summary>Whether the function is a rectifier, as relu is.</summary>
    public abstract bool IsRectifier { get; }

    /// <summary>The points where the function or one of its first two derivatives jumps.</summary>
    public abstract ImmutableArray<double> Kinks { get; }

    /// <summary>f′ as a function of x alone. The derivative of a derivative is taken of its expansion, not by a name.</summary>
    public abstract Function Prime { get; }

    /// <summary>The function f whose f′ this is, or null.</summary>
    public abstract Function? PrimeOf { get; }

    /// <summary>The one value of a function's type.</summary>
    public static Function Of<TFunction>()
        where TFunction : struct, IElementwise => Typed<TFunction>.Instance;

    /// <summary>f(x).</summary>
    public abstract double Evaluate(double x);

    /// <summary>f(X) written out in the primitives and functions that its text is composed of.</summary>
    public abstract Expr Expand(Expr x);

    /// <summary>f′ written out in X and Y = f(X).</summary>
    public abstract Expr ExpandDerivative(Expr x, Expr y);

    /// <summary>Calls the visitor with the function's type.</summary>
    public abstract TResult Accept<TResult>(IElementwiseVisitor<TResult> visitor);

    /// <inheritdoc/>
    public sealed override string ToString() => Name;

    private sealed class Typed<TFunction> : Function
        where TFunction : struct, IElementwise
    {
        public static readonly Typed<TFunction> Instance = new();

        public override string Name => TFunction.Name;

        public override string Symbol => TFunction.Symbol;

        public override string Latex => TFunction.Latex;

        public override bool IsActivation => TFunction.IsActivation;

        public override bool IsRectifier => TFunction.IsRectifier;

        public override ImmutableArray<double> Kinks => TFunction.Kinks;

        public override Function Prime => PrimeFunction<TFunction>.Instance;

        public override Function? PrimeOf => null;

        public override double Evaluate(double x) => TFunction.Value(new DoubleLane(x)).Value;

        public override Expr Expand(Expr x) => TFunction.Value(new SymbolLane(x)).ToExpr(x);

        public override Expr ExpandDerivative(Expr x, Expr y) =>
            TFunction.Derivative(new SymbolLane(x), new SymbolLane(y)).ToExpr(x);

        public override TResult Accept<TResult>(IElementwiseVisitor<TResult> visitor) => visitor.Visit<TFunction>();
    }

    /// <summary>f′ of a typed function; a class of its own because Typed&lt;Prime&lt;Prime&lt;…&gt;&gt;&gt; would be a type without end.</summary>
    private sealed class PrimeFunction<TFunction> : Function
        where TFunction : struct, IElementwise
    {
        public static readonly PrimeFunction<TFunction> Instance = new();

        public override string Name => TFunction.Name + "'";

        public override string Symbol => TFunction.Symbol + "′";

        public override string Latex => TFunction.Latex + "'";

        public override bool IsActivation => false;

        public override bool IsRectifier => false;

        public override ImmutableArray<double> Kinks => TFunction.Kinks;

        public override Function Prime => throw new NotSupportedException(
            $"the derivative of {Symbol} is taken of its expansion in x and {TFunction.Symbol}(x)");

        public override Function PrimeOf => Typed<TFunction>.Instance;

        public override double Evaluate(double x) => Prime<TFunction>.Value(new DoubleLane(x)).Value;

        public override Expr Expand(Expr x) => PrimeOf.ExpandDerivative(x, Expr.Apply(PrimeOf, x));

        public override Expr ExpandDerivative(Expr x, Expr y) => throw new NotSupportedException(
            $"the derivative of {Symbol} is taken of its expansion in x and {TFunction.Symbol}(x)");

        public override TResult Accept<TResult>(IElementwiseVisitor<TResult> visitor) => visitor.Visit<Prime<TFunction>>();
    }
}

/// <summary>f′(x) = f.Derivative(x, f(x)) as an elementwise function.</summary>
/// <typeparam name="TFunction">f.</typeparam>
public readonly struct Prime<TFunction> : IElementwise
    where TFunction : struct, IElementwise
{
    /// <inheritdoc/>
    public static string Name => TFunction.Name + "'";

    /// <inheritdoc/>
    public static string Symbol => TFunction.Symbol + "′";

    /// <inheritdoc/>
    public static string Latex => TFunction.Latex + "'";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x)
        where T : struct, ILane<T> => TFunction.Derivative(x, TFunction.Value(x));

    /// <inheritdoc/>
    /// <remarks>Not written: a second derivative is derived from the expansion of the first.</remarks>
    public static T Derivative<T>(T x, T y)
        where T : struct, ILane<T> => throw new NotSupportedException($"{Symbol} has no derivative by name");
}
