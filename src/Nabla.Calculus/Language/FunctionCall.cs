using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Language;

/// <summary>A call of a function with its arguments; what is asked of an argument here is checked here, with an error that points at it.</summary>
public sealed class FunctionCall
{
    private readonly Binder binder;
    private readonly CallSyntax syntax;
    private readonly IReadOnlyList<Expr> arguments;
    private readonly IReadOnlyList<Dim> dimensions;

    internal FunctionCall(Binder binder, CallSyntax syntax, IReadOnlyList<Expr> arguments, IReadOnlyList<Dim> dimensions)
    {
        this.binder = binder;
        this.syntax = syntax;
        this.arguments = arguments;
        this.dimensions = dimensions;
    }

    /// <summary>The pool that the result belongs to.</summary>
    public ExprPool Pool => binder.Pool;

    /// <summary>The number of arguments.</summary>
    public int Count => syntax.Arguments.Length;

    /// <summary>The first argument.</summary>
    public Expr X => arguments[0];

    /// <summary>The second argument.</summary>
    public Expr Y => arguments[1];

    /// <summary>The number of elements of the first argument.</summary>
    public Coefficient SizeOfX => Coefficient.Of(X.Shape.Rows) * Coefficient.Of(X.Shape.Columns);

    /// <summary>The first dimension.</summary>
    public Dim Rows => dimensions[0];

    /// <summary>The second dimension; 1 where none is given.</summary>
    public Dim Columns => dimensions.Count > 1 ? dimensions[1] : Dim.One;

    /// <summary>The first argument, a square matrix.</summary>
    public Expr Square => X.Shape.Rows.Equals(X.Shape.Columns)
        ? X
        : throw binder.WrongArgument(syntax, 0, $"{syntax.Function} needs a square matrix", syntax.Function == "diagvec" && X.Shape.IsColumn ? [new CallSyntax("diag", syntax.Arguments)] : []);

    /// <summary>The first argument, a column.</summary>
    public Expr Column => X.Shape.IsColumn
        ? X
        : throw binder.WrongArgument(syntax, 0, $"{syntax.Function} needs a column", syntax.Function == "diag" ? Likely.Diagonal(syntax.Arguments[0], X.Shape) : []);

    /// <summary>The second argument, of the shape of the first.</summary>
    public Expr LikeX => OthersLikeX[0];

    /// <summary>All arguments but the first, of its shape.</summary>
    public IReadOnlyList<Expr> OthersLikeX => arguments.FirstOrDefault(other => other.Shape != X.Shape) is Expr wrong ? throw binder.Unequal(syntax, X, wrong) : [.. arguments.Skip(1)];
}
