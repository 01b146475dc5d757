using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Language;

/// <summary>What was probably meant where two shapes do not fit: formulas with the same operands that do fit, the likeliest first.</summary>
internal static class Likely
{
    /// <summary>What may have been meant by a matrix product.</summary>
    public static IEnumerable<Syntax> Product(Syntax x, Shape a, Syntax y, Shape b)
    {
        if (a.Rows.Equals(b.Rows))
        {
            yield return Binary(Transpose(x), BinaryOperator.Multiply, y);
        }

        if (a.Columns.Equals(b.Columns))
        {
            yield return Binary(x, BinaryOperator.Multiply, Transpose(y));
        }

        if (a == b)
        {
            yield return Binary(x, BinaryOperator.Hadamard, y);
        }

        if (b.Columns.Equals(a.Rows))
        {
            yield return Binary(y, BinaryOperator.Multiply, x);
        }
    }

    /// <summary>What may have been meant by a sum, a difference or an elementwise operation.</summary>
    public static IEnumerable<Syntax> Elementwise(Syntax x, Shape a, BinaryOperator sign, Syntax y, Shape b)
    {
        if (sign == BinaryOperator.Hadamard && (a.IsScalar || b.IsScalar || a.Columns.Equals(b.Rows)))
        {
            yield return Binary(x, BinaryOperator.Multiply, y);
        }

        if (sign == BinaryOperator.Quotient && b.IsScalar)
        {
            yield return Binary(x, BinaryOperator.Divide, y);
            yield break;
        }

        if (sign == BinaryOperator.Hadamard && (a.IsScalar || b.IsScalar))
        {
            yield break;
        }

        if (sign == BinaryOperator.Hadamard && (a.IsColumn || b.IsColumn) && a != b.Transposed)
        {
            (Syntax v, Dim n, Syntax matrix, Shape shape) = a.IsColumn ? (x, a.Rows, y, b) : (y, b.Rows, x, a);
            Syntax diagonal = new CallSyntax("diag", [v]);
            if (n.Equals(shape.Rows))
            {
                yield return Binary(diagonal, BinaryOperator.Multiply, matrix);
            }

            if (n.Equals(shape.Columns))
            {
                yield return Binary(matrix, BinaryOperator.Multiply, diagonal);
            }

            yield break;
        }

        if (a == b.Transposed)
        {
            yield return Binary(x, sign, Transpose(y));
            yield return Binary(Transpose(x), sign, y);
        }

        if (Spread(y, b, a) is Syntax wideY)
        {
            yield return Binary(x, sign, wideY);
        }

        if (Spread(x, a, b) is Syntax wideX)
        {
            yield return Binary(wideX, sign, y);
        }
    }

    /// <summary>What may have been meant by a division.</summary>
    public static IEnumerable<Syntax> Quotient(Syntax x, Shape a, Syntax y, Shape b)
    {
        if (a == b)
        {
            yield return Binary(x, BinaryOperator.Quotient, y);
        }
        else if (a.IsScalar && Spread(x, a, b) is Syntax wide)
        {
            yield return Binary(wide, BinaryOperator.Quotient, y);
        }

        if (b.Rows.Equals(b.Columns))
        {
            Syntax inverse = new CallSyntax("inv", [y]);
            if (a.Columns.Equals(b.Rows))
            {
                yield return Binary(x, BinaryOperator.Multiply, inverse);
            }
            else if (a.IsScalar)
            {
                yield return x is NumberSyntax { Value: 1 } ? inverse : Binary(x, BinaryOperator.Multiply, inverse);
            }

            if (a.Rows.Equals(b.Columns))
            {
                yield return Binary(inverse, BinaryOperator.Multiply, x);
            }
        }
    }

    /// <summary>What may have been meant by a power of something that is not square.</summary>
    public static IEnumerable<Syntax> Power(Syntax x, Shape a, Syntax exponent)
    {
        yield return Binary(x, BinaryOperator.ElementPower, exponent);
        if (exponent is NumberSyntax { Value: 2 })
        {
            yield return a.Rows.IsOne ? Binary(x, BinaryOperator.Multiply, Transpose(x)) : Binary(Transpose(x), BinaryOperator.Multiply, x);
        }
    }

    /// <summary>What may have been meant by a power of a matrix whose exponent is not whole; the transpose binds tighter than the power.</summary>
    public static IEnumerable<Syntax> WholePower(Syntax x, Syntax exponent)
    {
        yield return exponent is TransposeSyntax { Operand: NumberSyntax number }
            ? new TransposeSyntax(Binary(x, BinaryOperator.Power, number))
            : Binary(x, BinaryOperator.ElementPower, exponent);
    }

    /// <summary>What may have been meant by the diagonal of something that is no column.</summary>
    public static IEnumerable<Syntax> Diagonal(Syntax x, Shape a)
    {
        if (a.Rows.IsOne)
        {
            yield return new CallSyntax("diag", [Transpose(x)]);
        }
        else if (a.Rows.Equals(a.Columns))
        {
            yield return new CallSyntax("diagvec", [x]);
        }
    }

    /// <summary>The transpose, without two primes.</summary>
    public static Syntax Transpose(Syntax x) => x is TransposeSyntax { Operand: Syntax operand } ? operand : new TransposeSyntax(x);

    /// <summary>A scalar, a column or a row repeated to a wider shape; null where it cannot be.</summary>
    private static Syntax? Spread(Syntax x, Shape from, Shape to)
    {
        if (from == to)
        {
            return null;
        }

        if (from.IsScalar)
        {
            Syntax ones = Ones(to);
            return x is NumberSyntax { Value: 1 } ? ones : Binary(x, BinaryOperator.Multiply, ones);
        }

        if (from.IsColumn && from.Rows.Equals(to.Rows))
        {
            return Binary(x, BinaryOperator.Multiply, new TransposeSyntax(Ones(new(to.Columns, Dim.One))));
        }

        if (from.Rows.IsOne && from.Columns.Equals(to.Columns))
        {
            return Binary(Ones(new(to.Rows, Dim.One)), BinaryOperator.Multiply, x);
        }

        return (from.IsColumn && from.Rows.Equals(to.Columns)) || (from.Rows.IsOne && from.Columns.Equals(to.Rows))
            ? to.IsColumn || to.Rows.IsOne ? null : Spread(Transpose(x), from.Transposed, to)
            : null;
    }

    private static CallSyntax Ones(Shape shape) => new("ones", shape.IsColumn
        ? [AsciiNotation.SyntaxOf(shape.Rows)]
        : [AsciiNotation.SyntaxOf(shape.Rows), AsciiNotation.SyntaxOf(shape.Columns)]);

    private static BinarySyntax Binary(Syntax x, BinaryOperator sign, Syntax y) => new(x, sign, y);
}
