using System.Collections.Immutable;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Expressions;

/// <summary>
/// An immutable, interned expression of rank at most two, whose shape was checked when it was made. Two equal expressions of a
/// pool are one object, so identity is equality.
/// </summary>
public abstract class Expr
{
    private protected Expr(ExprPool pool, Shape shape, params ImmutableArray<Expr> operands)
    {
        Pool = pool;
        Shape = shape;
        Operands = operands;
        foreach (Expr operand in operands)
        {
            if (!ReferenceEquals(operand.Pool, pool))
            {
                throw new ArgumentException($"{operand.Describe()} belongs to another pool of expressions");
            }

            Depth = Math.Max(Depth, operand.Depth);
        }

        Depth++;
    }

    /// <summary>The pool that this expression belongs to.</summary>
    public ExprPool Pool { get; }

    /// <summary>Rows and columns.</summary>
    public Shape Shape { get; }

    /// <summary>The expressions that this one is made of, in the order of writing.</summary>
    public ImmutableArray<Expr> Operands { get; }

    /// <summary>The place in the order of making: an operand's is always smaller, so this order is a topological one.</summary>
    public int Id { get; internal set; }

    /// <summary>The number of operations on the longest way down to a symbol or to a name.</summary>
    public int Depth { get; private protected set; }

    /// <summary>What tells this node from another with the same type and operands.</summary>
    internal virtual object? Payload => null;

    /// <summary>X + Y, of equal shapes.</summary>
    public static Expr operator +(Expr x, Expr y) => Make(new Add(x, y));

    /// <summary>X − Y, of equal shapes.</summary>
    public static Expr operator -(Expr x, Expr y) => Make(new Subtract(x, y));

    /// <summary>−X.</summary>
    public static Expr operator -(Expr x) => Make(new Negate(x));

    /// <summary>The matrix product XY; where one of the two is a scalar, the multiple of the other.</summary>
    public static Expr operator *(Expr x, Expr y) =>
        x.Shape.IsScalar ? Make(new Scale(x, y)) : y.Shape.IsScalar ? Make(new Scale(y, x)) : MatMul(x, y);

    /// <summary>c·X.</summary>
    public static Expr operator *(double c, Expr x) => x.Pool.Constant(c) * x;

    /// <summary>c·X.</summary>
    public static Expr operator *(Coefficient c, Expr x) => x.Pool.Constant(c) * x;

    /// <summary>X divided by a dimension, such as a sum over samples by their number. X itself where the dimension is 1.</summary>
    public static Expr operator /(Expr x, Dim n) => n.IsOne ? x : (Coefficient.One / Coefficient.Of(n)) * x;

    /// <summary>The matrix product XY.</summary>
    public static Expr MatMul(Expr x, Expr y) => Make(new MatMul(x, y));

    /// <summary>The Hadamard (elementwise) product X ⊙ Y.</summary>
    public static Expr Hadamard(Expr x, Expr y) => Make(new Hadamard(x, y));

    /// <summary>The elementwise quotient X ⊘ Y.</summary>
    public static Expr Quotient(Expr x, Expr y) => Make(new Quotient(x, y));

    /// <summary>The larger of X and Y, element by element.</summary>
    public static Expr Maximum(Expr x, Expr y) => Make(new Maximum(x, y));

    /// <summary>The smaller of X and Y, element by element.</summary>
    public static Expr Minimum(Expr x, Expr y) => Make(new Minimum(x, y));

    /// <summary>f(X), element by element.</summary>
    public static Expr Apply(Function function, Expr x) => Make(new Apply(function, x));

    /// <summary>Σᵢⱼ Xᵢⱼ.</summary>
    public static Expr Sum(Expr x) => Make(new Sum(x));

    /// <summary>The sum of each row, X·1: n×1.</summary>
    public static Expr RowSums(Expr x) => MatMul(x, x.Pool.Ones(x.Shape.Columns, Dim.One));

    /// <summary>The sum of each column, 1ᵀ·X: 1×m.</summary>
    public static Expr ColumnSums(Expr x) => MatMul(x.Pool.Ones(Dim.One, x.Shape.Rows), x);

    /// <summary>The column b beside itself m times, b·1ᵀ; b itself where m is the dimension 1.</summary>
    public static Expr BroadcastColumn(Expr b, Dim m) => m.IsOne ? b : MatMul(b, b.Pool.Ones(Dim.One, m));

    /// <summary>The row r below itself n times, 1·r; r·1 for a scalar.</summary>
    public static Expr BroadcastRow(Expr r, Dim n) => r.Pool.Ones(n, Dim.One) * r;

    /// <summary>‖X‖², the sum of the squares of all elements.</summary>
    public static Expr SquaredNorm(Expr x) => Make(new SquaredNorm(x));

    /// <summary>softmax of each column: exp(zᵢ) / Σⱼ exp(zⱼ).</summary>
    public static Expr Softmax(Expr z) => Make(new Softmax(z));

    /// <summary>log Σⱼ exp(zⱼ) of each column: 1×m.</summary>
    public static Expr LogSumExp(Expr z) => Make(new LogSumExp(z));

    /// <summary>vec(X): the columns of X below one another. A column is its own vec.</summary>
    public static Expr Vec(Expr x) => x.Shape.IsColumn ? x : Make(new Vec(x));

    /// <summary>diag(v): the square matrix with v on its diagonal.</summary>
    public static Expr Diag(Expr v) => Make(new Diag(v));

    /// <summary>X / s for a scalar s; a constant divisor becomes a factor.</summary>
    public static Expr Divide(Expr x, Expr divisor) =>
        divisor is Constant { Value: { Number: not 0 } c } ? c.IsOne ? x : Coefficient.One / c * x : Make(new Divide(x, divisor));

    /// <summary>tr(X), the sum of the diagonal of a square matrix.</summary>
    public static Expr Trace(Expr x) => Make(new Trace(x));

    /// <summary>det(X) of a square matrix.</summary>
    public static Expr Determinant(Expr x) => Make(new Determinant(x));

    /// <summary>log |det(X)| of a square matrix.</summary>
    public static Expr LogDeterminant(Expr x) => Make(new LogDeterminant(x));

    /// <summary>X⁻¹ of a square matrix.</summary>
    public static Expr Inverse(Expr x) => Make(new Inverse(x));

    /// <summary>Xᵏ of a square matrix or a scalar: I for k = 0, X itself for k = 1, X⁻¹ for k = −1 and a matrix, ‖X‖² for a norm and k = 2.</summary>
    public static Expr Power(Expr x, int exponent) => (x, exponent) switch
    {
        (_, 0) => x.Shape.IsScalar ? x.Pool.Constant(1) : x.Pool.Eye(x.Shape.Rows),
        (_, 1) => x,
        (Norm n, 2) => SquaredNorm(n.Operands[0]),
        (_, -1) when !x.Shape.IsScalar => Inverse(x),
        _ => Make(new Power(x, exponent)),
    };

    /// <summary>Each element of X to the power p, a scalar.</summary>
    public static Expr ElementPower(Expr x, Expr exponent) => Make(new ElementPower(x, exponent));

    /// <summary>The diagonal of a square matrix as a column.</summary>
    public static Expr DiagonalOf(Expr x) => Make(new DiagonalOf(x));

    /// <summary>The matrix of the given shape whose vec is the column x; x itself where the shape is a column.</summary>
    public static Expr Unvec(Expr x, Shape shape) => shape.IsColumn ? x : Make(new Unvec(x, shape));

    /// <summary>The matrix exponential of a square matrix.</summary>
    public static Expr Exponential(Expr x) => Make(new Exponential(x));

    /// <summary>The Fréchet derivative of the matrix exponential at X in one direction, or the second one in two.</summary>
    public static Expr ExponentialDifferential(Expr x, params IEnumerable<Expr> directions) => Make(new ExponentialDifferential(x, directions));

    /// <summary>‖X‖, the root of the sum of the squares of all elements.</summary>
    public static Expr Norm(Expr x) => Make(new Norm(x));

    /// <summary>The largest element of X.</summary>
    public static Expr LargestElement(Expr x) => Make(new LargestElement(x));

    /// <summary>The Kronecker product X ⊗ Y.</summary>
    public static Expr Kron(Expr x, Expr y) => Make(new Kron(x, y));

    /// <summary>∂C/∂X of a scalar C: a matrix of X's shape. X may be any part of C; whatever C computes from X changes with it.</summary>
    public static Expr Gradient(Expr c, Expr x) => Make(new Gradient(c, x));

    /// <summary>∂vec F / ∂vec X: rows count the elements of F, columns those of X, both column-major.</summary>
    public static Expr Jacobian(Expr f, Expr x) => Make(new Jacobian(f, x));

    /// <summary>⟨X, Y⟩ = Σᵢⱼ Xᵢⱼ Yᵢⱼ.</summary>
    public static Expr Inner(Expr x, Expr y) => Sum(Hadamard(x, y));

    /// <summary>Xᵀ.</summary>
    public Expr Transpose() => Make(new Transpose(this));

    /// <summary>dX: the differential of this expression, a symbol of its shape.</summary>
    public Expr Differential() => Make(new Differential(this));

    /// <summary>This expression under a name: printed by it, left whole by rewrites, and looked through where a rule says so.</summary>
    /// <exception cref="ArgumentException">The name stands for something else already.</exception>
    public Named As(Name name) => Pool.Name(new Named(name, this));

    /// <summary>This expression under a name that belongs to one derivation: another derivation may give it to something else.</summary>
    internal Named AsOfDerivation(Name name) => Make(new Named(name, this));

    /// <summary>The expression behind the name, or behind the names, where this has any.</summary>
    public Expr Unfold()
    {
        Expr unfolded = this;
        while (unfolded is Named named)
        {
            unfolded = named.Definition;
        }

        return unfolded;
    }

    /// <summary>
    /// Every expression that this one is made of, itself included, operands first. Looks through names. Without recursion, so
    /// that no depth is too much.
    /// </summary>
    public static IReadOnlyList<Expr> Reachable(params IEnumerable<Expr> roots) => Walk(roots, _ => true);

    /// <summary>Every expression on the way down to where an end is, the ends included, operands first. Looks through names.</summary>
    public static IReadOnlyList<Expr> ReachableUpTo(IEnumerable<Expr> roots, Func<Expr, bool> isEnd) => Walk(roots, node => !isEnd(node));

    /// <summary>Every part of expressions that is not behind a name, themselves included, operands first. A name is a part; what it stands for is none.</summary>
    public static IReadOnlyList<Expr> Parts(params IEnumerable<Expr> roots) => Walk(roots, IsOpen);

    /// <summary>
    /// Whether an expression is a part of this one, not behind a name. An operand is made before what it stands in, so nothing that is
    /// older than the part is looked into.
    /// </summary>
    internal bool HasPart(Expr part) => Id >= part.Id
        && Walk([this], IsOpen, part.Id).Contains(part);

    private static bool IsOpen(Expr node) => node is not (Named or Expressions.Differential);

    /// <summary>What is reached from the roots through the nodes that are looked into, operands first; nothing older than an Id.</summary>
    private static IReadOnlyList<Expr> Walk(IEnumerable<Expr> roots, Func<Expr, bool> looksInto, int oldest = 0)
    {
        HashSet<Expr> seen = new(ReferenceEqualityComparer.Instance);
        Stack<Expr> open = new(roots);
        while (open.TryPop(out Expr? next))
        {
            if (next.Id >= oldest && seen.Add(next) && looksInto(next))
            {
                foreach (Expr operand in next.Operands)
                {
                    open.Push(operand);
                }
            }
        }

        return [.. seen.OrderBy(node => node.Id)];
    }

    /// <summary>Name and shape, as an error message says them: <c>W² (10×30)</c>.</summary>
    public string Describe() => this switch
    {
        Symbol symbol => $"{symbol.Name} ({Shape})",
        Named named => $"{named.Name} ({Shape})",
        _ => $"{GetType().Name} ({Shape})",
    };

    /// <summary>The structure, one level deep; for a formula see the renderers.</summary>
    public override string ToString() => $"{GetType().Name}({string.Join(", ", Operands.Select(operand => operand.Describe()))})";

    /// <summary>The same node over other operands, its shape checked again.</summary>
    internal abstract Expr With(ImmutableArray<Expr> operands);

    private protected static T Make<T>(T candidate)
        where T : Expr => candidate.Pool.Intern(candidate);

    private protected static Expr Square(string operation, Expr x) => x.Shape.Rows.Equals(x.Shape.Columns)
        ? x
        : throw new ShapeException($"{operation} needs a square matrix, but {x.Describe()} is not one");

    private protected static Shape Same(string operation, Expr x, Expr y) => x.Shape == y.Shape
        ? x.Shape
        : throw new ShapeException($"{operation} needs equal shapes, but the left side {x.Describe()} and the right side {y.Describe()} differ");
}
