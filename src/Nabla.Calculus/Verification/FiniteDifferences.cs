using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Verification;

/// <summary>
/// Derivatives by central differences of fourth order, f′(x) ≈ (f(x−2h) − 8f(x−h) + 8f(x+h) − f(x+2h)) / 12h: the judge that knows no rule.
/// </summary>
public static class FiniteDifferences
{
    /// <summary>
    /// The step relative to the largest element of the variable. The method's error grows with h⁴ and that of rounding with 1/h, which
    /// balance near the fifth root of the machine's precision.
    /// </summary>
    private const double RelativeStep = 1e-3;

    /// <summary>∂C/∂X of a scalar, element by element: four evaluations of C for each element of X.</summary>
    /// <param name="c">C.</param>
    /// <param name="x">X.</param>
    /// <param name="bindings">The point.</param>
    /// <param name="step">How large the steps are beside the usual ones: two sizes tell how exact the result is.</param>
    public static Matrix Gradient(Expr c, Expr x, Bindings bindings, double step = 1)
    {
        Matrix at = ValueOf(x, bindings);
        return Matrix.From(at.Rows, at.Columns, (i, j) => Along(c, x, at, Unit(at, i, j), bindings, step)[0, 0]);
    }

    /// <summary>∂vec F/∂vec X: one column for each element of X.</summary>
    public static Matrix Jacobian(Expr f, Expr x, Bindings bindings, double step = 1)
    {
        Matrix at = ValueOf(x, bindings);
        List<double> elements = [];
        for (int j = 0; j < at.Columns; j++)
        {
            for (int i = 0; i < at.Rows; i++)
            {
                elements.AddRange(Along(f, x, at, Unit(at, i, j), bindings, step).Elements);
            }
        }

        return new(elements.Count / (at.Rows * at.Columns), at.Rows * at.Columns, [.. elements]);
    }

    /// <summary>The derivative of F in one direction of X, a matrix of F's shape.</summary>
    public static Matrix Directional(Expr f, Expr x, Matrix direction, Bindings bindings, double step = 1) =>
        Along(f, x, ValueOf(x, bindings), direction, bindings, step);

    /// <summary>dF of one operation, where the differentials of its operands have values in the bindings.</summary>
    internal static Matrix Differential(Expr f, Bindings bindings)
    {
        // An operand may depend on another one; each is held fast while the other moves.
        Bindings held = bindings.Copy();
        foreach (Expr operand in f.Operands.Distinct())
        {
            held.Set(operand, ValueOf(operand, bindings));
        }

        Matrix? total = null;
        foreach (Expr operand in f.Operands.Distinct())
        {
            if (bindings.ValueOf(operand.Differential()) is Matrix direction)
            {
                Matrix part = Along(f, operand, held.ValueOf(operand)!, direction, held);
                total = total is null ? part : total.Zip(part, (x, y) => x + y);
            }
        }

        return total ?? throw new InvalidOperationException($"the differential of {f.Describe()} has no value");
    }

    private static Matrix ValueOf(Expr x, Bindings bindings) => bindings.ValueOf(x) ?? Evaluator.Evaluate(x, bindings);

    private static Matrix Unit(Matrix like, int row, int column)
    {
        Matrix unit = new(like.Rows, like.Columns);
        unit[row, column] = 1;
        return unit;
    }

    private static Matrix Along(Expr f, Expr x, Matrix at, Matrix direction, Bindings bindings, double step = 1)
    {
        double size = at.MaxAbs() is > 0 and var largest ? largest : 1;
        double h = step * RelativeStep * size / Math.Max(direction.MaxAbs(), double.Epsilon);
        Matrix At(double t) =>
            Evaluator.Evaluate(f, bindings.Copy().Set(x, at.Zip(direction, (value, d) => value + t * h * d)));
        (Matrix a, Matrix b, Matrix c, Matrix d) = (At(-2), At(-1), At(1), At(2));
        return Matrix.From(a.Rows, a.Columns, (i, j) => (a[i, j] - 8 * b[i, j] + 8 * c[i, j] - d[i, j]) / (12 * h));
    }
}
