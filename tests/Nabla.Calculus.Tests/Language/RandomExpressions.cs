using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Tests.Language;

/// <summary>
/// Random expressions of every operation of the language. Constants stand only where reading a text would not compute them away: not as
/// both factors of a product, and not behind a sign.
/// </summary>
/// <param name="seed">The same seed gives the same expressions.</param>
/// <param name="isTame">
/// Whether values are to be compared: then there are only functions that are defined and smooth enough everywhere, and constants of ordinary size.
/// </param>
internal sealed class RandomExpressions(int seed, bool isTame = false)
{
    private static readonly Function[] tame =
    [
        Function.Tanh, Function.Sigmoid, Function.Sin, Function.Cos, Function.Softplus, Function.Erf, Function.Gelu, Function.Silu, Function.Relu, Function.Abs, Function.Exp,
    ];

    private readonly Random random = new(seed);

    public Scope Scope { get; } = Scope.Of(
        "s: scalar, x: n, y: p, r: 1 x n, A: n x n, B: p x p, C: m x m, X: n x p, Y: p x m, Z: m x n, w: 4, K: 4 x n, q: m, u: 1 x p, v: 1 x m");

    private ExprPool Pool => Scope.Pool;

    private Dim RandomDim => Pick(Scope.Dimensions["n"], Scope.Dimensions["p"], Scope.Dimensions["m"], Dim.One);

    public Expr Next() => Next(new(RandomDim, RandomDim), random.Next(1, 9));

    public Expr Next(Shape shape, int depth)
    {
        if (depth <= 1)
        {
            return Leaf(shape);
        }

        (Dim rows, Dim columns) = shape;
        Expr Same() => Next(shape, depth - 1 - random.Next(3));
        Expr Of(Dim m, Dim n) => Next(new(m, n), depth - 1 - random.Next(3));
        Expr Any() => Of(RandomDim, RandomDim);
        Expr Square() => RandomDim is var n ? Of(n, n) : throw new InvalidOperationException();
        Dim Inner() => Pick(Scope.Dimensions["n"], Scope.Dimensions["p"], Scope.Dimensions["m"]);
        List<Func<Expr>> choices =
        [
            () => Same() + Same(),
            () => Same() - Same(),
            () => -Same(),
            () => Of(Dim.One, Dim.One) * Same(),
            () => Constant() * Same(),
            () => Expr.Divide(Same(), isTame ? Positive(Of(Dim.One, Dim.One)) : Of(Dim.One, Dim.One)),
            () => Expr.Hadamard(Same(), Same()),
            () => Expr.Quotient(Same(), isTame ? Positive(Same()) : Same()),
            () => Of(columns, rows).Transpose(),
            () => Expr.Apply(Pick(isTame ? tame : [.. Function.All]), Same()),
            () => Expr.Apply(Pick(isTame ? tame : [.. Function.All]).Prime, Same()),
            () => isTame ? Expr.ElementPower(Positive(Same()), Constant()) : Expr.ElementPower(Same(), Constant()),
            () => Expr.ElementPower(isTame ? Positive(Same()) : Same(), Of(Dim.One, Dim.One)),
            () => Expr.Maximum(Same(), Same()),
            () => Expr.Minimum(Same(), Same()),
            () => Expr.Softmax(Same()),
            () => Expr.Unvec(Expr.Vec(Same()), shape),
            () => Inner() is var k ? Expr.MatMul(Of(rows, k), Of(k, columns)) : throw new InvalidOperationException(),
        ];
        if (rows.Equals(columns))
        {
            choices.AddRange(
            [
                () => Expr.Inverse(Same()),
                () => Expr.Power(Same(), Pick(-3, -2, 2, 3, 5)),
                () => Expr.Exponential(Same()),
                () => Pick(1, 2) == 1 ? Expr.ExponentialDifferential(Same(), Same()) : Expr.ExponentialDifferential(Same(), Same(), Same()),
                () => Expr.Diag(Of(rows, Dim.One)),
                () => Pool.Eye(rows) + Same(),
            ]);
        }

        if (columns.IsOne)
        {
            choices.Add(() => Expr.DiagonalOf(Of(rows, rows)));
            choices.Add(() => Expr.RowSums(Of(rows, Inner())));
        }

        if (rows.IsOne)
        {
            choices.Add(() => Expr.LogSumExp(Of(Inner(), columns)));
            choices.Add(() => Expr.ColumnSums(Of(Inner(), columns)));
        }

        if (shape.IsScalar)
        {
            choices.AddRange(
            [
                () => Expr.Sum(Any()),
                () => Expr.Sum(Expr.Kron(Any(), Any())),
                () => Expr.Sum(Pool.Commutation(Scope.Dimensions["m"], Scope.Dimensions["n"]) * Expr.Vec(Of(Scope.Dimensions["m"], Scope.Dimensions["n"]))),
                () => Any() is var x ? Expr.Sum(x) / x.Shape.Size : throw new InvalidOperationException(),
                () => Expr.Trace(Square()),
                () => Expr.Determinant(Square()),
                () => Expr.LogDeterminant(Square()),
                () => Expr.Norm(Any()),
                () => Expr.SquaredNorm(Any()),
                () => Expr.LargestElement(Any()),
                () => Expr.Sum(Expr.Apply(Function.Abs, Any())),
                () => Any() is var x ? Expr.Inner(x, Next(x.Shape, 2)) : throw new InvalidOperationException(),
            ]);
        }

        return choices[random.Next(choices.Count)]();
    }

    private Expr Leaf(Shape shape)
    {
        Expr[] fitting = [.. Scope.Variables.Values.Where(variable => variable.Shape == shape)];
        return fitting.Length > 0 && random.Next(6) > 0 ? Pick(fitting)
            : Scope.Variables.Values.FirstOrDefault(variable => variable.Shape == shape.Transposed) is Expr other && random.Next(3) > 0 ? other.Transpose()
            : random.Next(8) == 0 ? Pool.Zeros(shape) : Pool.Ones(shape.Rows, shape.Columns);
    }

    private Constant Constant()
    {
        Coefficient c = Coefficient.Of(isTame ? Pick(2, 0.5, -1, 1.0 / 3, -2, 3) : Pick(2, 0.5, -1, 1.0 / 3, -2.0 / 7, 1e-9, 1e20, Math.PI, 3, random.NextDouble()));
        return Pool.Constant(random.Next(4) switch
        {
            0 => c / Coefficient.Of(Scope.Dimensions["m"]),
            1 => c * Coefficient.Of(Scope.Dimensions["n"] * Scope.Dimensions["n"]) / Coefficient.Of(Scope.Dimensions["p"]),
            _ => c,
        });
    }

    /// <summary>1 + tanh(X)/2, away from 0.</summary>
    private Expr Positive(Expr x) => Pool.Ones(x.Shape.Rows, x.Shape.Columns) + 0.5 * Expr.Apply(Function.Tanh, x);

    private T Pick<T>(params ReadOnlySpan<T> of) => of[random.Next(of.Length)];
}
