using System.Collections.Immutable;

namespace Nabla.Calculus.Expressions;

/// <summary>A matrix divided by a scalar, X / s.</summary>
public sealed class Divide : Expr
{
    internal Divide(Expr x, Expr divisor)
        : base(x.Pool, x.Shape, x, divisor)
    {
        if (!divisor.Shape.IsScalar)
        {
            throw new ShapeException($"a divisor must be a scalar, but {divisor.Describe()} is not");
        }
    }

    /// <summary>X.</summary>
    public Expr Of => Operands[0];

    /// <summary>s.</summary>
    public Expr Divisor => Operands[1];

    internal override Expr With(ImmutableArray<Expr> operands) => Divide(operands[0], operands[1]);
}

/// <summary>The trace tr(X), the sum of the diagonal.</summary>
public sealed class Trace : Expr
{
    internal Trace(Expr x)
        : base(x.Pool, Shape.Scalar, Square("a trace", x))
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Trace(operands[0]));
}

/// <summary>The determinant det(X).</summary>
public sealed class Determinant : Expr
{
    internal Determinant(Expr x)
        : base(x.Pool, Shape.Scalar, Square("a determinant", x))
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Determinant(operands[0]));
}

/// <summary>log |det(X)|.</summary>
public sealed class LogDeterminant : Expr
{
    internal LogDeterminant(Expr x)
        : base(x.Pool, Shape.Scalar, Square("a determinant", x))
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new LogDeterminant(operands[0]));
}

/// <summary>The inverse X⁻¹.</summary>
public sealed class Inverse : Expr
{
    internal Inverse(Expr x)
        : base(x.Pool, x.Shape, Square("an inverse", x))
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Inverse(operands[0]));
}

/// <summary>The power Xᵏ of a square matrix or a scalar, k an integer other than 0 and 1.</summary>
public sealed class Power : Expr
{
    internal Power(Expr x, int exponent)
        : base(x.Pool, x.Shape, Square("an integer power", x)) => Exponent = exponent;

    /// <summary>k.</summary>
    public int Exponent { get; }

    internal override object Payload => Exponent;

    internal override Expr With(ImmutableArray<Expr> operands) => Power(operands[0], Exponent);
}

/// <summary>Each element to the power p, a scalar.</summary>
public sealed class ElementPower : Expr
{
    internal ElementPower(Expr x, Expr exponent)
        : base(x.Pool, x.Shape, x, exponent)
    {
        if (!exponent.Shape.IsScalar)
        {
            throw new ShapeException($"an exponent must be a scalar, but {exponent.Describe()} is not");
        }
    }

    /// <summary>X.</summary>
    public Expr Of => Operands[0];

    /// <summary>p.</summary>
    public Expr Exponent => Operands[1];

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new ElementPower(operands[0], operands[1]));
}

/// <summary>The diagonal of a square matrix as a column.</summary>
public sealed class DiagonalOf : Expr
{
    internal DiagonalOf(Expr x)
        : base(x.Pool, new(x.Shape.Rows, Dim.One), Square("a diagonal", x))
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new DiagonalOf(operands[0]));
}

/// <summary>The matrix X whose vec is the column x.</summary>
public sealed class Unvec : Expr
{
    internal Unvec(Expr x, Shape shape)
        : base(x.Pool, shape, x)
    {
        if (!x.Shape.IsColumn || !x.Shape.Rows.Equals(shape.Size))
        {
            throw new ShapeException($"{x.Describe()} is not the vec of a {shape} matrix");
        }
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Unvec(operands[0], Shape);
}

/// <summary>The commutation matrix K: vec(Xᵀ) = K vec(X) for X of m×n.</summary>
public sealed class Commutation : Expr
{
    internal Commutation(ExprPool pool, Dim m, Dim n)
        : base(pool, new(m * n, m * n)) => (M, N) = (m, n);

    /// <summary>m, the rows of X.</summary>
    public Dim M { get; }

    /// <summary>n, the columns of X.</summary>
    public Dim N { get; }

    internal override object Payload => (M, N);

    internal override Expr With(ImmutableArray<Expr> operands) => this;
}

/// <summary>The matrix exponential Σ Xᵏ/k!.</summary>
public sealed class Exponential : Expr
{
    internal Exponential(Expr x)
        : base(x.Pool, x.Shape, Square("a matrix exponential", x))
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Exponential(operands[0]));
}

/// <summary>
/// The Fréchet derivative of the matrix exponential at X in direction E: L(X, E) = ∫₀¹ exp(sX) E exp((1−s)X) ds (Higham, "Functions of
/// Matrices", 10.2); with a second direction the derivative of that along F, L(X, E, F) = L(X, F, E). Linear in each direction; no product of
/// matrices in general.
/// </summary>
public sealed class ExponentialDifferential : Expr
{
    internal ExponentialDifferential(Expr x, params IEnumerable<Expr> directions)
        : base(x.Pool, Square("a matrix exponential", x).Shape, [x, .. directions.Select(direction => Fitting(x, direction))])
    {
    }

    /// <summary>X.</summary>
    public Expr At => Operands[0];

    /// <summary>E, and F where there is one.</summary>
    public IEnumerable<Expr> Directions => Operands.Skip(1);

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new ExponentialDifferential(operands[0], operands.Skip(1)));

    private static Expr Fitting(Expr x, Expr direction) => Same("the differential of an exponential", x, direction) == x.Shape ? direction : x;
}

/// <summary>The Euclidean norm ‖x‖ of a vector, the Frobenius norm of a matrix.</summary>
public sealed class Norm : Expr
{
    internal Norm(Expr x)
        : base(x.Pool, Shape.Scalar, x)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Norm(operands[0]));
}

/// <summary>The largest element max(X).</summary>
public sealed class LargestElement : Expr
{
    internal LargestElement(Expr x)
        : base(x.Pool, Shape.Scalar, x)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new LargestElement(operands[0]));
}
