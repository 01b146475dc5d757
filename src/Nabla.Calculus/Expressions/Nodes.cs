using System.Collections.Immutable;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Expressions;

/// <summary>What a symbol stands for.</summary>
public enum SymbolKind
{
    /// <summary>Any variable.</summary>
    Variable,

    /// <summary>The network's input.</summary>
    Input,

    /// <summary>What the network's output should be.</summary>
    Target,

    /// <summary>A weight matrix or a bias vector, which training changes.</summary>
    Parameter,
}

/// <summary>A variable with a name and a shape.</summary>
public sealed class Symbol : Expr
{
    internal Symbol(ExprPool pool, Name name, Shape shape, SymbolKind kind, bool isSymmetric)
        : base(pool, shape)
    {
        Name = name;
        Kind = kind;
        IsSymmetric = isSymmetric && (Square("a symmetric matrix", this) == this);
    }

    /// <summary>The name, unique in its pool.</summary>
    public Name Name { get; }

    /// <summary>What the symbol stands for.</summary>
    public SymbolKind Kind { get; }

    /// <summary>Whether Xᵀ = X is declared.</summary>
    public bool IsSymmetric { get; }

    internal override object Payload => Name;

    internal override Expr With(ImmutableArray<Expr> operands) => this;
}

/// <summary>An intermediate result with a name: a¹ for σ(z¹).</summary>
public sealed class Named : Expr
{
    internal Named(Name name, Expr definition)
        : base(definition.Pool, definition.Shape, definition)
    {
        Name = name;
        Depth = 1;
    }

    /// <summary>The name.</summary>
    public Name Name { get; }

    /// <summary>What the name stands for.</summary>
    public Expr Definition => Operands[0];

    internal override object Payload => Name;

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Named(Name, operands[0]));
}

/// <summary>dX.</summary>
public sealed class Differential : Expr
{
    internal Differential(Expr of)
        : base(of.Pool, of.Shape, of)
    {
    }

    /// <summary>X.</summary>
    public Expr Of => Operands[0];

    internal override Expr With(ImmutableArray<Expr> operands) => operands[0].Differential();
}

/// <summary>A constant scalar.</summary>
public sealed class Constant : Expr
{
    internal Constant(ExprPool pool, Coefficient value)
        : base(pool, Shape.Scalar) => Value = value;

    /// <summary>The value.</summary>
    public Coefficient Value { get; }

    internal override object Payload => Value;

    internal override Expr With(ImmutableArray<Expr> operands) => this;
}

/// <summary>A matrix of ones, printed 1.</summary>
public sealed class Ones : Expr
{
    internal Ones(ExprPool pool, Shape shape)
        : base(pool, shape)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => this;
}

/// <summary>A matrix of zeros, printed 0.</summary>
public sealed class Zeros : Expr
{
    internal Zeros(ExprPool pool, Shape shape)
        : base(pool, shape)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => this;
}

/// <summary>The identity matrix I.</summary>
public sealed class Eye : Expr
{
    internal Eye(ExprPool pool, Dim size)
        : base(pool, new(size, size))
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => this;
}

/// <summary>X + Y.</summary>
public sealed class Add : Expr
{
    internal Add(Expr x, Expr y)
        : base(x.Pool, Same("a sum", x, y), x, y)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Add(operands[0], operands[1]));
}

/// <summary>X − Y.</summary>
public sealed class Subtract : Expr
{
    internal Subtract(Expr x, Expr y)
        : base(x.Pool, Same("a difference", x, y), x, y)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Subtract(operands[0], operands[1]));
}

/// <summary>−X.</summary>
public sealed class Negate : Expr
{
    internal Negate(Expr x)
        : base(x.Pool, x.Shape, x)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Negate(operands[0]));
}

/// <summary>A scalar times a matrix, s·X.</summary>
public sealed class Scale : Expr
{
    internal Scale(Expr factor, Expr x)
        : base(x.Pool, x.Shape, factor, x)
    {
        if (!factor.Shape.IsScalar)
        {
            throw new ShapeException($"a factor must be a scalar, but {factor.Describe()} is not");
        }
    }

    /// <summary>s.</summary>
    public Expr Factor => Operands[0];

    /// <summary>X.</summary>
    public Expr Of => Operands[1];

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Scale(operands[0], operands[1]));
}

/// <summary>The matrix product XY.</summary>
public sealed class MatMul : Expr
{
    internal MatMul(Expr x, Expr y)
        : base(x.Pool, new(x.Shape.Rows, y.Shape.Columns), x, y)
    {
        if (!x.Shape.Columns.Equals(y.Shape.Rows))
        {
            throw new ShapeException(
                $"{x.Describe()} cannot be multiplied by {y.Describe()}: the left side has {x.Shape.Columns} columns, the right side {y.Shape.Rows} rows");
        }
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new MatMul(operands[0], operands[1]));
}

/// <summary>The Hadamard product X ⊙ Y.</summary>
public sealed class Hadamard : Expr
{
    internal Hadamard(Expr x, Expr y)
        : base(x.Pool, Same("a Hadamard product", x, y), x, y)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Hadamard(operands[0], operands[1]));
}

/// <summary>The elementwise quotient X ⊘ Y.</summary>
public sealed class Quotient : Expr
{
    internal Quotient(Expr x, Expr y)
        : base(x.Pool, Same("an elementwise quotient", x, y), x, y)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Quotient(operands[0], operands[1]));
}

/// <summary>max(X, Y), element by element.</summary>
public sealed class Maximum : Expr
{
    internal Maximum(Expr x, Expr y)
        : base(x.Pool, Same("an elementwise maximum", x, y), x, y)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Maximum(operands[0], operands[1]));
}

/// <summary>min(X, Y), element by element.</summary>
public sealed class Minimum : Expr
{
    internal Minimum(Expr x, Expr y)
        : base(x.Pool, Same("an elementwise minimum", x, y), x, y)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Minimum(operands[0], operands[1]));
}

/// <summary>Xᵀ.</summary>
public sealed class Transpose : Expr
{
    internal Transpose(Expr x)
        : base(x.Pool, x.Shape.Transposed, x)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Transpose(operands[0]));
}

/// <summary>f(X), element by element.</summary>
public sealed class Apply : Expr
{
    internal Apply(Function function, Expr x)
        : base(x.Pool, x.Shape, x) => Function = function;

    /// <summary>f.</summary>
    public Function Function { get; }

    internal override object Payload => Function;

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Apply(Function, operands[0]));
}

/// <summary>The sum of all elements.</summary>
public sealed class Sum : Expr
{
    internal Sum(Expr x)
        : base(x.Pool, Shape.Scalar, x)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Sum(operands[0]));
}

/// <summary>‖X‖².</summary>
public sealed class SquaredNorm : Expr
{
    internal SquaredNorm(Expr x)
        : base(x.Pool, Shape.Scalar, x)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new SquaredNorm(operands[0]));
}

/// <summary>softmax of each column.</summary>
public sealed class Softmax : Expr
{
    internal Softmax(Expr z)
        : base(z.Pool, z.Shape, z)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Softmax(operands[0]));
}

/// <summary>log Σ exp of each column.</summary>
public sealed class LogSumExp : Expr
{
    internal LogSumExp(Expr z)
        : base(z.Pool, new(Dim.One, z.Shape.Columns), z)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new LogSumExp(operands[0]));
}

/// <summary>vec(X), column-major.</summary>
public sealed class Vec : Expr
{
    internal Vec(Expr x)
        : base(x.Pool, new(x.Shape.Size, Dim.One), x)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Vec(operands[0]);
}

/// <summary>diag(v).</summary>
public sealed class Diag : Expr
{
    internal Diag(Expr v)
        : base(v.Pool, new(v.Shape.Rows, v.Shape.Rows), v)
    {
        if (!v.Shape.IsColumn)
        {
            throw new ShapeException($"diag needs a column vector, but {v.Describe()} is not one");
        }
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Diag(operands[0]));
}

/// <summary>X ⊗ Y.</summary>
public sealed class Kron : Expr
{
    internal Kron(Expr x, Expr y)
        : base(x.Pool, new(x.Shape.Rows * y.Shape.Rows, x.Shape.Columns * y.Shape.Columns), x, y)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Kron(operands[0], operands[1]));
}

/// <summary>∂C/∂X as a question; a derivation answers it, finite differences judge the answer.</summary>
public sealed class Gradient : Expr
{
    internal Gradient(Expr c, Expr x)
        : base(c.Pool, x.Shape, c, x)
    {
        if (!c.Shape.IsScalar)
        {
            throw new ShapeException($"a gradient is of a scalar, but {c.Describe()} is not one; its derivative is a Jacobian");
        }
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Gradient(operands[0], operands[1]));
}

/// <summary>∂vec F/∂vec X as a question.</summary>
public sealed class Jacobian : Expr
{
    internal Jacobian(Expr f, Expr x)
        : base(f.Pool, new(f.Shape.Size, x.Shape.Size), f, x)
    {
    }

    internal override Expr With(ImmutableArray<Expr> operands) => Make(new Jacobian(operands[0], operands[1]));
}
