using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Verification;

namespace Nabla.Calculus.Tests;

/// <summary>
/// Symbols with pairwise distinct sizes and random values, and for every operation a scalar that it stands in: the samples
/// that rules are tried on.
/// </summary>
internal sealed class Workbench
{
    private readonly Random random;
    private readonly List<Symbol> symbols = [];

    public Workbench(int seed = 1)
    {
        random = new(seed);
        (N, P, M) = (Dim.Of("n", 3), Dim.Of("p", 4), Dim.Of("m", 5));
        X = New("X", N, P);
        Y = New("Y", N, P);
        B = New("B", P, M);
        G = New("G", N, P);
        H = New("H", N, M);
        S = New("s", Dim.One, Dim.One);
        V = New("v", N, Dim.One);
        Q = New("Q", N, N);
        R = New("R", N, N);
    }

    public ExprPool Pool { get; } = new();

    public Dim N { get; }

    public Dim P { get; }

    public Dim M { get; }

    public Symbol X { get; }

    public Symbol Y { get; }

    public Symbol B { get; }

    public Symbol G { get; }

    public Symbol H { get; }

    public Symbol S { get; }

    public Symbol V { get; }

    public Symbol Q { get; }

    public Symbol R { get; }

    public IReadOnlyList<Symbol> Symbols => symbols;

    /// <summary>For each type of node that has a rule, a scalar that contains it in all its operands.</summary>
    public IReadOnlyDictionary<Type, Expr> Samples => new Dictionary<Type, Expr>
    {
        [typeof(Add)] = Expr.Inner(G, X + Y),
        [typeof(Subtract)] = Expr.Inner(G, X - Y),
        [typeof(Negate)] = Expr.Inner(G, -X),
        [typeof(Scale)] = Expr.Inner(G, S * X),
        [typeof(MatMul)] = Expr.Inner(H, Expr.MatMul(X, B)),
        [typeof(Hadamard)] = Expr.Inner(G, Expr.Hadamard(X, Y)),
        [typeof(Quotient)] = Expr.Inner(G, Expr.Quotient(X, Y)),
        [typeof(Maximum)] = Expr.Inner(G, Expr.Maximum(X, Y)),
        [typeof(Minimum)] = Expr.Inner(G, Expr.Minimum(X, Y)),
        [typeof(Transpose)] = Expr.Sum(Expr.MatMul(X.Transpose(), G)),
        [typeof(Apply)] = Expr.Inner(G, Expr.Apply(Function.Tanh, X)),
        [typeof(Sum)] = S * Expr.Sum(X),
        [typeof(SquaredNorm)] = S * Expr.SquaredNorm(X),
        [typeof(Softmax)] = Expr.Inner(G, Expr.Softmax(X)),
        [typeof(LogSumExp)] = Expr.Sum(Expr.MatMul(V, Expr.LogSumExp(X))),
        [typeof(Divide)] = Expr.Inner(G, Expr.Divide(X, S)),
        [typeof(Trace)] = S * Expr.Trace(Expr.MatMul(X, Y.Transpose())),
        [typeof(Determinant)] = S * Expr.Determinant(Q),
        [typeof(LogDeterminant)] = S * Expr.LogDeterminant(Q),
        [typeof(Inverse)] = Expr.Inner(R, Expr.Inverse(Q)),
        [typeof(Power)] = Expr.Inner(R, Expr.Power(Q, 3)) + Expr.Power(S, 4) + Expr.Inner(R, Expr.Power(Q, -2)),
        [typeof(ElementPower)] = Expr.Inner(G, Expr.ElementPower(Expr.Apply(Function.Exp, X), S)),
        [typeof(Diag)] = Expr.Inner(R, Expr.Diag(V)),
        [typeof(DiagonalOf)] = Expr.Inner(V, Expr.DiagonalOf(Q)),
        [typeof(Vec)] = Expr.Sum(Expr.MatMul(Expr.Vec(X).Transpose(), Expr.Vec(Y))),
        [typeof(Unvec)] = Expr.Inner(G, Expr.Unvec(Expr.MatMul(Pool.Commutation(P, N), Expr.Vec(X.Transpose())), X.Shape)),
        [typeof(Kron)] = Expr.Inner(Expr.Kron(G, Y), Expr.Kron(X, G)) + Expr.Inner(Expr.Apply(Function.Tanh, Expr.Kron(V, X)), Expr.Kron(G, V)),
        [typeof(Exponential)] = Expr.Inner(R, Expr.Exponential(Q)),
        [typeof(ExponentialDifferential)] = Expr.Inner(R, Expr.ExponentialDifferential(Q, R)) + Expr.Inner(Q, Expr.ExponentialDifferential(Pool.Ones(N, N), Q, R)),
        [typeof(Norm)] = S * Expr.Norm(X),
        [typeof(LargestElement)] = S * Expr.LargestElement(X),
        [typeof(Named)] = Expr.Inner(G, Expr.Apply(Function.Sigmoid, X).As(new("A"))),
    };

    /// <summary>Random values for all symbols, away from 0 and, between two of one shape, from each other.</summary>
    public Bindings Values()
    {
        Bindings bindings = new();
        foreach (Symbol symbol in symbols)
        {
            bindings.Set(symbol, Random(symbol, bindings));
        }

        return bindings;
    }

    public Matrix Random(Expr like, Bindings bindings) => Matrix.From(
        bindings.SizeOf(like.Shape.Rows), bindings.SizeOf(like.Shape.Columns), (_, _) => (0.3 + random.NextDouble()) * (random.Next(2) == 0 ? -1 : 1));

    public Symbol New(string name, Dim rows, Dim columns)
    {
        Symbol symbol = Pool.Symbol(new(name), new(rows, columns));
        symbols.Add(symbol);
        return symbol;
    }

    /// <summary>Whether the derived gradients agree with finite differences; a derivation that does not come about does not agree.</summary>
    public bool GradientsAgree(Expr cost, DerivationSettings settings) => GradientsAgree(cost, settings, Values());

    /// <summary>Whether the derived gradients agree with finite differences at a given point.</summary>
    public static bool GradientsAgree(Expr cost, DerivationSettings settings, Bindings values)
    {
        IReadOnlyList<Symbol> by = [.. Expr.Reachable(cost).OfType<Symbol>()];
        Derivation derivation;
        try
        {
            derivation = Derivation.Of(cost, by, settings);
        }
        catch (ShapeException)
        {
            return false;
        }

        foreach (Symbol x in by)
        {
            Matrix derived = Evaluator.Evaluate(derivation.GradientOf(x), values);
            Matrix judged = FiniteDifferences.Gradient(cost, x, values);
            if (!(derived.Zip(judged, (a, b) => a - b).MaxAbs() <= 1e-6 * Math.Max(1, judged.MaxAbs())))
            {
                return false;
            }
        }

        return true;
    }
}
