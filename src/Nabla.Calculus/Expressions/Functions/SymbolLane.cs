namespace Nabla.Calculus.Expressions.Functions;

/// <summary>
/// An expression as a lane: interprets the text of an elementwise function with symbols. A constant has no shape until it
/// meets an expression.
/// </summary>
internal readonly struct SymbolLane : ILane<SymbolLane>
{
    private readonly Expr? expression;
    private readonly double constant;

    public SymbolLane(Expr expression) => this.expression = expression;

    private SymbolLane(double constant) => this.constant = constant;

    public static SymbolLane Of(double value) => new(value);

    public static SymbolLane operator +(SymbolLane x, SymbolLane y) => Binary(x, y, (a, b) => a + b, (a, b) => a + b);

    public static SymbolLane operator -(SymbolLane x, SymbolLane y) => Binary(x, y, (a, b) => a - b, (a, b) => a - b);

    public static SymbolLane operator *(SymbolLane x, SymbolLane y) => (x.expression, y.expression) switch
    {
        (null, Expr b) => new(x.constant * b),
        (Expr a, null) => new(y.constant * a),
        _ => Binary(x, y, (a, b) => a * b, Expr.Hadamard),
    };

    public static SymbolLane operator /(SymbolLane x, SymbolLane y) => Binary(x, y, (a, b) => a / b, Expr.Quotient);

    public static SymbolLane operator -(SymbolLane x) => x.expression is null ? new(-x.constant) : new(-x.expression);

    public static SymbolLane Max(SymbolLane x, SymbolLane y) => Binary(x, y, Math.Max, Expr.Maximum);

    public static SymbolLane Min(SymbolLane x, SymbolLane y) => Binary(x, y, Math.Min, Expr.Minimum);

    public static SymbolLane Abs(SymbolLane x) => Call<Abs>(x);

    public static SymbolLane Step(SymbolLane x) => Call<Step>(x);

    public static SymbolLane Sqrt(SymbolLane x) => Call<Sqrt>(x);

    public static SymbolLane Exp(SymbolLane x) => Call<Exp>(x);

    public static SymbolLane Log(SymbolLane x) => Call<Log>(x);

    public static SymbolLane LogOnePlus(SymbolLane x) => Call<LogOnePlus>(x);

    public static SymbolLane Tanh(SymbolLane x) => Call<Tanh>(x);

    public static SymbolLane Sin(SymbolLane x) => Call<Sin>(x);

    public static SymbolLane Cos(SymbolLane x) => Call<Cos>(x);

    public static SymbolLane Erf(SymbolLane x) => Call<Erf>(x);

    public static SymbolLane Call<TFunction>(SymbolLane x)
        where TFunction : struct, IElementwise => x.expression is null
            ? new(TFunction.Value(new DoubleLane(x.constant)).Value)
            : new(Expr.Apply(Function.Of<TFunction>(), x.expression));

    /// <summary>The expression; a constant as c·1 in the shape of <paramref name="like"/>.</summary>
    public Expr ToExpr(Expr like)
    {
        if (expression is not null)
        {
            return expression;
        }

        Expr ones = like.Pool.Ones(like.Shape.Rows, like.Shape.Columns);
        return constant == 1 ? ones : constant == 0 ? like.Pool.Zeros(like.Shape) : constant * ones;
    }

    private static SymbolLane Binary(
        SymbolLane x, SymbolLane y, Func<double, double, double> numbers, Func<Expr, Expr, Expr> expressions) =>
        (x.expression ?? y.expression) is not Expr like
            ? new(numbers(x.constant, y.constant))
            : new(expressions(x.ToExpr(like), y.ToExpr(like)));
}
